/**
 * A strategy for both players of a compiled game: the probabilities of all actions at all information sets, in one array. The
 * probability of a slot of information set i is at `firstEntry[i] + slot`.
 */
import type { Distribution, Policy } from "../policies/policy.ts";
import type { CompiledGame } from "./compiled-game.ts";

/** [entries] */
export type Strategy = Float64Array;

/** The policy's probabilities at every information set, by one call. A symmetric policy is asked about representatives only. */
export function strategyOf(compiled: CompiledGame, policy: Policy): Strategy {
  const { infosets, firstEntry, representatives, canonicalEntry } = compiled;
  const length = firstEntry[infosets.length];
  if (!policy.symmetric) return concatenated(policy.distributions(infosets), length);
  const canonical = concatenated(policy.distributions(representatives), length);
  return new Float64Array(length).map((_, entry) => canonical[canonicalEntry[entry]]);
}

function concatenated(distributions: readonly Distribution[], atMost: number): Float64Array {
  const all = new Float64Array(atMost);
  let at = 0;
  for (const distribution of distributions) {
    all.set(distribution, at);
    at += distribution.length;
  }
  return all;
}

/** The strategy that always takes the most likely action, or the lowest slot of several: `greedy` of policies/policy.ts. */
export function greedyStrategy({ infosets, firstEntry }: CompiledGame, strategy: Strategy): Strategy {
  const result = new Float64Array(strategy.length);
  for (let i = 0; i < infosets.length; i++) {
    let best = firstEntry[i];
    for (let entry = best + 1; entry < firstEntry[i + 1]; entry++) {
      if (strategy[entry] > strategy[best]) best = entry;
    }
    result[best] = 1;
  }
  return result;
}
