/** The price of a forfeit. */
import type { Seat } from "./game.ts";

/** What a forfeit costs, as SPIRAL prices an invalid move: the offender −1.5, the other +0.5. */
export function forfeitReturns(offender: Seat): [number, number] {
  return offender === 0 ? [-1.5, 0.5] : [0.5, -1.5];
}
