/**
 * The probabilities of actions under a policy that writes them: the marginal over all responses of a turn,
 *
 *   π(a) = Σ_responses that name a  Π_tokens π(token | tokens before),  renormalised to legal actions.
 *
 * It is exact: every response is followed. A turn in which there are too many is refused.
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

/** A distribution of actions for each information set. `graphOf` gives the graph of the token game. */
export function marginals(
  infosets: readonly Infoset[],
  graphOf: (infoset: Infoset) => GameGraph,
  decisions: (infosets: readonly Infoset[]) => Distribution[],
): Distribution[] {
  const turns = infosets.map((infoset) => turnOf(infoset, graphOf(infoset)));
  const asked = decisions(turns.flatMap((visits) => visits.map(({ infoset }) => infoset)));
  let first = 0;
  return turns.map((visits, i) => {
    const distribution = marginalOf(visits, asked.slice(first, first + visits.length), infosets[i].actions.length);
    first += visits.length;
    return distribution;
  });
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

function marginalOf(visits: readonly Visit[], decisions: readonly Distribution[], actions: number): Distribution {
  const reach = new Float64Array(visits.length);
  const distribution = new Float64Array(actions);
  let sum = 0;
  visits.forEach(({ from, slot, ends }, v) => {
    reach[v] = from < 0 ? 1 : reach[from] * decisions[from][slot];
    for (const [end, action] of ends) {
      const p = reach[v] * decisions[v][end];
      distribution[action] += p;
      sum += p;
    }
  });
  // No legal action has a probability that a double can hold: play is then uniform.
  if (sum === 0) return distribution.fill(1 / actions);
  for (let action = 0; action < actions; action++) distribution[action] /= sum;
  return distribution;
}
