/**
 * Row merging. The policy does not change while a batch is played, so all decisions at one information set have the same
 * logits. A sum over decisions is therefore a sum over distinct rows:
 *
 *   Σ_decisions A · log π(a | s) / T  =  Σ_rows Σ_a  G[row, a] · log π(a | row)      G[row, a] = Σ_{decisions at (row, a)} A / T
 *
 * This is exact and takes 10 to 100 times less work. G = G⁺ + G⁻, where G⁺ sums the positive advantages and G⁻ the negative
 * ones. They are kept apart for losses that treat the two differently, such as PPO's clipping. T is the number of the
 * learner's turns of the same game in the batch, so that every game has the same weight, whatever its length. In most games
 * a decision is a turn. The rows of a symmetry orbit merge into their representative.
 *
 * If a turn has several decisions, such as the words of a response, its loss is their sum, their mean, or their sum divided by
 * the most decisions that a turn can have (`rl.tokens`):
 *
 *   sum: w = 1      mean: w = 1 / decisions of this turn      constant: w = 1 / most decisions of a turn      A ← w A
 */

import type { Game } from "../games/game.ts";
import type { GameGraph, Infoset } from "../graph/game-graph.ts";
import type { Trajectories } from "../selfplay/plan.ts";
import { learnerDecisions } from "./advantages/advantage.ts";

export interface Row {
  /** The representative of a symmetry orbit. */
  readonly infoset: Infoset;
  /** Decisions of the learner that were made here, per turn of this game. If every decision is a turn, they sum to 1 in a game. */
  readonly visits: number;
  /** G⁺: the sum of the positive advantages over T, by slot; ≥ 0. */
  readonly positive: Float64Array;
  /** G⁻: the sum of the negative advantages over T, by slot; ≤ 0. */
  readonly negative: Float64Array;
}

export interface MergedBatch {
  /** In order of first visit, game by game. */
  readonly rows: readonly Row[];
  /** Number of the learner's turns over all games. */
  readonly decisions: number;
}

/** How the decisions of a turn add up to its loss. */
export type TokenSum = "sum" | "mean" | "constant";

/** `advantages` are in the order of `learnerDecisions`. Plans of one game must share a graph; their rows merge too. */
export function mergeRows(
  batch: readonly Trajectories[],
  advantages: readonly Float64Array[],
  tokens: TokenSum = "sum",
): MergedBatch {
  const games = new Map<Game, Tally[]>();
  batch.forEach((trajectories, i) => {
    const { game } = trajectories.plan.graph;
    games.set(game, [
      ...(games.get(game) ?? []),
      tallyOf(trajectories, turnWeighted(trajectories, advantages[i], tokens)),
    ]);
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
  readonly graph: GameGraph;
  /** Ids of the information sets. [I] */
  readonly ids: Int32Array;
  /** Number of decisions at each. [I] */
  readonly visits: Float64Array;
  /** The slots of information set i are at `starts[i]` … `starts[i + 1]` − 1. [I + 1] */
  readonly starts: Int32Array;
  /** As in `Row`, not yet divided by T. [starts[I]] */
  readonly positive: Float64Array;
  readonly negative: Float64Array;
  /** Number of turns in all. */
  readonly turns: number;
}

function tallyOf(trajectories: Trajectories, advantages: Float64Array): Tally {
  const { plan, slots, decisions, ids } = trajectories;
  const { firstEntry } = plan.graph.flat;
  const visits = new Float64Array(ids.length);
  const starts = new Int32Array(ids.length + 1);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i];
    starts[i + 1] = starts[i] + firstEntry[id + 1] - firstEntry[id];
  }
  const positive = new Float64Array(starts[ids.length]);
  const negative = new Float64Array(starts[ids.length]);
  const { cells } = learnerDecisions(trajectories);
  for (let t = 0; t < cells.length; t++) {
    const cell = cells[t];
    const i = decisions[cell];
    visits[i]++;
    const at = starts[i] + slots[cell];
    const a = advantages[t];
    if (a > 0) positive[at] += a;
    else negative[at] += a;
  }
  return { graph: plan.graph, ids, visits, starts, positive, negative, turns: turnsIn(trajectories, visits) };
}

/** The number of turns, from the number of decisions at each information set. */
function turnsIn({ plan, infosets }: Trajectories, visits: Float64Array): number {
  const { turns } = plan.graph.game;
  let count = 0;
  for (let i = 0; i < visits.length; i++) if (!turns?.continues(infosets[i].state)) count += visits[i];
  return count;
}

/** w A for every decision. [T] */
function turnWeighted(trajectories: Trajectories, advantages: Float64Array, tokens: TokenSum): Float64Array {
  const { turns } = trajectories.plan.graph.game;
  if (!turns || tokens === "sum") return advantages;
  if (tokens === "constant") return advantages.map((a) => a / turns.mostPlies);
  const { infosets, decisions } = trajectories;
  const { cells } = learnerDecisions(trajectories);
  const continues = infosets.map(({ state }) => turns.continues(state));
  const weighted = new Float64Array(advantages.length);
  for (let start = 0; start < cells.length; ) {
    let end = start + 1;
    while (end < cells.length && continues[decisions[cells[end]]]) end++;
    for (let t = start; t < end; t++) weighted[t] = advantages[t] / (end - start);
    start = end;
  }
  return weighted;
}

/** The tallies of one game's plans, summed by orbit and divided by T. */
function rowsOf(tallies: readonly Tally[], T: number): Row[] {
  const { graph } = tallies[0];
  const { canonical, firstEntry, toCanonical } = graph.flat;
  // By id of the representative: its row, counted from 1; 0 if it has none.
  const rowOf = new Int32Array(graph.infosets.length);
  const representatives: number[] = [];
  for (const { graph: own, ids, visits } of tallies) {
    if (own !== graph) throw new Error(`${graph.game.id} is played on two graphs`);
    for (let i = 0; i < ids.length; i++) {
      // Only the opponent decided here.
      if (visits[i] === 0) continue;
      const orbit = canonical[ids[i]];
      if (rowOf[orbit] === 0) rowOf[orbit] = representatives.push(orbit);
    }
  }
  // One array for the sums of all rows: thousands of small arrays would cost more time than the sums.
  const starts = new Int32Array(representatives.length + 1);
  for (let row = 0; row < representatives.length; row++) {
    const id = representatives[row];
    starts[row + 1] = starts[row] + firstEntry[id + 1] - firstEntry[id];
  }
  const visits = new Float64Array(representatives.length);
  const positive = new Float64Array(starts[representatives.length]);
  const negative = new Float64Array(starts[representatives.length]);
  for (const tally of tallies) {
    for (let i = 0; i < tally.ids.length; i++) {
      if (tally.visits[i] === 0) continue;
      const id = tally.ids[i];
      const row = rowOf[canonical[id]] - 1;
      visits[row] += tally.visits[i];
      const first = firstEntry[id];
      const start = starts[row];
      const from = tally.starts[i];
      const width = tally.starts[i + 1] - from;
      for (let slot = 0; slot < width; slot++) {
        const to = start + toCanonical[first + slot];
        positive[to] += tally.positive[from + slot];
        negative[to] += tally.negative[from + slot];
      }
    }
  }
  for (let i = 0; i < positive.length; i++) {
    positive[i] /= T;
    negative[i] /= T;
  }
  return representatives.map((id, row) => ({
    infoset: graph.infosets[id],
    visits: visits[row] / T,
    positive: positive.subarray(starts[row], starts[row + 1]),
    negative: negative.subarray(starts[row], starts[row + 1]),
  }));
}
