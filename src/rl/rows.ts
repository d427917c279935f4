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
import { type FlatGraph, flatOf } from "../graph/flat-graph.ts";
import type { Infoset } from "../graph/game-graph.ts";
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

/** `advantages` are in the order of `learnerDecisions`. Plans of one game, which share its graph, merge too. */
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
  readonly flat: FlatGraph;
  /** Of the information sets. [I] */
  readonly ids: Int32Array;
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
  const { plan, slots, decisions, ids } = trajectories;
  const flat = flatOf(plan.graph);
  const visits = new Float64Array(ids.length);
  const starts = new Int32Array(ids.length + 1);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    starts[i + 1] = (starts[i] as number) + (flat.slots[id + 1] as number) - (flat.slots[id] as number);
  }
  const gains = new Float64Array(starts[ids.length] as number);
  const losses = new Float64Array(starts[ids.length] as number);
  const { cells } = learnerDecisions(trajectories);
  for (let t = 0; t < cells.length; t++) {
    const cell = cells[t] as number;
    const i = decisions[cell] as number;
    (visits[i] as number)++;
    const at = (starts[i] as number) + (slots[cell] as number);
    const a = advantages[t] as number;
    if (a > 0) (gains[at] as number) += a;
    else (losses[at] as number) += a;
  }
  return { flat, ids, visits, starts, gains, losses, turns: cells.length };
}

/** The tallies of one game's plans by orbit, divided by T. */
function rowsOf(tallies: readonly Tally[], T: number): Row[] {
  const { flat } = tallies[0] as Tally;
  // By id of the representative: its row, counted from 1.
  const rowOf = new Int32Array(flat.graph.infosets.length);
  const representatives: number[] = [];
  for (const { flat: own, ids, visits } of tallies) {
    if (own !== flat) throw new Error(`${flat.graph.game.id} is played on two graphs`);
    for (let i = 0; i < ids.length; i++) {
      // An opponent's decision only.
      if (visits[i] === 0) continue;
      const orbit = flat.canonical[ids[i] as number] as number;
      if (rowOf[orbit] === 0) rowOf[orbit] = representatives.push(orbit);
    }
  }
  // One long array for all rows' sums: thousands of small ones would cost more than all that is done with them.
  const starts = new Int32Array(representatives.length + 1);
  for (let row = 0; row < representatives.length; row++) {
    const id = representatives[row] as number;
    starts[row + 1] = (starts[row] as number) + (flat.slots[id + 1] as number) - (flat.slots[id] as number);
  }
  const visits = new Float64Array(representatives.length);
  const gains = new Float64Array(starts[representatives.length] as number);
  const losses = new Float64Array(starts[representatives.length] as number);
  for (const tally of tallies) {
    for (let i = 0; i < tally.ids.length; i++) {
      if (tally.visits[i] === 0) continue;
      const id = tally.ids[i] as number;
      const row = (rowOf[flat.canonical[id] as number] as number) - 1;
      (visits[row] as number) += tally.visits[i] as number;
      const first = flat.slots[id] as number;
      const start = starts[row] as number;
      const from = tally.starts[i] as number;
      const width = (tally.starts[i + 1] as number) - from;
      for (let slot = 0; slot < width; slot++) {
        const to = start + (flat.toCanonical[first + slot] as number);
        (gains[to] as number) += tally.gains[from + slot] as number;
        (losses[to] as number) += tally.losses[from + slot] as number;
      }
    }
  }
  for (let i = 0; i < gains.length; i++) {
    (gains[i] as number) /= T;
    (losses[i] as number) /= T;
  }
  return representatives.map((id, row) => ({
    infoset: flat.graph.infosets[id] as Infoset,
    visits: (visits[row] as number) / T,
    gains: gains.subarray(starts[row], starts[row + 1]),
    losses: losses.subarray(starts[row], starts[row + 1]),
  }));
}
