/** Assembles the slices of a plan, which different threads may have played, into its trajectories. */
import type { Cells, Plan, Trajectories } from "./plan.ts";
import { newCells, type PlayedSlice } from "./slice.ts";

/** A played slice, with the translation of its ids of information sets. */
export interface Part extends PlayedSlice {
  /** If the slice was played on another graph: the ids in the plan's graph by the ids in that graph. */
  readonly ids?: readonly number[];
}

/** The trajectories of a plan. `slices` must cover its episodes 0 … E − 1; their arrays are changed and reused. */
export function assemble(plan: Plan, slices: readonly Part[]): Trajectories {
  const known = plan.graph.infosets;
  const ids = idsByFirstVisit(known.length, slices);
  const index = new Int32Array(known.length);
  for (let i = 0; i < ids.length; i++) index[ids[i]] = i;
  for (const slice of slices) renumberDecisions(plan, slice, index);
  const infosets = Array.from(ids, (id) => known[id]);
  return { plan, ...joined(plan, slices), infosets, ids };
}

/** Ids of all visited information sets in the plan's graph, in order of their earliest visit. */
function idsByFirstVisit(count: number, slices: readonly Part[]): Int32Array {
  const firstVisit = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const visited: number[] = [];
  for (const { ids, visited: own, earliest } of slices) {
    for (let i = 0; i < own.length; i++) {
      const id = ids ? ids[own[i]] : own[i];
      const earlier = firstVisit[id];
      if (earlier === Number.POSITIVE_INFINITY) visited.push(id);
      firstVisit[id] = Math.min(earlier, earliest[i]);
    }
  }
  // Sorts numbers, which is much faster than sorting by a comparison function. They are exact up to 2^53.
  const order = new Float64Array(visited.length);
  for (let i = 0; i < order.length; i++) {
    order[i] = firstVisit[visited[i]] * count + visited[i];
  }
  order.sort();
  return Int32Array.from(order, (visit) => visit % count);
}

/** Replaces, in `decisions`, each id of the slice's graph by the index of the information set in the trajectories. */
function renumberDecisions(plan: Plan, { cells, ids, visited }: Part, index: Int32Array): void {
  const { plies, decisions } = cells;
  const P = plan.graph.game.maxPlies;
  let indexOf = index;
  if (ids) {
    indexOf = new Int32Array(ids.length);
    for (let i = 0; i < visited.length; i++) {
      const id = visited[i];
      indexOf[id] = index[ids[id]];
    }
  }
  for (let e = 0; e < plies.length; e++) {
    const end = e * P + plies[e];
    for (let cell = e * P; cell < end; cell++) {
      const id = decisions[cell];
      if (id >= 0) decisions[cell] = indexOf[id];
    }
  }
}

/** The cells of all slices, concatenated. A slice that is the whole plan is not copied. */
function joined({ graph, episodes }: Plan, slices: readonly Part[]): Cells {
  const [first] = slices;
  if (first && first.to - first.from === episodes) return first.cells;
  const P = graph.game.maxPlies;
  const whole = newCells(episodes, P);
  for (const { from, cells } of slices) {
    whole.plies.set(cells.plies, from);
    whole.slots.set(cells.slots, from * P);
    whole.decisions.set(cells.decisions, from * P);
    whole.returns.set(cells.returns, from * 2);
  }
  return whole;
}
