/** A policy: for each information set, a probability for each of its actions. */
import type { Infoset } from "./graph.ts";

/** Probabilities by slot of `infoset.actions`; they sum to 1. */
export type Distribution = Float64Array;

export interface Policy {
  /** What a table calls it: `random`, `kuhn-ttt_s1@000600`. */
  readonly name: string;
  /** Whether it plays all members of a symmetry orbit alike: it is then asked about representatives only. */
  readonly symmetric?: boolean;
  /** One distribution per information set, in order; the sets may belong to several games. */
  distributions(infosets: readonly Infoset[]): Distribution[];
}

/** The most likely action of `policy` always, ties to the lowest slot. */
export function greedy(policy: Policy): Policy {
  return {
    name: `${policy.name}:greedy`,
    distributions: (infosets) => policy.distributions(infosets).map(oneHotArgmax),
  };
}

function oneHotArgmax(probabilities: Distribution): Distribution {
  let best = 0;
  for (let slot = 1; slot < probabilities.length; slot++) {
    if ((probabilities[slot] as number) > (probabilities[best] as number)) best = slot;
  }
  return new Float64Array(probabilities.length).fill(1, best, best + 1);
}

export const uniform: Policy = {
  name: "random",
  symmetric: true,
  distributions: (infosets) => infosets.map(({ actions }) => new Float64Array(actions.length).fill(1 / actions.length)),
};
