/** A position in the tree of a game: where a list of actions leads from the root. */
import type { Game, Turn } from "../../src/games/game.ts";
import type { Tree } from "../solver/answer.ts";

export interface Position {
  /** The actions that led here, outcomes of chance included. */
  readonly actions: readonly number[];
  /** The names of the actions. */
  readonly names: readonly string[];
  readonly state: unknown;
  /** The state one ply before; undefined at the root. */
  readonly before: unknown;
  readonly turn: Turn;
}

/** Follows the actions as far as they are legal. */
export function walk(game: Game, actions: readonly number[]): Position {
  let state = game.initial();
  let before: unknown;
  const names: string[] = [];
  for (const action of actions) {
    const turn = game.turn(state);
    if (turn.kind === "end" || !turn.actions.includes(action)) break;
    names.push(game.actionName(state, action));
    before = state;
    state = game.apply(state, action);
  }
  return { actions: actions.slice(0, names.length), names, state, before, turn: game.turn(state) };
}

/** `#strategy/kuhn/5.1` */
export const positionLink = (game: Game, actions: readonly number[]): string =>
  `#strategy/${game.id}${actions.length > 0 ? `/${actions.join(".")}` : ""}`;

/** The actions in the last part of such a link. */
export const actionsIn = (text: string | undefined): number[] =>
  text === undefined || text === "" ? [] : text.split(".").map(Number);

/** The node that legal actions lead to. */
export function nodeAt({ firstEdge, target }: Tree, game: Game, actions: readonly number[]): number {
  let state = game.initial();
  let node = 0;
  for (const action of actions) {
    const turn = game.turn(state);
    if (turn.kind === "end") break;
    node = target[(firstEdge[node] ?? 0) + turn.actions.indexOf(action)] ?? 0;
    state = game.apply(state, action);
  }
  return node;
}
