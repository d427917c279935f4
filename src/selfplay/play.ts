/**
 * The batched game loop: thousands of games at once, any mix of games, each at any ply and either seat.
 *
 *   repeat until every game is over:
 *     every game walks through chance to its next decision
 *     each policy is asked, once, for its distributions at the information sets it has not yet been asked about
 *     every game samples its next action
 *
 * Policies stand still while a batch is played, so one question per distinct information set is enough. Draw d of game i
 * is a pure function of (key, i, d), chance and actions apart: an agent's draws never change a deal.
 */
import type { GameGraph, GameNode, Infoset } from "../games/graph.ts";
import type { Distribution, Policy } from "../games/policy.ts";
import { uniformAt } from "../util/rng.ts";
import type { Episode } from "./episode.ts";

/** Some games of one kind between two policies. */
export interface Plan {
  readonly graph: GameGraph;
  readonly episodes: number;
  /** Who sits in seats 0 and 1. */
  readonly policies: readonly [Policy, Policy];
  /** Episodes 2k and 2k + 1 share their deal, and the policies swap seats in the second. */
  readonly paired: boolean;
  readonly chanceKey: number;
  readonly actionKey: number;
  /** Information sets likely to come up: asked about all at once before the first ply. Changes nothing but the time. */
  readonly expected?: readonly Infoset[];
}

/** The episodes of one plan. Ply p of episode e stands at e · P + p, where P is the game's `maxPlies`. */
export interface Trajectories {
  readonly plan: Plan;
  /** Plies played, chance included. [E] */
  readonly plies: Uint16Array;
  /** The slot taken: an index into the turn's actions. [E, P] */
  readonly slots: Uint16Array;
  /** For a decision its index in `infosets`, for a chance ply −1. [E, P] */
  readonly decisions: Int32Array;
  /** Returns of seats 0 and 1. [E, 2] */
  readonly returns: Float64Array;
  /** The distinct information sets of these episodes, in order of first visit. */
  readonly infosets: readonly Infoset[];
}

/** `Trajectories` under way. */
interface Table extends Trajectories {
  readonly infosets: Infoset[];
  readonly nodes: GameNode[];
  readonly chanceDraws: Uint16Array;
  /** The episodes still being played. */
  active: Int32Array;
  /** By infoset id: its index in `infosets`, where it has come up. */
  readonly indexOf: (number | undefined)[];
  /** By infoset id, what each of the two policies answered; `ASKED` until it has. */
  readonly answers: readonly [(Distribution | undefined)[], (Distribution | undefined)[]];
}

interface Question {
  readonly infosets: Infoset[];
  readonly answers: (Distribution | undefined)[][];
}

const ASKED: Distribution = new Float64Array(0);

/** Plays every plan to the end. */
export function play(plans: readonly Plan[]): Trajectories[] {
  const tables = plans.map(newTable);
  const questions = new Map<Policy, Question>();
  for (const table of tables) {
    for (const infoset of table.plan.expected ?? []) ask(questions, table, 0, infoset);
  }
  for (;;) {
    for (const table of tables) walkToDecisions(table, questions);
    if (tables.every(({ active }) => active.length === 0)) return tables;
    for (const [policy, { infosets, answers }] of questions) {
      policy.distributions(infosets).forEach((distribution, i) => {
        (answers[i] as (Distribution | undefined)[])[(infosets[i] as Infoset).id] = distribution;
      });
    }
    questions.clear();
    for (const table of tables) sampleActions(table);
  }
}

function newTable(plan: Plan): Table {
  const { graph, episodes } = plan;
  const cells = episodes * graph.game.maxPlies;
  const active = new Int32Array(episodes);
  for (let episode = 0; episode < episodes; episode++) active[episode] = episode;
  return {
    plan,
    plies: new Uint16Array(episodes),
    slots: new Uint16Array(cells),
    decisions: new Int32Array(cells),
    returns: new Float64Array(episodes * 2),
    infosets: [],
    nodes: Array<GameNode>(episodes).fill(graph.root),
    chanceDraws: new Uint16Array(episodes),
    active,
    indexOf: [],
    answers: [[], []],
  };
}

