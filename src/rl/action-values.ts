/**
 * The value of each action at the information sets of a batch, under the policy π that the batch explored from. Both players
 * play b = (1 − ε) π + ε / n, so the games show the values of b. For each decision d of player i,
 *
 *   W_d = Π π(a) / b(a)   over the other player's actions before i's next decision, or the end      X_d = V̂(i's next information set)
 *                                                                                                          or the return R at the end
 *   q̂(I, a) = Σ W X / Σ W   over the decisions at (I, a)      V̂(I) = Σ_a π Q̂      Q̂ = q̂, or a critic's mixture with it
 *
 * W corrects for the other player's exploration, as in importance sampling. Player i's own needs no weight: which of its actions
 * led to I says nothing about what follows, and what follows is V̂. Decisions are visited from the last ply to the first, so that
 * V̂ of what follows is known. If an information set recurs at several plies, V̂ is of its decisions so far, which are later ones.
 *
 * Self-normalised weights have a bias of order 1 / n. Where an action was not sampled, it has the critic's value; or without a
 * critic the mean of the others, Σ π q̂ / Σ π.
 *
 * With a critic c, Q̂ = c + n / (n + 1) · (q̂ − c), with n the effective number of decisions, (Σ W)² / Σ W². V̂ takes what was sampled
 * in full, divided by the probability that N decisions at I include the action (Horvitz & Thompson 1952), so that a wrong critic does
 * not bias it, however few decisions there are. For N = 1 that is the importance weight π / b, and for many decisions Σ π q̂:
 *
 *   V̂(I) = Σ_a π c + Σ_{a sampled} π / (1 − (1 − b)ᴺ) · (q̂ − c)
 */
import type { Infoset } from "../graph/game-graph.ts";
import { slotStarts } from "../policies/softmax.ts";
import type { Trajectories } from "../selfplay/plan.ts";
import { learnerDecisions } from "./advantages/advantage.ts";
import { exploredDecisions } from "./explored-decisions.ts";

/** Of R information sets with S actions in all. Those of one game; returns are divided by `scale`. */
export interface ActionValues {
  /** Representatives of symmetry orbits, in order of first visit. [R] */
  readonly infosets: readonly Infoset[];
  /** The actions of information set r are at `starts[r]` … `starts[r + 1]` − 1. [R + 1] */
  readonly starts: Int32Array;
  /** q̂; 0 where no decision took the action. [S] */
  readonly sampled: Float64Array;
  /** Σ W of each action; 0 where no decision took it. [S] */
  readonly weights: Float64Array;
  /** Σ W² of each action. [S] */
  readonly squares: Float64Array;
  /** Q̂. [S] */
  readonly values: Float64Array;
  /** V̂. [R] */
  readonly means: Float64Array;
  /** The share of the game's decisions that were made here. They sum to 1. [R] */
  readonly visits: Float64Array;
  /** The effective number of decisions here, (Σ W)² / Σ W². [R] */
  readonly effective: Float64Array;
}

/** What action values depend on beside the games. */
export interface ActionValueContext {
  /** π of each action of these information sets, concatenated. [S] */
  readonly policy: (infosets: readonly Infoset[]) => Float64Array;
  /** ε. */
  readonly exploration: number;
  /** The critic's value of each of their actions [S]; absent without a critic. */
  readonly critic?: ((infosets: readonly Infoset[]) => Float64Array) | undefined;
}

/** How many decisions the critic's value counts for. */
const CRITIC_COUNT = 1;

/** The largest absolute return of a game: all returns divided by it are in −1 … 1. */
export const largestReturn = ({ plan }: Trajectories): number => {
  const { min, max } = plan.graph.game.utility;
  return Math.max(Math.abs(min), Math.abs(max));
};

