/**
 * How the learner writes, by game and role, from a batch that it has just played. Lengths and rates are per turn, and entropies
 * are of whole responses. Whether thoughts depend on what is thought about is the mutual information of thought and prompt,
 *
 *   I(thought; s) = Σ_s P(s) Σ_t P(t | s) log( P(t | s) / P(t) )        P(t) = Σ_s P(s) P(t | s)
 *
 * in nats. P(s) is the share of the role's turns at information set s in the batch. P(t | s) is exact: every sequence of
 * thoughts t is followed. "Template collapse" (RAGEN-2) is I = 0 at a high entropy: thoughts differ, but not by the prompt.
 */
import type { GameGraph, Infoset } from "../graph/game-graph.ts";
import type { Policy } from "../policies/policy.ts";
import type { Word, Writing } from "../policies/policy-kind.ts";
import type { Trajectories } from "../selfplay/plan.ts";
import { learnerDecisions, learnerSits } from "./advantages/advantage.ts";

/** Of one role in one game. */
export interface WritingFigures {
  /** Mean number of words of thought in a turn. */
  readonly thinking: number;
  /** Shares of turns whose response was no legal action, or longer than the limit. */
  readonly invalid: number;
  readonly truncated: number;
  /** Mean entropy of a response, in nats: the sum over its words. */
  readonly entropy: number;
  /** Shares of episodes with a return above, at and below 0. */
  readonly win: number;
  readonly draw: number;
  readonly loss: number;
  /** I(thought; information set) in nats; absent without thoughts, or if there are more than `MOST_THOUGHTS`. */
  readonly information?: number;
}

/** The most sequences of thoughts at an information set that are followed. */
const MOST_THOUGHTS = 400;

/** By game id and by role, for roles that the learner played. */
export function writingMetrics(
  batch: readonly Trajectories[],
  policy: Policy,
  writing: Writing,
): Record<string, Record<string, WritingFigures>> {
  const sides = new Map<string, Side>();
  for (const trajectories of batch) tally(trajectories, writing, sides);
  const figures: Record<string, Record<string, WritingFigures>> = {};
  for (const side of sides.values()) {
    if (side.turns === 0) continue;
    const { id, roles } = side.graph.game;
    figures[id] = { ...figures[id], [roles[side.seat]]: figuresOf(side, policy, writing) };
  }
  return figures;
}

/** Counts of the learner's turns in one role. */
interface Side {
  readonly graph: GameGraph;
  readonly seat: 0 | 1;
  turns: number;
  readonly words: Record<Word, number>;
  /** Episodes by the sign of their return, plus 1: lost, drawn, won. */
  readonly outcomes: [number, number, number];
  /** Number of decisions at each information set. */
  readonly visits: Map<Infoset, number>;
}

function tally(trajectories: Trajectories, { word }: Writing, sides: Map<string, Side>): void {
  const { plan, infosets, decisions, slots, returns } = trajectories;
  const { game } = plan.graph;
  const both = ([0, 1] as const).map((seat): Side => {
    const name = `${game.id}/${seat}`;
    const words = { thought: 0, answer: 0, invalid: 0, truncated: 0 };
    const side = sides.get(name) ?? {
      graph: plan.graph,
      seat,
      turns: 0,
      words,
      outcomes: [0, 0, 0],
      visits: new Map(),
    };
    sides.set(name, side);
    return side;
  });
  const known: Word[][] = infosets.map(() => []);
  for (const cell of learnerDecisions(trajectories).cells) {
    const i = decisions[cell];
    const infoset = infosets[i];
    const side = both[infoset.player];
    const slot = slots[cell];
    known[i][slot] ??= word(infoset, slot);
    side.words[known[i][slot]]++;
    if (!game.turns?.continues(infoset.state)) side.turns++;
    side.visits.set(infoset, (side.visits.get(infoset) ?? 0) + 1);
  }
  for (let episode = 0; episode < plan.episodes; episode++) {
    for (const { seat, outcomes } of both) {
      if (learnerSits(trajectories, episode, seat)) outcomes[1 + Math.sign(returns[2 * episode + seat])]++;
    }
  }
}

