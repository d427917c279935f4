/**
 * The expected return of seat 0 if both seats follow a strategy σ, by one scan backward:
 *
 *   v(node) = Σ_edges P(edge) · v(target)        P is chance's, or σ;  v(end) is the return
 */
import { CHANCE, END } from "../graph/flat-graph.ts";
import type { CompiledGame } from "./compiled-game.ts";
import type { Strategy } from "./strategy.ts";

/** In units of the game's returns. */
export function expectedValue(compiled: CompiledGame, strategy: Strategy): number {
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
  return value[0];
}