/** From trajectories of one game, on one graph. Only the learner's decisions count. */
export function actionValues(batch: readonly Trajectories[], context: ActionValueContext): ActionValues {
  const { rowOf, infosets, starts } = rowsOf(batch);
  const [R, S] = [infosets.length, starts[infosets.length]];
  const policy = context.policy(infosets);
  const prior = context.critic?.(infosets);
  const explored = exploredPolicy(policy, starts, context.exploration);
  const ratio = policy.map((p, i) => (p > 0 ? p / explored[i] : 0));
  const { count, row, entry, next, weight, result, ends } = exploredDecisions(
    batch,
    rowOf,
    starts,
    ratio,
    largestReturn(batch[0]),
  );

  const sums = new Float64Array(S); // Σ W X
  const weights = new Float64Array(S); // Σ W
  const squares = new Float64Array(S); // Σ W²
  const sampled = new Float64Array(S);
  const values = new Float64Array(S);
  const means = new Float64Array(R);
  const visits = new Float64Array(R); // decisions so far

  /** q̂, Q̂ and V̂ of a row, from the sums so far. */
  function settle(r: number): void {
    let mass = 0;
    let mean = 0;
    for (let i = starts[r]; i < starts[r + 1]; i++) {
      if (squares[i] === 0) continue;
      sampled[i] = sums[i] / weights[i];
      mass += policy[i];
      mean += policy[i] * sampled[i];
    }
    if (mass > 0) mean /= mass;
    means[r] = 0;
    for (let i = starts[r]; i < starts[r + 1]; i++) {
      const n = squares[i] > 0 ? weights[i] ** 2 / squares[i] : 0;
      if (prior) {
        const difference = sampled[i] - prior[i];
        values[i] = prior[i] + (n / (n + CRITIC_COUNT)) * difference;
        means[r] += policy[i] * prior[i];
        if (n > 0) means[r] += (policy[i] / (1 - (1 - explored[i]) ** visits[r])) * difference;
      } else {
        values[i] = n > 0 ? sampled[i] : mean;
        means[r] += policy[i] * values[i];
      }
    }
  }

  const settled = new Int32Array(R).fill(-1); // the ply at which a row was last settled
  let start = 0;
  ends.forEach((end, ply) => {
    for (let d = start; d < end; d++) {
      const i = entry[d];
      const w = weight[d];
      const X = next[d] >= 0 ? means[row[next[d]]] : result[d];
      sums[i] += w * X;
      weights[i] += w;
      squares[i] += w * w;
      visits[row[d]]++;
    }
    for (let d = start; d < end; d++) {
      if (settled[row[d]] === ply) continue;
      settled[row[d]] = ply;
      settle(row[d]);
    }
    start = end;
  });

  const effective = new Float64Array(R);
  for (let r = 0; r < R; r++) {
    let [w, w2] = [0, 0];
    for (let i = starts[r]; i < starts[r + 1]; i++) {
      w += weights[i];
      w2 += squares[i];
    }
    effective[r] = w2 > 0 ? (w * w) / w2 : 0;
    visits[r] /= count;
  }
  return { infosets, starts, sampled, weights, squares, values, means, visits, effective };
}

/** The rows of a batch: the representatives of the information sets at which the learner decided. */
function rowsOf(batch: readonly Trajectories[]) {
  const { graph } = batch[0].plan;
  const { canonical } = graph.flat;
  // By id of the representative: its row, counted from 1; 0 if it has none.
  const rowOf = new Int32Array(graph.infosets.length);
  const infosets: Infoset[] = [];
  for (const trajectories of batch) {
    const { ids, decisions } = trajectories;
    const decided = new Uint8Array(ids.length);
    for (const cell of learnerDecisions(trajectories).cells) decided[decisions[cell]] = 1;
    for (let i = 0; i < ids.length; i++) {
      const id = canonical[ids[i]];
      if (decided[i] === 1 && rowOf[id] === 0) rowOf[id] = infosets.push(graph.infosets[id]);
    }
  }
  return { rowOf, infosets, starts: slotStarts(infosets) };
}

/** b = (1 − ε) π + ε / n of each action. [S] */
function exploredPolicy(policy: Float64Array, starts: Int32Array, epsilon: number): Float64Array {
  const explored = new Float64Array(policy.length);
  for (let r = 0; r + 1 < starts.length; r++) {
    const n = starts[r + 1] - starts[r];
    for (let i = starts[r]; i < starts[r + 1]; i++) explored[i] = (1 - epsilon) * policy[i] + epsilon / n;
  }
  return explored;
}
