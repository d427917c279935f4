/**
 * The slow and plain reference for exact evaluation: it knows a game only through the `Game` interface and shares no code
 * with the evaluator it is a check on. States are found by `stateKey`, information sets by player and `infosetKey`.
 */
import type { Game, Seat, Turn } from "../../src/games/game.ts";

/** Probabilities of the actions in `turn(state).actions`, in that order. */
export type ReferencePolicy = (
  infosetKey: string,
  player: Seat,
  actionsCount: number,
  state: unknown,
) => readonly number[];

export interface ReferenceResult {
  /** bestResponse[0] + bestResponse[1]: what the two players could gain together, as the game is zero-sum. */
  readonly nashConv: number;
  /** What each seat gets by its best response while the other seat follows the policy. */
  readonly bestResponse: readonly [number, number];
  /** To seat 0, when both seats follow the policy. */
  readonly value: number;
}

export const uniformReference: ReferencePolicy = (_key, _player, actionsCount) =>
  Array(actionsCount).fill(1 / actionsCount);

export interface ReferenceNode {
  /** Its own place in an array of numbers, one a state; a state that follows from it has a lower one. */
  readonly index: number;
  readonly key: string;
  readonly state: unknown;
  readonly turn: Turn;
  /** One for each of the turn's actions. */
  readonly children: readonly ReferenceNode[];
}

/** The game that was walked last: tests ask about one many times. */
let last: { readonly game: Game; readonly nodes: readonly ReferenceNode[] } | undefined;

/** All reachable states, each once, every one before those that follow from it. */
export function reachable(game: Game): readonly ReferenceNode[] {
  if (last?.game !== game) last = { game, nodes: walk(game) };
  return last.nodes;
}

function walk(game: Game): ReferenceNode[] {
  const nodes = new Map<string, ReferenceNode>();
  const visit = (state: unknown): ReferenceNode => {
    const key = game.stateKey(state);
    const known = nodes.get(key);
    if (known) return known;
    const turn = game.turn(state);
    const children = turn.kind === "end" ? [] : turn.actions.map((action) => visit(game.apply(state, action)));
    const node = { index: nodes.size, key, state, turn, children };
    nodes.set(key, node);
    return node;
  };
  visit(game.initial());
  return [...nodes.values()].reverse();
}

export function bruteForceNashConv(game: Game, policy: ReferencePolicy): ReferenceResult {
  const nodes = reachable(game);
  /** Of each node: its information set, and how likely each action or outcome is. */
  const infosets: string[] = Array(nodes.length).fill("");
  const chances: (readonly number[])[] = Array(nodes.length).fill([]);
  for (const { index, state, turn } of nodes) {
    if (turn.kind === "chance") chances[index] = turn.probabilities;
    if (turn.kind !== "player") continue;
    const { player, actions } = turn;
    const key = game.infosetKey(state, player);
    infosets[index] = `${player} ${key}`;
    chances[index] = policy(key, player, actions.length, state);
  }
  const mean = ({ index, children }: ReferenceNode, values: (child: ReferenceNode) => number): number => {
    const p = chances[index] as readonly number[];
    let sum = 0;
    for (let slot = 0; slot < children.length; slot++)
      sum += (p[slot] as number) * values(children[slot] as ReferenceNode);
    return sum;
  };

  const values = new Float64Array(nodes.length);
  const valueAt = (node: ReferenceNode): number => values[node.index] as number;
  for (const node of [...nodes].reverse()) {
    values[node.index] = node.turn.kind === "end" ? node.turn.returns[0] : mean(node, valueAt);
  }
  const bestResponse = [0, 1].map((player) => respond(player as Seat)) as [number, number];
  return { nashConv: bestResponse[0] + bestResponse[1], bestResponse, value: valueAt(nodes[0] as ReferenceNode) };

  /** The value of the best response of `player`. */
  function respond(player: Seat): number {
    const isOwn = ({ turn }: ReferenceNode): boolean => turn.kind === "player" && turn.player === player;

    // How likely chance and the opponent are to bring each state about, were `player` to play towards it.
    const reach = new Float64Array(nodes.length);
    reach[nodes[0]?.index as number] = 1;
    const members = new Map<string, ReferenceNode[]>();
    for (const node of nodes) {
      const weight = reach[node.index] as number;
      const own = isOwn(node);
      if (own) {
        const key = infosets[node.index] as string;
        const states = members.get(key);
        if (states) states.push(node);
        else members.set(key, [node]);
      }
      const p = chances[node.index] as readonly number[];
      for (let slot = 0; slot < node.children.length; slot++) {
        const { index } = node.children[slot] as ReferenceNode;
        reach[index] = (reach[index] as number) + weight * (own ? 1 : (p[slot] as number));
      }
    }

    // The best action of an information set is the best on average over its states, weighted by that likelihood.
    const choices = new Map<string, number>();
    const choice = (infoset: string): number => {
      let best = choices.get(infoset);
      if (best === undefined) {
        const states = members.get(infoset) as ReferenceNode[];
        const worth = (states[0] as ReferenceNode).children.map((_, slot) => {
          let sum = 0;
          for (const { index, children } of states)
            sum += (reach[index] as number) * value(children[slot] as ReferenceNode);
          return sum;
        });
        best = worth.indexOf(Math.max(...worth));
        choices.set(infoset, best);
      }
      return best;
    };
    const known = new Float64Array(nodes.length).fill(Number.NaN);
    const value = (node: ReferenceNode): number => {
      let v = known[node.index] as number;
      if (Number.isNaN(v)) {
        if (node.turn.kind === "end") v = node.turn.returns[player];
        else if (isOwn(node)) v = value(node.children[choice(infosets[node.index] as string)] as ReferenceNode);
        else v = mean(node, value);
        known[node.index] = v;
      }
      return v;
    };
    return value(nodes[0] as ReferenceNode);
  }
}
