/**
 * The expected return of seat 0 from every node if both seats follow a strategy σ, by one scan backward:
 *
 *   v(node) = Σ_edges P(edge) · v(target)        P is chance's, or σ;  v(end) is the return
 */
import { CHANCE, END } from "../graph/flat-graph.ts";
import type { CompiledGame } from "./compiled-game.ts";
import type { Strategy } from "./strategy.ts";

/** The expected return of seat 0 in the whole game, in units of the game's returns. */
export const expectedValue = (compiled: CompiledGame, strategy: Strategy): number => nodeValues(compiled, strategy)[0];

/** The expected return of seat 0 from each node on. [N] */
export function nodeValues(compiled: CompiledGame, strategy: Strategy): Float64Array {
  const { kind, firstEdge, target, probability, entry, returns } = compiled;
  const value = Float64Array.from(returns);
  for (let n = kind.length - 1; n >= 0; n--) {
    if (kind[n] === END) continue;
    let mean = 0;
    for (let edge = firstEdge[n]; edge < firstEdge[n + 1]; edge++) {
      const p = kind[n] === CHANCE ? probability[edge] : strategy[entry[edge]];
      mean += p * value[target[edge]];
    }
    value[n] = mean;
  }
  return value;
}
