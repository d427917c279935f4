/** Ends of zero-sum games. Every end is made once, so that play allocates nothing. */
import type { Turn } from "../game.ts";

/** A function that gives the end with a return of `gain` for seat 0, a whole number from −most to most. */
export function outcomesUpTo(most: number): (gain: number) => Turn {
  const ends = Array.from({ length: 2 * most + 1 }, (_, i): Turn => ({ kind: "end", returns: [i - most, most - i] }));
  return (gain) => ends[gain + most];
}

/** The end with a return of 1, 0 or −1 for seat 0. */
export const outcomeOf = outcomesUpTo(1);
export const FIRST_WINS = outcomeOf(1);
export const SECOND_WINS = outcomeOf(-1);
export const DRAW = outcomeOf(0);
