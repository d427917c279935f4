/**
 * Plans and trajectories: the request and the result of self-play. A batch is a list of plans. Its way is
 *
 *   Plan → slices (partition.ts) → Slice, played here (slice.ts), or Job → JobResult, played in a worker (job.ts)
 *        → Trajectories (assemble.ts)
 *
 * A `Plan` holds live objects of this process: a graph and two policies. A `Job` is the same request as plain data.
 */
import type { GameGraph, Infoset } from "../graph/game-graph.ts";
import type { NetworkRecipe } from "../policies/network-policy.ts";
import type { Policy } from "../policies/policy.ts";

/** A number of episodes of one game between two policies. */
export interface Plan {
  readonly graph: GameGraph;
  readonly episodes: number;
  /** The policies in seats 0 and 1. */
  readonly policies: readonly [Policy, Policy];
  /** Episodes 2k and 2k + 1 share their deal, and the policies swap seats in the second. */
  readonly paired: boolean;
  /** If the graph is of the game that a model's policies play rather than of the game itself (policies/policy-kind.ts): the model. */
  readonly writer?: NetworkRecipe | undefined;
  /** Keys of the random streams of chance and of the players' moves. */
  readonly chanceKey: number;
  readonly actionKey: number;
  /** Ids of information sets that are likely to be visited. Policies are asked about them together before the first ply. */
  readonly expected?: ArrayLike<number>;
}

/**
 * The moves and returns of E episodes, in flat arrays. Ply p of episode e is at index e · P + p, where P is the game's
 * `maxPlies`. The entries after an episode's last ply are undefined.
 */
export interface Cells {
  /** Plies played, chance included. [E] */
  readonly plies: Uint16Array;
  /** The action taken, as an index into the turn's actions. [E, P] */
  readonly slots: Uint16Array;
  /** For a decision, the index of its information set in `infosets`; −1 for a chance ply. [E, P] */
  readonly decisions: Int32Array;
  /** Returns of seats 0 and 1. [E, 2] */
  readonly returns: Float64Array;
}

/** The episodes of one plan. */
export interface Trajectories extends Cells {
  readonly plan: Plan;
  /** The distinct information sets of these episodes. Order: the earliest decision in a game first, then the episode. */
  readonly infosets: readonly Infoset[];
  /** Their ids in the plan's graph. */
  readonly ids: Int32Array;
}

/** Plays batches: in this thread (play.ts) or also in worker threads (worker-pool.ts). */
export interface Executor {
  /** Plays every plan to the end. The caller owns what it returns. */
  play(plans: readonly Plan[]): Promise<Trajectories[]>;
  close(): Promise<void>;
}

/** Which of the plan's two policies plays `seat` in this episode; always 0 if both are the same object. */
export function whoPlays(
  { policies, paired }: Pick<Plan, "policies" | "paired">,
  episode: number,
  seat: number,
): 0 | 1 {
  if (policies[0] === policies[1]) return 0;
  return (paired ? (seat + episode) & 1 : seat) as 0 | 1;
}
