/** How zero-sum games end. */
import type { Turn } from "./game.ts";

/** The end where seat 0 gains so much, from −most to most: all are made once, so that play allocates nothing. */
export function endsUpTo(most: number): (gain: number) => Turn {
  const ends = Array.from({ length: 2 * most + 1 }, (_, i): Turn => ({ kind: "end", returns: [i - most, most - i] }));
  return (gain) => ends[gain + most] as Turn;
}
