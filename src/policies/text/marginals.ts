/**
 * The probabilities of actions under a policy that writes them: the marginal over all responses of a turn,
 *
 *   π(a) = Σ_responses that name a  Π_tokens π(token | tokens before),  renormalised to legal actions.
 *
 * It is exact: every response is followed. A turn in which there are too many is refused. In free decoding the probabilities of
 * legal actions sum to less than 1; the rest is that of a response that is no legal action.
 */
import type { GameGraph, Infoset } from "../../graph/game-graph.ts";
import { UserError } from "../../util/errors.ts";
import type { Distribution } from "../policy.ts";
import type { TokenGame } from "./token-game.ts";
import type { TokenState } from "./token-state.ts";

/** The most positions of one turn that are followed. */
const MOST_POSITIONS = 20_000;

/** A position of a turn, after the positions that lead to it. */
interface Visit {
  readonly infoset: Infoset;
  /** The visit before it, and the slot that led here; −1 at the start of the turn. */
  readonly from: number;
  readonly slot: number;
  /** The slots that complete an action, with the action's slot in the game. */
  readonly ends: readonly (readonly [slot: number, action: number])[];
}

export interface Marginals {
  /** Of actions, for each information set. */
  readonly distributions: Distribution[];
  /** P(the response is a legal action) at each. */
  readonly legal: Float64Array;
}

/** The marginals at each information set. `graphOf` gives the graph of the token game. */
export function marginals(
  infosets: readonly Infoset[],
  graphOf: (infoset: Infoset) => GameGraph,
  decisions: (infosets: readonly Infoset[]) => Distribution[],
): Marginals {
  const turns = infosets.map((infoset) => turnOf(infoset, graphOf(infoset)));
  const asked = decisions(turns.flatMap((visits) => visits.map(({ infoset }) => infoset)));
  const legal = new Float64Array(infosets.length);
  let first = 0;
  const distributions = turns.map((visits, i) => {
    const sums = sumsOf(visits, asked.slice(first, first + visits.length), infosets[i].actions.length);
    first += visits.length;
    legal[i] = sums.reduce((a, b) => a + b, 0);
    // If no legal action has a probability that a double can hold, play is uniform.
    return legal[i] > 0 ? sums.map((p) => p / legal[i]) : sums.fill(1 / sums.length);
  });
  return { distributions, legal };
}

/** Every position of the turn, each after those before it. */
function turnOf({ game, state, actions }: Infoset, graph: GameGraph): Visit[] {
  const start = (graph.game as unknown as TokenGame).begin(state);
  const open = [{ node: graph.node(start), from: -1, slot: 0 }];
  const visits: Visit[] = [];
  for (const { node, from, slot } of open) {
    const { at } = node.state as TokenState;
    if (!at || !node.infoset) throw new Error(`${game.id}: a turn begins where no player is to move`);
    const ends: [number, number][] = [];
    for (const next of at.open) {
      const outcome = at.follow(next);
      if (outcome.kind === "action") ends.push([next, actions.indexOf(outcome.action)]);
      else if (outcome.kind === "position")
        open.push({ node: graph.child(node, next), from: visits.length, slot: next });
    }
    visits.push({ infoset: node.infoset, from, slot, ends });
    if (open.length > MOST_POSITIONS) {
      throw new UserError(2, `A turn of ${game.id} has more than ${MOST_POSITIONS} responses. Use fewer thoughts.`);
    }
  }
  return visits;
}

/** For each action, the probability of all responses that name it. */
function sumsOf(visits: readonly Visit[], decisions: readonly Distribution[], actions: number): Float64Array {
  const reach = new Float64Array(visits.length);
  const sums = new Float64Array(actions);
  visits.forEach(({ from, slot, ends }, v) => {
    reach[v] = from < 0 ? 1 : reach[from] * decisions[from][slot];
    for (const [end, action] of ends) sums[action] += reach[v] * decisions[v][end];
  });
  return sums;
}
