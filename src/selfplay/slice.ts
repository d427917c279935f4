/**
 * The batched game loop. It plays slices of plans to their end:
 *
 *   repeat until every episode is over:
 *     walk: every episode moves on until it reaches a decision whose distribution is not known yet
 *     answer: each policy gives, in one call, its distributions at all the information sets that episodes wait at
 */
import { CHANCE, cumulate, END, longer, sampleAt, UNKNOWN } from "../graph/flat-graph.ts";
import type { GameGraph, Infoset } from "../graph/game-graph.ts";
import type { Policy } from "../policies/policy.ts";
import { streamAt, uniformOf } from "../util/rng.ts";
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

/** The distributions that one policy has given, by id of the information set. */
interface Answers {
  readonly policy: Policy;
  /** Index in `values` of the running sums of the distribution; `OPEN` or `ASKED` if it is not known. */
  start: Int32Array;
  /** Index in `values` of the distribution itself, or `OPEN`. For a symmetric policy, at representatives only. */
  given: Int32Array;
  values: Float64Array;
  used: number;
}

/** Not asked for. */
const OPEN = -1;
/** Asked for in the next call of the policy. */
const ASKED = -2;

/** The information sets that a policy will be asked about, and where each answer goes. */
interface Question {
  readonly infosets: Infoset[];
  readonly answers: Answers[];
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
  const { firstEntry } = plan.graph.flat;
  const count = plan.graph.infosets.length;
  // Room for the expected distributions, twice: as they are given, and as running sums.
  const expected = plan.expected ?? [];
  let room = 1024;
  for (let i = 0; i < expected.length; i++) {
    const id = expected[i];
    if (id < count) room += 2 * (firstEntry[id + 1] - firstEntry[id]);
  }
  const answers = (policy: Policy): Answers => ({
    policy,
    start: new Int32Array(count + 64).fill(OPEN),
    given: new Int32Array(count + 64).fill(OPEN),
    values: new Float64Array(room),
    used: 0,
  });
  const [first, second] = plan.policies;
  const own = answers(first);
  return {
    plan,
    cells: newCells(to - from, plan.graph.game.maxPlies),
    from,
    to,
    firstVisit: new Float64Array(count + 64).fill(Number.POSITIVE_INFINITY),
    visited: [],
    answers: [own, first === second ? own : answers(second)],
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

/** Asks each policy its question and stores the distributions. */
function answer(questions: Map<Policy, Question>): void {
  for (const [policy, { infosets, answers }] of questions) {
    policy.distributions(infosets).forEach((distribution, i) => {
      const asker = answers[i];
      const at = reserve(asker, distribution.length);
      asker.given[infosets[i].id] = at;
      for (let slot = 0; slot < distribution.length; slot++) asker.values[at + slot] = distribution[slot];
    });
  }
  questions.clear();
}

/** Makes room for `count` more values. → their first index */
function reserve(answers: Answers, count: number): number {
  const at = answers.used;
  answers.used += count;
  while (answers.used > answers.values.length) answers.values = longer(answers.values);
  return at;
}

/** Index of the running sums of the policy's distribution at information set `id`. If unknown, asks for it. → negative */
function distributionAt(answers: Answers, graph: GameGraph, id: number, questions: Map<Policy, Question>): number {
  const { policy } = answers;
  const { flat } = graph;
  const asked = policy.symmetric ? flat.canonical[id] : id;
  while (Math.max(id, asked) >= answers.start.length) {
    answers.start = longer(answers.start, OPEN);
    answers.given = longer(answers.given, OPEN);
  }
  const known = answers.start[id];
  if (known >= 0) return known;
  const given = answers.given[asked];
  if (given >= 0) {
    const first = flat.firstEntry[id];
    const count = flat.firstEntry[id + 1] - first;
    const start = reserve(answers, count);
    const order = policy.symmetric ? flat.toCanonical : undefined;
    cumulate(answers.values, given, count, answers.values, start, order, first);
    answers.start[id] = start;
    return start;
  }
  if (answers.start[asked] !== ASKED) {
    answers.start[asked] = ASKED;
    let question = questions.get(policy);
    if (!question) {
      question = { infosets: [], answers: [] };
      questions.set(policy, question);
    }
    question.infosets.push(graph.infosets[asked]);
    question.answers.push(answers);
  }
  return ASKED;
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
      let [stream, key, draw] = [chanceStream, chanceKey, chanceDraws];
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
        [stream, key, draw] = [actionStream, actionKey, ply];
        decisions[cell] = id;
        while (id >= firstVisit.length) {
          firstVisit = longer(firstVisit, Number.POSITIVE_INFINITY);
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
