/** What a batch of self-play is, and what comes of it. */
import type { GameGraph, Infoset } from "../graph/game-graph.ts";
import type { Policy } from "../policies/policy.ts";

/** Some games of one kind between two policies. */
export interface Plan {
  readonly graph: GameGraph;
  readonly episodes: number;
  /** Who sits in seats 0 and 1. */
  readonly policies: readonly [Policy, Policy];
  /** Episodes 2k and 2k + 1 share their deal, and the policies swap seats in the second. */
  readonly paired: boolean;
  readonly chanceKey: number;
  readonly actionKey: number;
  /** Ids of information sets likely to come up: asked about all at once before the first ply. */
  readonly expected?: ArrayLike<number>;
}

/**
 * What was played, in flat arrays. Ply p of episode e stands at e · P + p, where P is the game's `maxPlies`; after its last
 * ply there may be anything.
 */
export interface Cells {
  /** Plies played, chance included. [E] */
  readonly plies: Uint16Array;
  /** The slot taken: an index into the turn's actions. [E, P] */
  readonly slots: Uint16Array;
  /** For a decision its index in `infosets`, for a chance ply −1. [E, P] */
  readonly decisions: Int32Array;
  /** Returns of seats 0 and 1. [E, 2] */
  readonly returns: Float64Array;
}

/** The episodes of one plan. */
export interface Trajectories extends Cells {
  readonly plan: Plan;
  /** The distinct information sets of these episodes, in order of first visit: by decision of the game, then by episode. */
  readonly infosets: readonly Infoset[];
  /** Their ids in the plan's graph. */
  readonly ids: Int32Array;
}

/** Where batches are played. */
export interface Executor {
  /** Plays every plan to the end. The caller owns what it returns. */
  play(plans: readonly Plan[]): Promise<Trajectories[]>;
  close(): Promise<void>;
}

/** Which of the plan's two policies plays `seat` in this episode; always 0 where they are the same. */
export function whoPlays(
  { policies, paired }: Pick<Plan, "policies" | "paired">,
  episode: number,
  seat: number,
): 0 | 1 {
  if (policies[0] === policies[1]) return 0;
  return (paired ? (seat + episode) & 1 : seat) as 0 | 1;
}
