/**
 * Row merging. While a batch is played the policy stands still, so every decision at one information set has the same
 * logits, and a loss that sums over decisions is a sum over distinct rows:
 *
 *   Σ_decisions A · log π(a | s) / T  =  Σ_rows Σ_a  G[row, a] · log π(a | row)      G[row, a] = Σ_{decisions at (row, a)} A / T
 *
 * exactly, in 10 to 100 times less work. T is the number of decisions in the batch of the same game, so that every game
 * counts alike however many turns it lasts. Rows of one symmetry orbit merge into their representative.
 */
import type { Infoset } from "../games/graph.ts";
import type { Trajectories } from "../selfplay/play.ts";

export interface Row {
  /** The representative of its orbit. */
  readonly infoset: Infoset;
  /** Decisions here, as a share of the game's; the shares of one game sum to 1. */
  visits: number;
  /** G above, by slot. */
  readonly weights: Float64Array;
}

/** The rows of a batch in order of first visit. `advantages` is laid out like each trajectories' `decisions`. */
export function mergeRows(batch: readonly Trajectories[], advantages: readonly Float64Array[]): Row[] {
  return batch.flatMap((trajectories, i) => mergeGame(trajectories, advantages[i] as Float64Array));
}

function mergeGame({ plan, plies, slots, decisions, infosets }: Trajectories, advantages: Float64Array): Row[] {
  const P = plan.graph.game.maxPlies;
  // First by information set, by index; then by orbit.
  const visits = new Float64Array(infosets.length);
  const starts = new Int32Array(infosets.length);
  let width = 0;
  infosets.forEach(({ actions }, index) => {
    starts[index] = width;
    width += actions.length;
  });
  const sums = new Float64Array(width);
  let turns = 0;
  for (let episode = 0; episode < plan.episodes; episode++) {
    const end = episode * P + (plies[episode] as number);
    for (let cell = episode * P; cell < end; cell++) {
      const index = decisions[cell] as number;
      if (index < 0) continue;
      turns++;
      (visits[index] as number)++;
      (sums[(starts[index] as number) + (slots[cell] as number)] as number) += advantages[cell] as number;
    }
  }
  const rows = new Map<Infoset, Row>();
  infosets.forEach(({ canonical, toCanonical, actions }, index) => {
    let row = rows.get(canonical);
    if (!row) {
      row = { infoset: canonical, visits: 0, weights: new Float64Array(actions.length) };
      rows.set(canonical, row);
    }
    row.visits += (visits[index] as number) / turns;
    for (let slot = 0; slot < actions.length; slot++) {
      const to = toCanonical ? (toCanonical[slot] as number) : slot;
      (row.weights[to] as number) += (sums[(starts[index] as number) + slot] as number) / turns;
    }
  });
  return [...rows.values()];
}
