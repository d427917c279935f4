/**
 * The batched game loop. It plays slices of plans to their end:
 *
 *   repeat until every episode is over:
 *     walk: every episode moves on until it reaches a decision whose distribution is not known yet
 *     answer: each policy gives its distributions at all information sets where episodes wait, in one call (distributions.ts)
 */
import { CHANCE, doubled, END, sampleAt, UNKNOWN } from "../graph/flat-graph.ts";
import type { Policy } from "../policies/policy.ts";
import { streamAt, uniformOf } from "../util/rng.ts";
import { type Answers, answer, distributionAt, newAnswers, OPEN, type Question } from "./distributions.ts";
import { type Cells, type Plan, whoPlays } from "./plan.ts";

/** Episodes `from` … `to` − 1 of a plan, after play. Episode e is at index e − from in `cells`. */
export interface PlayedSlice {
  readonly from: number;
  readonly to: number;
  /** Here `decisions` holds ids of information sets. */
  readonly cells: Cells;
  /** Ids of the information sets visited, in no particular order. */
  readonly visited: ArrayLike<number>;
  /** The earliest visit of each: r · E + e if it is the r-th decision of episode e. */
  readonly earliest: ArrayLike<number>;
}

/** Episodes `from` … `to` − 1 of a plan, during play. */
export interface Slice {
  readonly plan: Plan;
  readonly cells: Cells;
  readonly from: number;
  readonly to: number;
  /** By id of the information set: its earliest visit, as in `PlayedSlice`; infinite if there was none. */
  firstVisit: Float64Array;
  /** Ids of the information sets visited, in no particular order. */
  readonly visited: number[];
  readonly answers: readonly [Answers, Answers];
  /** The episodes that are not over; by episode, the current node and the number of chance plies. */
  active: Int32Array;
  readonly nodes: Int32Array;
  readonly chancePlies: Uint16Array;
}

/** Empty arrays for this many episodes of at most P plies. */
export function newCells(episodes: number, P: number): Cells {
  return {
    plies: new Uint16Array(episodes),
    slots: new Uint16Array(episodes * P),
    decisions: new Int32Array(episodes * P),
    returns: new Float64Array(episodes * 2),
  };
}

export function newSlice(plan: Plan, from: number, to: number): Slice {
  const count = plan.graph.infosets.length;
  const [first, second] = plan.policies;
  const own = newAnswers(first, plan);
  return {
    plan,
    cells: newCells(to - from, plan.graph.game.maxPlies),
    from,
    to,
    firstVisit: new Float64Array(count + 64).fill(Number.POSITIVE_INFINITY),
    visited: [],
    answers: [own, first === second ? own : newAnswers(second, plan)],
    active: ascending(from, to),
    nodes: new Int32Array(to - from).fill(plan.graph.root.id),
    chancePlies: new Uint16Array(to - from),
  };
}

function ascending(from: number, to: number): Int32Array {
  const all = new Int32Array(to - from);
  for (let i = 0; i < all.length; i++) all[i] = from + i;
  return all;
}

/** Plays every slice to its end. */
export function playSlices(slices: readonly Slice[]): PlayedSlice[] {
  const questions = new Map<Policy, Question>();
  for (const { plan, answers } of slices) {
    const expected = plan.expected ?? [];
    for (let i = 0; i < expected.length; i++) {
      const id = expected[i];
      if (id < plan.graph.infosets.length) distributionAt(answers[0], plan.graph, id, questions);
    }
  }
  for (;;) {
    answer(questions);
    for (const slice of slices) walk(slice, questions);
    if (questions.size === 0) break;
  }
  return slices.map(({ from, to, cells, visited, firstVisit }) => {
    const earliest = Float64Array.from(visited, (id) => firstVisit[id]);
    return { from, to, cells, visited, earliest };
  });
}

/** Moves every episode of the slice on, to its end or to a decision whose distribution is not known yet. */
function walk(slice: Slice, questions: Map<Policy, Question>): void {
  const { plan, cells, from, visited, answers, nodes, chancePlies } = slice;
  const { graph, episodes, chanceKey, actionKey, paired } = plan;
  const { flat } = graph;
  const { plies, slots, decisions, returns } = cells;
  const P = graph.game.maxPlies;
  const isSelfPlay = plan.policies[0] === plan.policies[1];
  let { kind, firstEdge, infoset, target } = flat;
  let { firstVisit } = slice;
  let stillActive = 0;
  const { active } = slice;
  for (let i = 0; i < active.length; i++) {
    const episode = active[i];
    const actionStream = streamAt(actionKey, episode);
    const chanceStream = streamAt(chanceKey, paired ? episode >> 1 : episode);
    const e = episode - from;
    let node = nodes[e];
    let ply = plies[e];
    let chanceDraws = chancePlies[e];
    for (;;) {
      const mover = kind[node];
      const id = infoset[node];
      if (mover === END) {
        returns[e * 2] = flat.returns[node * 2];
        returns[e * 2 + 1] = flat.returns[node * 2 + 1];
        break;
      }
      const cell = e * P + ply;
      let sums: Float64Array = flat.cumulative;
      let start = firstEdge[node];
      let stream = chanceStream;
      let key = chanceKey;
      let draw = chanceDraws;
      if (mover === CHANCE) {
        chanceDraws++;
        decisions[cell] = -1;
      } else {
        const asked = answers[isSelfPlay ? 0 : whoPlays(plan, episode, mover)];
        start = id < asked.start.length ? asked.start[id] : OPEN;
        if (start < 0) start = distributionAt(asked, graph, id, questions);
        if (start < 0) {
          nodes[e] = node;
          chancePlies[e] = chanceDraws;
          active[stillActive++] = episode;
          break;
        }
        sums = asked.values;
        stream = actionStream;
        key = actionKey;
        draw = ply;
        decisions[cell] = id;
        while (id >= firstVisit.length) {
          firstVisit = doubled(firstVisit, Number.POSITIVE_INFINITY);
          slice.firstVisit = firstVisit;
        }
        const earlier = firstVisit[id];
        const visit = (ply - chanceDraws) * episodes + episode;
        if (visit < earlier) {
          if (earlier === Number.POSITIVE_INFINITY) visited.push(id);
          firstVisit[id] = visit;
        }
      }
      // The only call of `sampleAt` in this loop, so that the compiler inlines it.
      const slot = sampleAt(sums, start, uniformOf(stream, key, draw));
      slots[cell] = slot;
      ply++;
      const next = target[firstEdge[node] + slot];
      if (next !== UNKNOWN) node = next;
      else {
        node = graph.child(graph.nodes[node], slot).id;
        ({ kind, firstEdge, infoset, target } = flat);
      }
    }
    plies[e] = ply;
  }
  slice.active = active.subarray(0, stillActive);
}
