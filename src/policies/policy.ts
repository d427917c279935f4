/** A policy: for each information set, a probability for each of its actions. */
import type { Game } from "../games/game.ts";
import type { Infoset } from "../graph/game-graph.ts";
import type { WeightArray } from "../nn/weights.ts";

/** Probabilities by slot of `infoset.actions`; they sum to 1. */
export type Distribution = Float64Array;

/**
 * How another thread, process or machine makes the same policy. All of it is plain data but `weights`, which are read when
 * they are sent.
 */
export interface PolicyRecipe {
  /** Name of the maker in selfplay/policy-makers.ts. */
  readonly maker: string;
  /** What the maker needs to know, as JSON has it. */
  readonly settings?: unknown;
  /** The policy that this one is made from. */
  readonly of?: PolicyRecipe;
  readonly weights?: () => readonly WeightArray[];
}

/** Makes a policy from a recipe of its `settings` type. Throws where it does not play `game`. */
export type PolicyMaker<Settings> = (recipe: {
  readonly settings: Settings;
  readonly game: Game;
  readonly of?: Policy | undefined;
  readonly weights?: readonly WeightArray[] | undefined;
}) => MadePolicy | Promise<MadePolicy>;

export interface MadePolicy {
  readonly policy: Policy;
  /** Gives back what it holds, where it holds anything. */
  readonly dispose?: () => void;
}

export interface Policy {
  /** What a table calls it: `random`, `kuhn-ttt_s1@000600`. */
  readonly name: string;
  /** Whether it plays all members of a symmetry orbit alike: it is then asked about representatives only. */
  readonly symmetric?: boolean;
  /** Absent where only this thread can play it. */
  readonly recipe?: PolicyRecipe;
  /** One distribution per information set, in order; the sets may belong to several games. */
  distributions(infosets: readonly Infoset[]): Distribution[];
}

/** The most likely action of `policy` always, ties to the lowest slot. */
export function greedy(policy: Policy): Policy {
  return {
    name: `${policy.name}:greedy`,
    ...(policy.recipe ? { recipe: { maker: "greedy", of: policy.recipe } } : {}),
    distributions: (infosets) => policy.distributions(infosets).map(oneHotArgmax),
  };
}

/** Makes the greedy policy of the policy that a recipe is `of`. */
export const makeGreedy: PolicyMaker<undefined> = ({ of }) => {
  if (!of) throw new Error("a greedy policy is made of another policy");
  return { policy: greedy(of) };
};

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
  recipe: { maker: "opponent", settings: { name: "random" } },
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
