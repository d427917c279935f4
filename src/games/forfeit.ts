/** The price of a forfeit. */
import type { Seat } from "./game.ts";

/** The returns after a forfeit, by seat: −1.5 for the offender and +0.5 for the other, as SPIRAL scores an invalid move. */
export function forfeitReturns(offender: Seat): [number, number] {
  return offender === 0 ? [-1.5, 0.5] : [0.5, -1.5];
}
