import type { Game, Turn } from "./game.ts";

/**
 * Whether a turn of chance only closes a round in which everything was shown, such as the loss of a die after a call. It has one
 * outcome. Both players see the whole position, and the next position does not show it any more.
 */
export const isShowdown = (game: Game, turn: Turn): boolean =>
  turn.kind === "chance" && turn.actions.length === 1 && !game.perfectInformation;
