/** What every advantage estimator is: a number for each decision of a batch, and perhaps a memory of earlier ones. */
import type { Trajectories } from "../../selfplay/play.ts";

export interface AdvantageEstimator {
  /**
   * The advantage of every decision, laid out like each trajectories' `decisions`; chance plies stay 0. [E, P] each.
   * Called once a batch, in order: an estimator with memory updates it here, after reading it.
   */
  advantages(batch: readonly Trajectories[]): Float64Array[];
  /** What a checkpoint must hold, by name. */
  save(): Record<string, number>;
  restore(saved: Readonly<Record<string, number>>): void;
}

/** Calls `visit` with every decision's cell, episode and seat, episode by episode and ply by ply. */
export function forEachDecision(
  { plan, plies, decisions, infosets }: Trajectories,
  visit: (cell: number, episode: number, seat: 0 | 1) => void,
): void {
  const P = plan.graph.game.maxPlies;
  for (let episode = 0; episode < plan.episodes; episode++) {
    const end = episode * P + (plies[episode] as number);
    for (let cell = episode * P; cell < end; cell++) {
      const infoset = infosets[decisions[cell] as number];
      if (infoset) visit(cell, episode, infoset.player);
    }
  }
}
