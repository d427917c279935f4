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
  readonly key: string;
  readonly state: unknown;
  readonly turn: Turn;
  /** One for each of the turn's actions. */
  readonly children: readonly ReferenceNode[];
}

/** All reachable states, each once, every one before those that follow from it. */
export function reachable(game: Game): ReferenceNode[] {
  const nodes = new Map<string, ReferenceNode>();
  const visit = (state: unknown): ReferenceNode => {
    const key = game.stateKey(state);
    const known = nodes.get(key);
    if (known) return known;
    const turn = game.turn(state);
    const children = turn.kind === "end" ? [] : turn.actions.map((action) => visit(game.apply(state, action)));
    const node = { key, state, turn, children };
    nodes.set(key, node);
    return node;
  };
  visit(game.initial());
  return [...nodes.values()].reverse();
}

export function bruteForceNashConv(game: Game, policy: ReferencePolicy): ReferenceResult {
  const nodes = reachable(game);
  /** Of each decision node: its information set, and what the policy does there. */
  const infosets = new Map<ReferenceNode, string>();
  const played = new Map<ReferenceNode, readonly number[]>();
  for (const node of nodes) {
    if (node.turn.kind !== "player") continue;
    const { player, actions } = node.turn;
    const key = game.infosetKey(node.state, player);
    infosets.set(node, `${player} ${key}`);
    played.set(node, policy(key, player, actions.length, node.state));
  }
  const chances = (node: ReferenceNode): readonly number[] =>
    node.turn.kind === "chance" ? node.turn.probabilities : (played.get(node) as readonly number[]);

  const values = new Map<ReferenceNode, number>();
  for (const node of [...nodes].reverse()) {
    values.set(
      node,
      node.turn.kind === "end"
        ? node.turn.returns[0]
        : sum(chances(node).map((p, slot) => p * (values.get(node.children[slot] as ReferenceNode) as number))),
    );
  }
  const bestResponse = [0, 1].map((player) => respond(player as Seat)) as [number, number];
  const root = nodes[0] as ReferenceNode;
  return { nashConv: bestResponse[0] + bestResponse[1], bestResponse, value: values.get(root) as number };

  /** The value of the best response of `player`. */
  function respond(player: Seat): number {
    const isOwn = (node: ReferenceNode): boolean => node.turn.kind === "player" && node.turn.player === player;

    // How likely chance and the opponent are to bring each state about, were `player` to play towards it.
    const reach = new Map<ReferenceNode, number>([[nodes[0] as ReferenceNode, 1]]);
    const members = new Map<string, ReferenceNode[]>();
    for (const node of nodes) {
      const weight = reach.get(node) as number;
      if (isOwn(node)) {
        const key = infosets.get(node) as string;
        members.set(key, [...(members.get(key) ?? []), node]);
      }
      node.children.forEach((child, slot) => {
        const p = isOwn(node) ? 1 : (chances(node)[slot] as number);
        reach.set(child, (reach.get(child) ?? 0) + weight * p);
      });
    }

    // The best action of an information set is the best on average over its states, weighted by that likelihood.
    const choices = new Map<string, number>();
    const choice = (infoset: string): number => {
      let best = choices.get(infoset);
      if (best === undefined) {
        const states = members.get(infoset) as ReferenceNode[];
        const worth = (states[0] as ReferenceNode).children.map((_, slot) =>
          sum(states.map((node) => (reach.get(node) as number) * value(node.children[slot] as ReferenceNode))),
        );
        best = worth.indexOf(Math.max(...worth));
        choices.set(infoset, best);
      }
      return best;
    };
    const known = new Map<ReferenceNode, number>();
    const value = (node: ReferenceNode): number => {
      let v = known.get(node);
      if (v === undefined) {
        if (node.turn.kind === "end") v = node.turn.returns[player];
        else if (isOwn(node)) v = value(node.children[choice(infosets.get(node) as string)] as ReferenceNode);
        else v = sum(node.children.map((child, slot) => (chances(node)[slot] as number) * value(child)));
        known.set(node, v);
      }
      return v;
    };
    return value(nodes[0] as ReferenceNode);
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
