/** The learned policy: one network for both seats and all its games. Information sets of one symmetry orbit share a row. */
import type { FeatureLayout } from "../games/features.ts";
import type { Infoset } from "../games/graph.ts";
import type { Distribution, Policy } from "../games/policy.ts";
import type { Mlp } from "../nn/mlp.ts";

/** Rows of one forward pass at most, which bounds the memory of evaluating a large game. */
const MAX_ROWS = 4096;

export function neuralPolicy(
  name: string,
  layout: FeatureLayout,
  network: Pick<Mlp, "logits"> & Partial<Pick<Mlp, "save">>,
): Policy {
  const games = layout.games.map(({ id }) => id);
  const weights = network.save?.bind(network);
  return {
    name,
    ...(weights ? { source: { kind: "network", games, weights } } : {}),
    symmetric: true,
    distributions(infosets) {
      const canonical = new Map<Infoset, Distribution | undefined>();
      for (const infoset of infosets) canonical.set(infoset.canonical, undefined);
      const rows = [...canonical.keys()];
      for (let start = 0; start < rows.length; start += MAX_ROWS) {
        const chunk = rows.slice(start, start + MAX_ROWS);
        const logits = network.logits(layout.encode(chunk), chunk.length);
        chunk.forEach((infoset, row) => {
          canonical.set(infoset, layout.distribution(infoset, logits, row));
        });
      }
      return infosets.map(({ canonical: representative, toCanonical }) => {
        const distribution = canonical.get(representative) as Distribution;
        if (!toCanonical) return distribution;
        const moved = new Float64Array(distribution.length);
        for (let slot = 0; slot < moved.length; slot++)
          moved[slot] = distribution[toCanonical[slot] as number] as number;
        return moved;
      });
    },
  };
}