/** Which of the plan's two policies plays `seat` in this episode; always 0 where they are the same. */
export function whoPlays({ policies, paired }: Plan, episode: number, seat: number): 0 | 1 {
  if (policies[0] === policies[1]) return 0;
  return (paired ? (seat + episode) & 1 : seat) as 0 | 1;
}

function ask(questions: Map<Policy, Question>, { plan, answers }: Table, who: 0 | 1, infoset: Infoset): void {
  const known = answers[who];
  if (known[infoset.id] !== undefined) return;
  known[infoset.id] = ASKED;
  const policy = plan.policies[who];
  let question = questions.get(policy);
  if (!question) {
    question = { infosets: [], answers: [] };
    questions.set(policy, question);
  }
  question.infosets.push(infoset);
  question.answers.push(known);
}

/** Moves every game on through chance; notes finished games' returns and the decisions that the others stand at. */
function walkToDecisions(table: Table, questions: Map<Policy, Question>): void {
  const { plan, nodes, plies, slots, decisions, chanceDraws, returns, infosets, indexOf } = table;
  const { graph, chanceKey } = plan;
  const P = graph.game.maxPlies;
  let stillActive = 0;
  for (const episode of table.active) {
    let node = nodes[episode] as GameNode;
    while (node.turn.kind === "chance") {
      const dealOf = plan.paired ? episode >> 1 : episode;
      const u = uniformAt(chanceKey, dealOf, chanceDraws[episode] as number);
      const slot = sample(node.turn.probabilities, u);
      const cell = episode * P + (plies[episode] as number);
      slots[cell] = slot;
      decisions[cell] = -1;
      (plies[episode] as number)++;
      (chanceDraws[episode] as number)++;
      node = node.children[slot] ?? graph.child(node, slot);
    }
    nodes[episode] = node;
    if (node.turn.kind === "end") {
      [returns[episode * 2], returns[episode * 2 + 1]] = node.turn.returns;
      continue;
    }
    const infoset = node.infoset as Infoset;
    let index = indexOf[infoset.id];
    if (index === undefined) {
      index = infosets.length;
      indexOf[infoset.id] = index;
      infosets.push(infoset);
    }
    decisions[episode * P + (plies[episode] as number)] = index;
    ask(questions, table, whoPlays(plan, episode, infoset.player), infoset);
    table.active[stillActive++] = episode;
  }
  table.active = table.active.subarray(0, stillActive);
}

/** Samples an action in every game that goes on. */
function sampleActions({ plan, active, nodes, plies, slots, answers }: Table): void {
  const { graph, actionKey } = plan;
  const P = graph.game.maxPlies;
  for (const episode of active) {
    const node = nodes[episode] as GameNode;
    const { id, player } = node.infoset as Infoset;
    const ply = plies[episode] as number;
    const distribution = answers[whoPlays(plan, episode, player)][id] as Distribution;
    const slot = sample(distribution, uniformAt(actionKey, episode, ply));
    slots[episode * P + ply] = slot;
    plies[episode] = ply + 1;
    nodes[episode] = node.children[slot] ?? graph.child(node, slot);
  }
}

/** The slot in which u ∈ [0, 1) falls; never one of probability 0, whatever the rounding. */
function sample(probabilities: ArrayLike<number>, u: number): number {
  let sum = 0;
  let last = 0;
  for (let slot = 0; slot < probabilities.length; slot++) {
    const p = probabilities[slot] as number;
    if (p <= 0) continue;
    sum += p;
    if (u < sum) return slot;
    last = slot;
  }
  return last;
}

/** Episode number `index` of the trajectories, as the log holds it. */
export function episodeOf({ plan, plies, slots, returns }: Trajectories, index: number, update?: number): Episode {
  const { graph, policies, paired } = plan;
  const { game } = graph;
  const [first, second] = paired && index % 2 === 1 ? [policies[1], policies[0]] : policies;
  let node = graph.root;
  const actions: number[] = [];
  for (let ply = 0; ply < (plies[index] as number); ply++) {
    const slot = slots[index * game.maxPlies + ply] as number;
    if (node.turn.kind !== "end") actions.push(node.turn.actions[slot] as number);
    node = graph.child(node, slot);
  }
  return {
    game: game.id,
    version: game.version,
    ...(update === undefined ? {} : { update }),
    index,
    players: [first.name, second.name],
    actions,
    returns: [returns[index * 2] as number, returns[index * 2 + 1] as number],
  };
}
