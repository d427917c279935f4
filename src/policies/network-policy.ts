/** The learned policy: one network for both seats and all its games. Information sets of one symmetry orbit share a row. */

import type { Infoset } from "../graph/game-graph.ts";
import type { Mlp } from "../nn/mlp.ts";
import type { FeatureLayout } from "./features/layout.ts";
import type { Distribution, Policy } from "./policy.ts";
import { softmax } from "./softmax.ts";

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
      const rowOf = new Map<Infoset, number>();
      const rows: Infoset[] = [];
      for (const { canonical } of infosets) if (!rowOf.has(canonical)) rowOf.set(canonical, rows.push(canonical) - 1);
      const answers: Distribution[] = [];
      for (let start = 0; start < rows.length; start += MAX_ROWS) {
        const chunk = rows.slice(start, start + MAX_ROWS);
        const legal = layout.legal(chunk);
        const { policy } = softmax(legal, network.logits(layout.encode(chunk), chunk.length));
        for (let r = 0; r < chunk.length; r++) answers.push(policy.subarray(legal.starts[r], legal.starts[r + 1]));
      }
      return infosets.map(({ canonical, toCanonical }) => {
        const distribution = answers[rowOf.get(canonical) as number] as Distribution;
        if (!toCanonical) return distribution;
        const moved = new Float64Array(distribution.length);
        for (let slot = 0; slot < moved.length; slot++)
          moved[slot] = distribution[toCanonical[slot] as number] as number;
        return moved;
      });
    },
  };
}
