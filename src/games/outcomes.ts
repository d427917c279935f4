/** How zero-sum games end. Every outcome is made once, so that play allocates nothing. */
import type { Turn } from "./game.ts";

/** The end at which seat 0 gains so much, a whole number from −most to most. */
export function outcomesUpTo(most: number): (gain: number) => Turn {
  const ends = Array.from({ length: 2 * most + 1 }, (_, i): Turn => ({ kind: "end", returns: [i - most, most - i] }));
  return (gain) => ends[gain + most] as Turn;
}

/** A win of 1, a draw or a loss, by the sign of seat 0's result. */
export const outcomeOf = outcomesUpTo(1);
export const FIRST_WINS = outcomeOf(1);
export const SECOND_WINS = outcomeOf(-1);
export const DRAW = outcomeOf(0);
