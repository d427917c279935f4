/**
 * Row merging. While a batch is played the policy stands still, so every decision at one information set has the same
 * logits, and a loss that sums over decisions is a sum over distinct rows:
 *
 *   Σ_decisions A · log π(a | s) / T  =  Σ_rows Σ_a  G[row, a] · log π(a | row)      G[row, a] = Σ_{decisions at (row, a)} A / T
 *
 * exactly, in 10 to 100 times less work. Gains (A > 0) and losses (A < 0) are summed apart, which keeps it exact for
 * losses that treat them differently (PPO's clipping). T is the number of the learner's decisions in the batch of the same
 * game, so that every game counts alike however many turns it lasts. Rows of one symmetry orbit merge into their
 * representative.
 */
import type { Game } from "../games/game.ts";
import type { Infoset } from "../games/graph.ts";
import type { Trajectories } from "../selfplay/play.ts";
import { learnerDecisions } from "./advantages/advantage.ts";

export interface Row {
  /** The representative of its orbit. */
  readonly infoset: Infoset;
  /** The learner's decisions here, as a share of the game's; the shares of one game sum to 1. */
  readonly visits: number;
  /** Sums over positive advantages, by slot; ≥ 0. */
  readonly gains: Float64Array;
  /** Sums over negative advantages, by slot; ≤ 0. G is gains + losses. */
  readonly losses: Float64Array;
}

export interface MergedBatch {
  /** In order of first visit, game by game. */
  readonly rows: readonly Row[];
  /** The learner's decisions, over all games. */
  readonly decisions: number;
}

/** `advantages` is laid out like each trajectories' `decisions`. Plans of one game, which share its graph, merge too. */
export function mergeRows(batch: readonly Trajectories[], advantages: readonly Float64Array[]): MergedBatch {
  const games = new Map<Game, Tally[]>();
  batch.forEach((trajectories, i) => {
    const { game } = trajectories.plan.graph;
    games.set(game, [...(games.get(game) ?? []), tallyOf(trajectories, advantages[i] as Float64Array)]);
  });
  const turnsOf = (tallies: readonly Tally[]) => tallies.reduce((sum, { turns }) => sum + turns, 0);
  const perGame = [...games.values()];
  return {
    rows: perGame.flatMap((tallies) => rowsOf(tallies, turnsOf(tallies))),
    decisions: perGame.reduce((sum, tallies) => sum + turnsOf(tallies), 0),
  };
}

/** The learner's decisions in some trajectories, summed by information set. */
interface Tally {
  readonly infosets: readonly Infoset[];
  /** By information set. [I] */
  readonly visits: Float64Array;
  /** The slots of information set i stand at `starts[i] …`. [I + 1] */
  readonly starts: Int32Array;
  /** As in `Row`, not yet divided by T. [starts[I]] */
  readonly gains: Float64Array;
  readonly losses: Float64Array;
  /** How many decisions there are. */
  readonly turns: number;
}

function tallyOf(trajectories: Trajectories, advantages: Float64Array): Tally {
  const { slots, decisions, infosets } = trajectories;
  const visits = new Float64Array(infosets.length);
  const starts = new Int32Array(infosets.length + 1);
  for (let index = 0; index < infosets.length; index++) {
    starts[index + 1] = (starts[index] as number) + (infosets[index] as Infoset).actions.length;
  }
  const width = starts[infosets.length] as number;
  const gains = new Float64Array(width);
  const losses = new Float64Array(width);
  const { cells } = learnerDecisions(trajectories);
  for (let t = 0; t < cells.length; t++) {
    const cell = cells[t] as number;
    const index = decisions[cell] as number;
    (visits[index] as number)++;
    const at = (starts[index] as number) + (slots[cell] as number);
    const a = advantages[cell] as number;
    if (a > 0) (gains[at] as number) += a;
    else (losses[at] as number) += a;
  }
  return { infosets, visits, starts, gains, losses, turns: cells.length };
}

/** The tallies of one game's plans by orbit, divided by T. */
function rowsOf(tallies: readonly Tally[], T: number): Row[] {
  const rowOf = new Map<Infoset, number>();
  const infosets: Infoset[] = [];
  // One long array for all rows' sums: thousands of small ones would cost more than all that is done with them.
  const starts = [0];
  const places = tallies.map((tally) => {
    const place = new Int32Array(tally.infosets.length).fill(-1);
    for (let index = 0; index < place.length; index++) {
      // An opponent's decision only.
      if (tally.visits[index] === 0) continue;
      const { canonical } = tally.infosets[index] as Infoset;
      let row = rowOf.get(canonical);
      if (row === undefined) {
        row = infosets.length;
        rowOf.set(canonical, row);
        infosets.push(canonical);
        starts.push((starts[row] as number) + canonical.actions.length);
      }
      place[index] = row;
    }
    return place;
  });
  const visits = new Float64Array(infosets.length);
  const gains = new Float64Array(starts.at(-1) as number);
  const losses = new Float64Array(starts.at(-1) as number);
  tallies.forEach((tally, k) => {
    const place = places[k] as Int32Array;
    for (let index = 0; index < place.length; index++) {
      const row = place[index] as number;
      if (row < 0) continue;
      (visits[row] as number) += tally.visits[index] as number;
      const { toCanonical } = tally.infosets[index] as Infoset;
      const start = starts[row] as number;
      const from = tally.starts[index] as number;
      const width = (tally.starts[index + 1] as number) - from;
      for (let slot = 0; slot < width; slot++) {
        const to = start + (toCanonical ? (toCanonical[slot] as number) : slot);
        (gains[to] as number) += tally.gains[from + slot] as number;
        (losses[to] as number) += tally.losses[from + slot] as number;
      }
    }
  });
  for (let i = 0; i < gains.length; i++) {
    (gains[i] as number) /= T;
    (losses[i] as number) /= T;
  }
  return infosets.map((infoset, row) => ({
    infoset,
    visits: (visits[row] as number) / T,
    gains: gains.subarray(starts[row], starts[row + 1]),
    losses: losses.subarray(starts[row], starts[row + 1]),
  }));
}
