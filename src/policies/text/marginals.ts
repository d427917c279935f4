/**
 * The probabilities of actions under a policy that writes them: the marginal over all responses of a turn,
 *
 *   π(a) = Σ_responses that name a  Π_tokens π(token | tokens before),  renormalised to legal actions.
 *
 * It is exact as long as there are a few hundred thoughts. Beyond, thoughts are drawn, and the marginal is the mean over the
 * drawn thoughts of the exact marginal after each. The draws are seeded with the information set, so that the result is a
 * function of it. In free decoding the probabilities of legal actions sum to less than 1; the rest is that of a response that is
 * no legal action.
 */
import type { GameGraph, GameNode, Infoset } from "../../graph/game-graph.ts";
import { Rng } from "../../util/rng.ts";
import { type Distribution, sampleSlot } from "../policy.ts";
import type { Decoding } from "./responses.ts";
import type { TokenGame } from "./token-game.ts";
import type { TokenState } from "./token-state.ts";

/** The most sequences of thought that are followed one by one. */
const MOST_THOUGHTS = 400;
/** Thoughts that are drawn at an information set, if there are more. */
const DRAWN_THOUGHTS = 256;

export interface Marginals {
  /** Of actions, for each information set. */
  readonly distributions: Distribution[];
  /** P(the response is a legal action) at each. */
  readonly legal: Float64Array;
}

/** The thoughts that were drawn at an information set. */
interface Drawn {
  /** Where the answers after them begin. */
  readonly beginnings: readonly Beginning[];
  /** The share of thoughts after which the only legal action follows without a choice. */
  readonly sure: number;
}

/** Gives the network's distributions at positions between words. */
type Decisions = (infosets: readonly Infoset[]) => Distribution[];

/** A position where part of a turn begins, and its share of the turn. */
interface Beginning {
  readonly node: GameNode;
  readonly share: number;
}

/** The marginals at each information set. `graphOf` gives the graph of the token game; `isDrawn` says whether thoughts are drawn. */
export function marginals(
  infosets: readonly Infoset[],
  graphOf: (infoset: Infoset) => GameGraph,
  isDrawn: (infoset: Infoset) => boolean,
  decisions: Decisions,
): Marginals {
  const thoughts = drawnThoughts(infosets.filter(isDrawn), graphOf, decisions);
  const turns = infosets.map((infoset) => {
    const graph = graphOf(infoset);
    const { beginnings, sure } = thoughts.get(infoset) ?? {
      beginnings: [{ node: startOf(infoset, graph), share: 1 }],
      sure: 0,
    };
    return { visits: turnOf(infoset, graph, beginnings), sure };
  });
  const asked = decisions(turns.flatMap(({ visits }) => visits.map(({ infoset }) => infoset)));
  const legal = new Float64Array(infosets.length);
  let first = 0;
  const distributions = turns.map(({ visits, sure }, i) => {
    const sums = sumsOf(visits, asked.slice(first, first + visits.length), infosets[i].actions.length);
    sums[0] += sure;
    first += visits.length;
    legal[i] = sums.reduce((a, b) => a + b, 0);
    // If no legal action has a probability that a double can hold, play is uniform.
    return legal[i] > 0 ? sums.map((p) => p / legal[i]) : sums.fill(1 / sums.length);
  });
  return { distributions, legal };
}

/** Whether there are too many thoughts to follow each. */
export function hasManyThoughts({ think, thoughts }: Pick<Decoding, "think" | "thoughts">): boolean {
  let count = 1;
  for (let k = 1; k <= think && count <= MOST_THOUGHTS; k++) count += thoughts.length ** k;
  return count > MOST_THOUGHTS;
}

const startOf = ({ state }: Infoset, graph: GameGraph): GameNode =>
  graph.node((graph.game as unknown as TokenGame).begin(state));

const stateAt = ({ state }: GameNode): TokenState => state as TokenState;

/** Whether a word of thought may follow. */
const isThinking = (node: GameNode): boolean =>
  stateAt(node).at?.open.some((slot) => stateAt(node).at?.actionsAfter(slot).length === 0) ?? false;

