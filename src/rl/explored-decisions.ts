/**
 * The learner's decisions in a batch of explored games, each with what its value follows from: the same player's next decision, the
 * return, and the weight that corrects for the other player's exploration (action-values.ts),
 *
 *   W = Π π(a) / b(a)   over the other player's actions before the player's next decision, or the end
 *
 * They are ordered by ply, the last ply first, so that what follows a decision comes before it.
 */
import type { Trajectories } from "../selfplay/plan.ts";
import { learnerDecisions } from "./advantages/advantage.ts";

/** D decisions. */
export interface ExploredDecisions {
  readonly count: number;
  /** Row of the information set, and index of the action among all actions. [D] */
  readonly row: Int32Array;
  readonly entry: Int32Array;
  /** The same player's next decision; −1 if there is none. [D] */
  readonly next: Int32Array;
  /** W. [D] */
  readonly weight: Float64Array;
  /** The player's return, divided by `scale`. [D] */
  readonly result: Float64Array;
  /** Where the decisions of each ply end, the last ply first. */
  readonly ends: readonly number[];
}

/**
 * From trajectories of one game, on one graph. `rowOf`: by id of a representative, its row counted from 1; `starts`: where the
 * actions of each row begin; `ratio`: π / b of each action [S].
 */
export function exploredDecisions(
  batch: readonly Trajectories[],
  rowOf: Int32Array,
  starts: Int32Array,
  ratio: Float64Array,
  scale: number,
): ExploredDecisions {
  const P = batch[0].plan.graph.game.maxPlies;
  const { place, count, ends } = placesByPly(batch, P);
  const row = new Int32Array(count);
  const entry = new Int32Array(count);
  const next = new Int32Array(count).fill(-1);
  const weight = new Float64Array(count);
  const result = new Float64Array(count);
  let t = 0;
  for (const trajectories of batch) {
    const { plan, decisions, ids, slots, returns } = trajectories;
    const { canonical, firstEntry, toCanonical } = plan.graph.flat;
    const { cells, sides } = learnerDecisions(trajectories);
    // By seat, in the episode: the last decision, and Π π / b of the other player's actions so far.
    const last = new Int32Array(2).fill(-1);
    const reach = new Float64Array(2).fill(1);
    const finish = (): void => {
      for (let seat = 0; seat < 2; seat++) if (last[seat] >= 0) weight[last[seat]] = reach[seat];
    };
    let episode = 0;
    for (let k = 0; k < cells.length; k++, t++) {
      const cell = cells[k];
      const side = sides[k];
      const seat = side & 1;
      if (side >> 1 !== episode) {
        finish();
        episode = side >> 1;
        last.fill(-1);
        reach.fill(1);
      }
      const id = ids[decisions[cell]];
      const d = place[t];
      const r = rowOf[canonical[id]] - 1;
      const i = starts[r] + toCanonical[firstEntry[id] + slots[cell]];
      row[d] = r;
      entry[d] = i;
      result[d] = returns[side] / scale;
      if (last[seat] >= 0) {
        next[last[seat]] = d;
        weight[last[seat]] = reach[seat];
      }
      last[seat] = d;
      reach[1 - seat] *= ratio[i];
    }
    finish();
  }
  return { count, row, entry, next, weight, result, ends };
}

/** The place of each decision, in the order of `learnerDecisions`, if those of the last ply come first. */
function placesByPly(batch: readonly Trajectories[], P: number) {
  const counts = new Int32Array(P + 1);
  for (const trajectories of batch) for (const cell of learnerDecisions(trajectories).cells) counts[cell % P]++;
  const ends: number[] = [];
  const nextPlace = new Int32Array(P);
  let count = 0;
  for (let ply = P - 1; ply >= 0; ply--) {
    nextPlace[ply] = count;
    count += counts[ply];
    ends.push(count);
  }
  const place = new Int32Array(count);
  let t = 0;
  for (const trajectories of batch) {
    for (const cell of learnerDecisions(trajectories).cells) place[t++] = nextPlace[cell % P]++;
  }
  return { place, count, ends };
}
