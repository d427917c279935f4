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
import { forEachDecision } from "./advantages/advantage.ts";

export interface Row {
  /** The representative of its orbit. */
  readonly infoset: Infoset;
  /** The learner's decisions here, as a share of the game's; the shares of one game sum to 1. */
  visits: number;
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
  const games = new Map<Game, { rows: Map<Infoset, Row>; turns: number }>();
  batch.forEach((trajectories, i) => {
    const { game } = trajectories.plan.graph;
    const entry = games.get(game) ?? { rows: new Map(), turns: 0 };
    games.set(game, entry);
    entry.turns += addPlan(entry.rows, trajectories, advantages[i] as Float64Array);
  });
  const rows: Row[] = [];
  let decisions = 0;
  for (const { rows: ofGame, turns } of games.values()) {
    decisions += turns;
    for (const row of ofGame.values()) {
      row.visits /= turns;
      for (const sums of [row.gains, row.losses]) {
        for (let slot = 0; slot < sums.length; slot++) sums[slot] = (sums[slot] as number) / turns;
      }
      rows.push(row);
    }
  }
  return { rows, decisions };
}

/** Adds one plan's decisions to the rows of its game, not yet divided by T; returns how many. */
function addPlan(rows: Map<Infoset, Row>, trajectories: Trajectories, advantages: Float64Array): number {
  const { slots, infosets } = trajectories;
  // First by information set, in flat arrays; then by orbit.
  const visits = new Float64Array(infosets.length);
  const starts = new Int32Array(infosets.length + 1);
  infosets.forEach(({ actions }, index) => {
    starts[index + 1] = (starts[index] as number) + actions.length;
  });
  const width = starts[infosets.length] as number;
  const gains = new Float64Array(width);
  const losses = new Float64Array(width);
  let turns = 0;
  forEachDecision(trajectories, (cell, _episode, _seat, index) => {
    turns++;
    (visits[index] as number)++;
    const a = advantages[cell] as number;
    ((a > 0 ? gains : losses)[(starts[index] as number) + (slots[cell] as number)] as number) += a;
  });
  infosets.forEach(({ canonical, toCanonical, actions }, index) => {
    // An opponent's decision only.
    if (visits[index] === 0) return;
    let row = rows.get(canonical);
    if (!row) {
      row = {
        infoset: canonical,
        visits: 0,
        gains: new Float64Array(actions.length),
        losses: new Float64Array(actions.length),
      };
      rows.set(canonical, row);
    }
    row.visits += visits[index] as number;
    for (let slot = 0; slot < actions.length; slot++) {
      const to = toCanonical ? (toCanonical[slot] as number) : slot;
      const from = (starts[index] as number) + slot;
      (row.gains[to] as number) += gains[from] as number;
      (row.losses[to] as number) += losses[from] as number;
    }
  });
  return turns;
}