function figuresOf(side: Side, policy: Policy, writing: Writing): WritingFigures {
  const { turns, words, outcomes, visits } = side;
  const infosets = [...visits.keys()];
  let entropy = 0;
  policy.distributions(infosets).forEach((distribution, i) => {
    const count = visits.get(infosets[i]) as number;
    for (const p of distribution) entropy -= p > 0 ? count * p * Math.log(p) : 0;
  });
  const [loss, draw, win] = outcomes.map((count) => count / (outcomes[0] + outcomes[1] + outcomes[2]));
  const information = informationOf(side, policy, writing);
  return {
    thinking: words.thought / turns,
    invalid: words.invalid / turns,
    truncated: words.truncated / turns,
    entropy: entropy / turns,
    win,
    draw,
    loss,
    ...(information === undefined ? {} : { information }),
  };
}

/** I(thought; information set). Information sets of one symmetry orbit think alike, and count as one. */
function informationOf({ graph, visits, turns }: Side, policy: Policy, writing: Writing): number | undefined {
  const shares = new Map<Infoset, number>();
  for (const [{ canonical, state }, count] of visits) {
    if (graph.game.turns?.continues(state)) continue;
    shares.set(canonical, (shares.get(canonical) ?? 0) + count / turns);
  }
  const trees: Thought[][] = [];
  for (const infoset of shares.keys()) {
    const tree = thoughtsAt(graph, infoset, writing);
    if (!tree) return undefined;
    trees.push(tree);
  }
  if (trees.every(({ length }) => length === 1)) return undefined;
  return mutualInformation([...shares.values()], thoughtProbabilities(trees, policy));
}

/** Σ_s P(s) Σ_t P(t | s) log( P(t | s) / P(t) ), from P(s) and P(t | s). */
export function mutualInformation(shares: readonly number[], given: readonly ReadonlyMap<string, number>[]): number {
  const marginal = new Map<string, number>();
  given.forEach((thoughts, s) => {
    for (const [t, p] of thoughts) marginal.set(t, (marginal.get(t) ?? 0) + shares[s] * p);
  });
  let information = 0;
  given.forEach((thoughts, s) => {
    for (const [t, p] of thoughts) if (p > 0) information += shares[s] * p * Math.log(p / (marginal.get(t) as number));
  });
  // Rounding can bring it below 0.
  return Math.max(0, information);
}

/** A sequence of words of thought, as a place in the tree of a turn. */
interface Thought {
  /** The words, as actions of the played game. */
  readonly words: string;
  /** The sequence that this one lengthens, by the word in `slot`; −1 for the empty one. */
  readonly from: number;
  readonly slot: number;
  /** The information set after it, and the slots of further words of thought. There may be none, and then no set either. */
  readonly infoset: Infoset | undefined;
  readonly onward: readonly number[];
}

/** Every sequence of thoughts at an information set, each after the one that it lengthens; undefined if there are too many. */
function thoughtsAt(graph: GameGraph, { state }: Infoset, { word }: Writing): Thought[] | undefined {
  const open = [{ node: graph.node(state), words: "", from: -1, slot: 0 }];
  const thoughts: Thought[] = [];
  for (const { node, words, from, slot } of open) {
    const isTurn = from < 0 || graph.game.turns?.continues(node.state);
    const infoset = isTurn ? node.infoset : undefined;
    const onward = (infoset?.actions ?? []).flatMap((_, next) =>
      word(infoset as Infoset, next) === "thought" ? [next] : [],
    );
    for (const next of onward) {
      const after = `${words} ${infoset?.actions[next]}`;
      open.push({ node: graph.child(node, next), words: after, from: thoughts.length, slot: next });
    }
    if (open.length > MOST_THOUGHTS) return undefined;
    thoughts.push({ words, from, slot, infoset, onward });
  }
  return thoughts;
}

/** P(t | s) by the words of t: the probability of each word of thought, and then of a word that is none. */
function thoughtProbabilities(trees: readonly (readonly Thought[])[], policy: Policy): Map<string, number>[] {
  const asked = trees.flatMap((tree) =>
    tree.flatMap(({ infoset, onward }) => (infoset && onward.length > 0 ? [infoset] : [])),
  );
  const answers = policy.distributions(asked);
  const distributions = new Map(asked.map((infoset, i) => [infoset, answers[i]]));
  return trees.map((tree) => {
    const reach: number[] = [];
    return new Map(
      tree.map(({ words, from, slot, infoset, onward }, t) => {
        const before = from < 0 ? undefined : distributions.get(tree[from].infoset as Infoset);
        reach[t] = before ? reach[from] * before[slot] : 1;
        const here = infoset && distributions.get(infoset);
        const further = onward.reduce((sum, next) => sum + (here?.[next] ?? 0), 0);
        return [words, reach[t] * Math.max(0, 1 - further)];
      }),
    );
  });
}
