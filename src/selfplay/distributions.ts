/**
 * The distributions that policies give during play. `distributionAt` collects the unknown ones as questions, and `answer` asks
 * each policy about all of its questions in one call. No policy is asked twice about an information set.
 */
import { cumulate, doubled } from "../graph/flat-graph.ts";
import type { GameGraph, Infoset } from "../graph/game-graph.ts";
import type { Policy } from "../policies/policy.ts";
import type { Plan } from "./plan.ts";

/** The distributions that one policy has given, by id of the information set. */
export interface Answers {
  readonly policy: Policy;
  /** Index in `values` of the running sums of the distribution; `OPEN` or `ASKED` if it is not known. */
  start: Int32Array;
  /** Index in `values` of the distribution itself, or `OPEN`. For a symmetric policy, at representatives only. */
  given: Int32Array;
  values: Float64Array;
  used: number;
}

/** Not asked for. */
export const OPEN = -1;
/** Asked for in the next call of the policy. */
const ASKED = -2;

/** The information sets that a policy will be asked about, and where each answer goes. */
export interface Question {
  readonly infosets: Infoset[];
  readonly answers: Answers[];
}

export function newAnswers(policy: Policy, { graph, expected = [] }: Plan): Answers {
  const { firstEntry } = graph.flat;
  const count = graph.infosets.length;
  // Room for the expected distributions, twice: as they are given, and as running sums.
  let room = 1024;
  for (let i = 0; i < expected.length; i++) {
    const id = expected[i];
    if (id < count) room += 2 * (firstEntry[id + 1] - firstEntry[id]);
  }
  return {
    policy,
    start: new Int32Array(count + 64).fill(OPEN),
    given: new Int32Array(count + 64).fill(OPEN),
    values: new Float64Array(room),
    used: 0,
  };
}

/** Asks each policy its question and stores the distributions. */
export function answer(questions: Map<Policy, Question>): void {
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
  while (answers.used > answers.values.length) answers.values = doubled(answers.values);
  return at;
}

/** Index in `values` of the running sums at information set `id`; negative if unknown, and the policy will be asked. */
export function distributionAt(
  answers: Answers,
  graph: GameGraph,
  id: number,
  questions: Map<Policy, Question>,
): number {
  const { policy } = answers;
  const { flat } = graph;
  const asked = policy.symmetric ? flat.canonical[id] : id;
  while (Math.max(id, asked) >= answers.start.length) {
    answers.start = doubled(answers.start, OPEN);
    answers.given = doubled(answers.given, OPEN);
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
