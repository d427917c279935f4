/** A policy gives a probability to each action of each information set. */
import type { Game } from "../games/game.ts";
import type { Infoset } from "../graph/game-graph.ts";
import type { WeightArray } from "../nn/weights.ts";

/** Probabilities by slot of `infoset.actions`; they sum to 1. */
export type Distribution = Float64Array;

/**
 * How another thread, process or machine makes the same policy. All of it is plain data except `weights`, which is called when
 * the recipe is sent.
 */
export interface PolicyRecipe {
  /** Name of the maker in selfplay/recipes.ts. */
  readonly maker: string;
  /** The maker's settings, as JSON. */
  readonly settings?: unknown;
  /** The recipe of the policy that this one is made from. */
  readonly of?: PolicyRecipe;
  readonly weights?: () => readonly WeightArray[];
}

/** Makes a policy for `game` from a recipe with these settings. Throws an Error if the policy cannot play `game`. */
export type PolicyMaker<Settings> = (recipe: {
  readonly settings: Settings;
  readonly game: Game;
  readonly of?: Policy | undefined;
  readonly weights?: readonly WeightArray[] | undefined;
}) => MadePolicy | Promise<MadePolicy>;

export interface MadePolicy {
  readonly policy: Policy;
  /** Frees the memory of a network. */
  readonly dispose?: () => void;
}

/** A word of a response, and its probability given the words before; absent if no other word could stand there. */
export interface WordProbability {
  readonly word: string;
  readonly probability?: number;
}

export interface Policy {
  /** Its name in tables: `random`, `kuhn-ttt_s1@000600`. */
  readonly name: string;
  /** Whether it plays all members of a symmetry orbit alike. It is then asked about representatives only. */
  readonly symmetric?: boolean;
  /** Whether each distribution takes long by itself, as a search does, so that nothing is gained by asking for many at once. */
  readonly slow?: boolean;
  /** Undefined if only this thread can play it. */
  readonly recipe?: PolicyRecipe;
  /** Only of a policy whose answers may be no legal action: the probability of that at each information set. */
  readonly illegal?: ((infosets: readonly Infoset[]) => Float64Array) | undefined;
  /** Only of a policy that writes: the probability of each word of a response; undefined if it cannot write that. */
  readonly words?: ((infoset: Infoset, response: string) => readonly WordProbability[] | undefined) | undefined;
  /** A distribution for each information set, in order. The sets may belong to several games. */
  distributions(infosets: readonly Infoset[]): Distribution[];
}

/** The policy that always takes the most likely action of `policy`, or the lowest slot of several. */
export function greedy(policy: Policy): Policy {
  return {
    name: `${policy.name}:greedy`,
    ...(policy.recipe ? { recipe: { maker: "greedy", of: policy.recipe } } : {}),
    distributions: (infosets) => policy.distributions(infosets).map(oneHotArgmax),
  };
}

/** The maker of `greedy` policies. */
export const makeGreedy: PolicyMaker<undefined> = ({ of }) => {
  if (!of) throw new Error("a greedy policy is made of another policy");
  return { policy: greedy(of) };
};

function oneHotArgmax(probabilities: Distribution): Distribution {
  let best = 0;
  for (let slot = 1; slot < probabilities.length; slot++) {
    if (probabilities[slot] > probabilities[best]) best = slot;
  }
  return new Float64Array(probabilities.length).fill(1, best, best + 1);
}

/** Every legal action with the same probability. */
export const uniform: Policy = {
  name: "random",
  symmetric: true,
  recipe: { maker: "opponent", settings: { name: "random" } },
  distributions: (infosets) => infosets.map(({ actions }) => new Float64Array(actions.length).fill(1 / actions.length)),
};

/** The slot in which u ∈ [0, 1) falls, never one of probability 0, even if the probabilities sum to less than 1 by rounding. */
export function sampleSlot(probabilities: ArrayLike<number>, u: number): number {
  let sum = 0;
  let last = 0;
  for (let slot = 0; slot < probabilities.length; slot++) {
    const p = probabilities[slot];
    if (p <= 0) continue;
    sum += p;
    if (u < sum) return slot;
    last = slot;
  }
  return last;
}
