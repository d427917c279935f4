/** A policy: for each information set, a probability for each of its actions. */
import type { Infoset } from "../graph/game-graph.ts";

/** Probabilities by slot of `infoset.actions`; they sum to 1. */
export type Distribution = Float64Array;

/** From which another thread makes the same policy. */
export type PolicySource =
  /** One of the fixed opponents, by name. */
  | { readonly kind: "opponent"; readonly name: string }
  /** Tree search by its settings. */
  | { readonly kind: "mcts"; readonly settings: Readonly<Record<string, number>> }
  /** A network that has learned `games`; its weights are read whenever they are sent. */
  | { readonly kind: "network"; readonly games: readonly string[]; readonly weights: () => readonly SourceArray[] }
  | { readonly kind: "greedy"; readonly of: PolicySource };

export interface SourceArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface Policy {
  /** What a table calls it: `random`, `kuhn-ttt_s1@000600`. */
  readonly name: string;
  /** Whether it plays all members of a symmetry orbit alike: it is then asked about representatives only. */
  readonly symmetric?: boolean;
  /** Absent where only this thread can play it. */
  readonly source?: PolicySource;
  /** One distribution per information set, in order; the sets may belong to several games. */
  distributions(infosets: readonly Infoset[]): Distribution[];
}

/** The most likely action of `policy` always, ties to the lowest slot. */
export function greedy(policy: Policy): Policy {
  return {
    name: `${policy.name}:greedy`,
    ...(policy.source ? { source: { kind: "greedy", of: policy.source } } : {}),
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
  source: { kind: "opponent", name: "random" },
  distributions: (infosets) => infosets.map(({ actions }) => new Float64Array(actions.length).fill(1 / actions.length)),
};

/** The slot in which u ∈ [0, 1) falls; never one of probability 0, whatever the rounding. */
export function sampleSlot(probabilities: ArrayLike<number>, u: number): number {
  let sum = 0;
  let last = 0;
  for (let slot = 0; slot < probabilities.length; slot++) {
    const p = probabilities[slot] as number;
    if (p <= 0) continue;
    sum += p;
    if (u < sum) return slot;
    last = slot;
  }
  return last;
}
