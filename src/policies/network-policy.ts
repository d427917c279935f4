/** The policy of a network, for both seats and all its games. Information sets of one symmetry orbit share a row. */
import type { Infoset } from "../graph/game-graph.ts";
import type { Distribution, Policy } from "./policy.ts";
import type { PolicyModel, PolicyNetwork, PolicySettings } from "./policy-kind.ts";

/** The most rows of one forward pass. It bounds the memory that evaluating a large game takes. */
const MAX_ROWS = 4096;

/** Plain data from which the network is made again, except its weights. */
export interface NetworkRecipe {
  readonly nn: PolicySettings;
  /** Ids of the model's games, in order. */
  readonly games: readonly string[];
}

/** The policy of a network of this model. */
export function networkPolicy(name: string, network: PolicyNetwork, model: PolicyModel): Policy {
  const { writing } = model;
  const decisions = (infosets: readonly Infoset[]): Distribution[] => distributionsOf(network, infosets);
  return {
    name,
    symmetric: true,
    recipe: { maker: "network", settings: recipeOf(model), weights: () => network.save() },
    illegal: writing?.illegal && ((infosets) => writing.illegal?.(infosets, decisions) ?? new Float64Array(0)),
    words: writing && ((infoset, response) => writing.words(infoset, response, decisions)),
    distributions: writing ? (infosets) => writing.distributions(infosets, decisions) : decisions,
  };
}

/** From which another thread or process makes the same model. */
export const recipeOf = ({ settings, games }: PolicyModel): NetworkRecipe => ({
  nn: settings,
  games: games.map(({ id }) => id),
});

/** The network's probabilities at each information set. It is asked once for each orbit, a chunk of rows at a time. */
export function distributionsOf(
  network: Pick<PolicyNetwork, "policyAt">,
  infosets: readonly Infoset[],
): Distribution[] {
  const rowOf = new Map<Infoset, number>();
  const rows: Infoset[] = [];
  for (const { canonical } of infosets) if (!rowOf.has(canonical)) rowOf.set(canonical, rows.push(canonical) - 1);
  const answers: Distribution[] = [];
  for (let start = 0; start < rows.length; start += MAX_ROWS) {
    const chunk = rows.slice(start, start + MAX_ROWS);
    const { starts, policy } = network.policyAt(chunk);
    for (let r = 0; r < chunk.length; r++) answers.push(policy.subarray(starts[r], starts[r + 1]));
  }
  return infosets.map(({ canonical, toCanonical }) => {
    const distribution = answers[rowOf.get(canonical) as number];
    if (!toCanonical) return distribution;
    const moved = new Float64Array(distribution.length);
    for (let slot = 0; slot < moved.length; slot++) moved[slot] = distribution[toCanonical[slot]];
    return moved;
  });
}
