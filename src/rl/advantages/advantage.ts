/** The interface of advantage estimators: an advantage for each decision of the learner, and a memory between batches. */

import type { Game } from "../../games/game.ts";
import type { WeightArray } from "../../nn/weights.ts";
import { type Plan, type Trajectories, whoPlays } from "../../selfplay/plan.ts";
import { memoised } from "../../util/memoised.ts";
import type { Rng } from "../../util/rng.ts";

export interface AdvantageEstimator {
  /**
   * The advantage of every decision of the learner, in the order of `learnerDecisions`, for each of the trajectories; [T]
   * each. Call it once for every batch: an estimator with a memory reads its memory first and then updates it.
   */
  advantages(batch: readonly Trajectories[]): Float64Array[];
  save(): EstimatorState;
  restore(state: EstimatorState): void;
  dispose(): void;
}

/** The part of a checkpoint that belongs to the estimator: its memory. */
export interface EstimatorState {
  readonly numbers: Readonly<Record<string, number>>;
  readonly arrays: readonly WeightArray[];
}

export interface EstimatorSettings {
  readonly baselineDecay: number;
  readonly critic: { readonly lambda: number; readonly learningRate: number; readonly hidden: readonly number[] };
}

export type MakeEstimator = (
  settings: EstimatorSettings,
  context: { games: readonly Game[]; rng: Rng },
) => AdvantageEstimator;

/** For estimators without a memory. */
export const memoryless: Pick<AdvantageEstimator, "save" | "restore" | "dispose"> = {
  save: () => ({ numbers: {}, arrays: [] }),
  restore: () => {},
  dispose: () => {},
};

/** Whether the learner sits in `seat`. In self-play it sits in both seats. */
export const learnerSits = (trajectories: Trajectories, episode: number, seat: number): boolean =>
  whoPlays(trajectories.plan, episode, seat) === 0;

/** The episodes in which the learner sits in `seat`: `first`, `first` + `step`, … below the plan's number of episodes. */
export function learnerEpisodes({ policies, paired, episodes }: Plan, seat: number): { first: number; step: number } {
  if (policies[0] === policies[1]) return { first: 0, step: 1 };
  if (paired) return { first: seat, step: 2 };
  return { first: seat === 0 ? 0 : episodes, step: 1 };
}

/** The T decisions of the learner in some trajectories, episode by episode and ply by ply. */
export interface LearnerDecisions {
  /** The index of each in `decisions` and `slots`. [T] */
  readonly cells: Int32Array;
  /** The index of its return in `returns`: 2 · episode + seat. [T] */
  readonly sides: Int32Array;
}

/** The learner's decisions. Memoised: the estimator and the merging of rows both need them. */
export const learnerDecisions = memoised(findDecisions);

function findDecisions(trajectories: Trajectories): LearnerDecisions {
  const { plan, plies, decisions, ids } = trajectories;
  const { player } = plan.graph.flat;
  const P = plan.graph.game.maxPlies;
  const isSelfPlay = plan.policies[0] === plan.policies[1];
  const seats = Uint8Array.from(ids, (id) => player[id]); // [I]
  let atMost = 0;
  for (let episode = 0; episode < plan.episodes; episode++) atMost += plies[episode];
  const cells = new Int32Array(atMost);
  const sides = new Int32Array(atMost);
  let turns = 0;
  for (let episode = 0; episode < plan.episodes; episode++) {
    const end = episode * P + plies[episode];
    for (let cell = episode * P; cell < end; cell++) {
      const index = decisions[cell];
      if (index < 0) continue;
      const seat = seats[index];
      if (!isSelfPlay && !learnerSits(trajectories, episode, seat)) continue;
      cells[turns] = cell;
      sides[turns] = episode * 2 + seat;
      turns++;
    }
  }
  return { cells: cells.subarray(0, turns), sides: sides.subarray(0, turns) };
}

/**
 * Advantages that depend on the episode and the role alone: all decisions of a role in an episode get the same. `advantageOf`
 * is called once for each role (`kuhn/first`), with the learner's returns in that role in episode order.
 */
export function byRole(
  trajectories: Trajectories,
  advantageOf: (returns: Float64Array, role: string) => Float64Array,
): Float64Array {
  const { plan, returns } = trajectories;
  const { id, roles } = plan.graph.game;
  const bySide = new Float64Array(plan.episodes * 2);
  for (const seat of [0, 1] as const) {
    const { first, step } = learnerEpisodes(plan, seat);
    const learned = new Float64Array(Math.ceil((plan.episodes - first) / step));
    for (let i = 0; i < learned.length; i++) learned[i] = returns[(first + i * step) * 2 + seat];
    const advantages = advantageOf(learned, `${id}/${roles[seat]}`);
    for (let i = 0; i < learned.length; i++) bySide[(first + i * step) * 2 + seat] = advantages[i];
  }
  return ofSides(trajectories, bySide);
}

/** The advantage of every decision of the learner, from those by side: 2 · episode + seat. [2 E] → [T] */
export function ofSides(trajectories: Trajectories, bySide: Float64Array): Float64Array {
  const { sides } = learnerDecisions(trajectories);
  const advantages = new Float64Array(sides.length);
  for (let t = 0; t < sides.length; t++) advantages[t] = bySide[sides[t]];
  return advantages;
}
