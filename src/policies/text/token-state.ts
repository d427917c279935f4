/** The states of the token game (token-game.ts). */
import type { Illegal, Position } from "./responses.ts";

export interface TokenState {
  /** The state of the inner game. */
  readonly inner: unknown;
  /** Where the player to move is in its response; undefined if no player is to move. */
  readonly at: Position | undefined;
  /** The tokens of this turn so far, forced ones included. */
  readonly written: readonly number[];
  /** Set once a response was no legal action, which ends the game. */
  readonly illegal: Illegal | undefined;
  /** The representative under the inner game's symmetries; undefined if the state is its own. */
  readonly image: Image | undefined;
}

/** The representative of a state, with the maps to it. */
export interface Image {
  readonly state: TokenState;
  /** By action of the inner game. */
  readonly actions: readonly number[];
  /** By token. */
  readonly tokens: readonly number[];
}