/** Draws the thoughts of each information set, a word of all of them at a time. */
function drawnThoughts(
  infosets: readonly Infoset[],
  graphOf: (infoset: Infoset) => GameGraph,
  decisions: Decisions,
): Map<Infoset, Drawn> {
  const writers = infosets.flatMap((infoset) => {
    const graph = graphOf(infoset);
    const rng = new Rng(`${infoset.player}${infoset.key}`).fork("thoughts");
    const node = startOf(infoset, graph);
    return Array.from({ length: DRAWN_THOUGHTS }, () => ({
      infoset,
      graph,
      rng,
      node: node as GameNode | undefined,
      isSure: false,
    }));
  });
  for (;;) {
    const thinking = writers.filter(({ node }) => node && isThinking(node));
    if (thinking.length === 0) break;
    const nodes = [...new Set(thinking.map(({ node }) => node as GameNode))];
    const answers = decisions(nodes.map(({ infoset }) => infoset as Infoset));
    const answerAt = new Map(nodes.map((node, i) => [node, answers[i]]));
    for (const writer of thinking) {
      const node = writer.node as GameNode;
      const slot = sampleSlot(answerAt.get(node) as Distribution, writer.rng.next());
      const outcome = stateAt(node).at?.follow(slot);
      // A response that is illegal already names no action.
      writer.node = outcome?.kind === "position" ? writer.graph.child(node, slot) : undefined;
      writer.isSure = outcome?.kind === "action";
    }
  }
  const byInfoset = new Map(infosets.map((infoset) => [infoset, { counts: new Map<GameNode, number>(), sure: 0 }]));
  for (const { infoset, node, isSure } of writers) {
    const drawn = byInfoset.get(infoset);
    if (drawn && node) drawn.counts.set(node, (drawn.counts.get(node) ?? 0) + 1);
    else if (drawn && isSure) drawn.sure += 1 / DRAWN_THOUGHTS;
  }
  return new Map(
    [...byInfoset].map(([infoset, { counts, sure }]) => {
      const beginnings = [...counts].map(([node, count]) => ({ node, share: count / DRAWN_THOUGHTS }));
      return [infoset, { beginnings, sure }];
    }),
  );
}

/** A position of a turn, after the positions that lead to it. */
interface Visit {
  readonly infoset: Infoset;
  /** The visit before it, and the slot that led here; −1 where a part of the turn begins, and its share. */
  readonly from: number;
  readonly slot: number;
  readonly share: number;
  /** The slots that complete an action, with the action's slot in the game. */
  readonly ends: readonly (readonly [slot: number, action: number])[];
}

/** Every position of the turn from its beginnings on, each after those before it. */
function turnOf({ game, actions }: Infoset, graph: GameGraph, beginnings: readonly Beginning[]): Visit[] {
  const open = beginnings.map(({ node, share }) => ({ node, share, from: -1, slot: 0 }));
  const visits: Visit[] = [];
  for (const { node, share, from, slot } of open) {
    const { at } = stateAt(node);
    if (!at || !node.infoset) throw new Error(`${game.id}: a turn begins where no player is to move`);
    const ends: [number, number][] = [];
    for (const next of at.open) {
      const outcome = at.follow(next);
      if (outcome.kind === "action") ends.push([next, actions.indexOf(outcome.action)]);
      else if (outcome.kind === "position") {
        open.push({ node: graph.child(node, next), share: 0, from: visits.length, slot: next });
      }
    }
    visits.push({ infoset: node.infoset, from, slot, share, ends });
  }
  return visits;
}

/** For each action, the probability of all responses that name it. */
function sumsOf(visits: readonly Visit[], decisions: readonly Distribution[], actions: number): Float64Array {
  const reach = new Float64Array(visits.length);
  const sums = new Float64Array(actions);
  visits.forEach(({ from, slot, share, ends }, v) => {
    reach[v] = from < 0 ? share : reach[from] * decisions[from][slot];
    for (const [end, action] of ends) sums[action] += reach[v] * decisions[v][end];
  });
  return sums;
}
