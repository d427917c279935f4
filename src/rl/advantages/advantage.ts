/** What every advantage estimator is: a number for each of the learner's decisions, and perhaps a memory of earlier ones. */
import type { FeatureLayout } from "../../games/features.ts";
import type { Infoset } from "../../games/graph.ts";
import type { WeightArray } from "../../nn/mlp.ts";
import type { Trajectories } from "../../selfplay/play.ts";
import { whoPlays } from "../../selfplay/slice.ts";
import type { Rng } from "../../util/rng.ts";

export interface AdvantageEstimator {
  /**
   * The advantage of every decision of the learner, laid out like each trajectories' `decisions`; the rest stays 0.
   * [E, P] each. Called once a batch, in order: an estimator with memory updates it here, after reading it.
   */
  advantages(batch: readonly Trajectories[]): Float64Array[];
  save(): EstimatorState;
  restore(state: EstimatorState): void;
  dispose(): void;
}

/** What a checkpoint must hold of an estimator. */
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
  context: { layout: FeatureLayout; rng: Rng },
) => AdvantageEstimator;

/** For estimators that remember nothing from batch to batch. */
export const memoryless: Pick<AdvantageEstimator, "save" | "restore" | "dispose"> = {
  save: () => ({ numbers: {}, arrays: [] }),
  restore: () => {},
  dispose: () => {},
};

/** Whether the learner sits in `seat`. In self-play it sits in both. */
export const learnerSits = (trajectories: Trajectories, episode: number, seat: 0 | 1): boolean =>
  whoPlays(trajectories.plan, episode, seat) === 0;

/**
 * Calls `visit` with the cell, episode, seat and index in `infosets` of every decision of the learner, episode by episode
 * and ply by ply.
 */
export function forEachDecision(
  trajectories: Trajectories,
  visit: (cell: number, episode: number, seat: 0 | 1, index: number) => void,
): void {
  const { plan, plies, decisions, infosets } = trajectories;
  const P = plan.graph.game.maxPlies;
  const isSelfPlay = plan.policies[0] === plan.policies[1];
  const players = new Uint8Array(infosets.length);
  for (let index = 0; index < infosets.length; index++) players[index] = (infosets[index] as Infoset).player;
  for (let episode = 0; episode < plan.episodes; episode++) {
    const end = episode * P + (plies[episode] as number);
    for (let cell = episode * P; cell < end; cell++) {
      const index = decisions[cell] as number;
      if (index < 0) continue;
      const seat = players[index] as 0 | 1;
      if (isSelfPlay || learnerSits(trajectories, episode, seat)) visit(cell, episode, seat, index);
    }
  }
}

/**
 * Advantages that depend on the episode and the seat alone, so that every turn of a role gets the same. `advantageOf` is
 * called once for each role (`kuhn/first`) with the learner's returns in it, in episode order.
 */
export function byRole(
  trajectories: Trajectories,
  advantageOf: (returns: Float64Array, role: string) => Float64Array,
): Float64Array {
  const { plan, decisions, returns } = trajectories;
  const { id, roles } = plan.graph.game;
  const byEpisode = new Float64Array(plan.episodes * 2);
  for (const seat of [0, 1] as const) {
    const own = new Int32Array(plan.episodes);
    let count = 0;
    for (let e = 0; e < plan.episodes; e++) if (learnerSits(trajectories, e, seat)) own[count++] = e * 2 + seat;
    const learned = new Float64Array(count);
    for (let i = 0; i < count; i++) learned[i] = returns[own[i] as number] as number;
    const advantages = advantageOf(learned, `${id}/${roles[seat]}`);
    for (let i = 0; i < count; i++) byEpisode[own[i] as number] = advantages[i] as number;
  }
  const advantages = new Float64Array(decisions.length);
  forEachDecision(trajectories, (cell, episode, seat) => {
    advantages[cell] = byEpisode[episode * 2 + seat] as number;
  });
  return advantages;
}
