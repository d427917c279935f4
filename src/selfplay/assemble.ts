/** From slices of a plan, wherever they were played, to its trajectories. */
import type { Infoset } from "../graph/game-graph.ts";
import type { Cells, Plan, Trajectories } from "./plan.ts";
import { newCells, type PlayedSlice } from "./slice.ts";

/** A slice, and how its ids of information sets translate. */
export interface Part extends PlayedSlice {
  /** The plan's ids of information sets by the slice's, where the slice was played on another graph. */
  readonly ids?: readonly number[];
}

/** The trajectories of a plan whose `slices`, 0 … E between them, have been played. Takes the slices' arrays over. */
export function assemble(plan: Plan, slices: readonly Part[]): Trajectories {
  const known = plan.graph.infosets;
  const ids = idsByFirstVisit(known.length, slices);
  const index = new Int32Array(known.length);
  for (let i = 0; i < ids.length; i++) index[ids[i] as number] = i;
  for (const slice of slices) renumberDecisions(plan, slice, index);
  const infosets = Array.from(ids, (id) => known[id] as Infoset);
  return { plan, ...joined(plan, slices), infosets, ids };
}

/** The plan's ids of all information sets visited, the earliest visited first. */
function idsByFirstVisit(count: number, slices: readonly Part[]): Int32Array {
  const firstVisit = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const visited: number[] = [];
  for (const { ids, visited: own, earliest } of slices) {
    for (let i = 0; i < own.length; i++) {
      const id = ids ? (ids[own[i] as number] as number) : (own[i] as number);
      const earlier = firstVisit[id] as number;
      if (earlier === Number.POSITIVE_INFINITY) visited.push(id);
      firstVisit[id] = Math.min(earlier, earliest[i] as number);
    }
  }
  // Sorted as numbers, which is much quicker than by a comparison; they are exact up to 2^53.
  const order = new Float64Array(visited.length);
  for (let i = 0; i < order.length; i++) {
    order[i] = (firstVisit[visited[i] as number] as number) * count + (visited[i] as number);
  }
  order.sort();
  return Int32Array.from(order, (visit) => visit % count);
}

/** Puts each decision's index among the plan's information sets where its id on the slice's graph was. */
function renumberDecisions(plan: Plan, { cells, ids, visited }: Part, index: Int32Array): void {
  const { plies, decisions } = cells;
  const P = plan.graph.game.maxPlies;
  let indexOf = index;
  if (ids) {
    indexOf = new Int32Array(ids.length);
    for (let i = 0; i < visited.length; i++) {
      const id = visited[i] as number;
      indexOf[id] = index[ids[id] as number] as number;
    }
  }
  for (let e = 0; e < plies.length; e++) {
    const end = e * P + (plies[e] as number);
    for (let cell = e * P; cell < end; cell++) {
      const id = decisions[cell] as number;
      if (id >= 0) decisions[cell] = indexOf[id] as number;
    }
  }
}

/** The cells of all slices in one; those of a lone slice as they are. */
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
