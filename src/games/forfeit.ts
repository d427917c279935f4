/** The price of a forfeit. It does not sum to 0, by which statistics of returns know a forfeit (`isForfeitPrice`). */
import type { Game, Seat } from "./game.ts";

/**
 * Returns of a forfeited game: −1.5 u for the offender and +0.5 u for the other, u being the game's largest return in size.
 * SPIRAL prices an invalid move so in games of ±1. In these units a forfeit costs more than any loss.
 */
export function forfeitReturns({ utility }: Pick<Game, "utility">, offender: Seat): [number, number] {
  const unit = Math.max(-utility.min, utility.max);
  return offender === 0 ? [-1.5 * unit, 0.5 * unit] : [0.5 * unit, -1.5 * unit];
}

/** The price of before, the same in all games. Older logs hold it. */
export function formerForfeitReturns(offender: Seat): [number, number] {
  return offender === 0 ? [-1.5, 0.5] : [0.5, -1.5];
}

/** Whether the two returns of a game are those of a forfeit: games themselves are zero-sum. */
export const isForfeitPrice = (own: number, other: number): boolean => Math.abs(own + other) > 1e-9;
