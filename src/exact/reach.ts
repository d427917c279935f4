/**
 * Reach probabilities, by one scan forward. The sum is over all paths h from the root to a node:
 *
 *   reach(node) = Σ_h Π_{edges of h} P(edge)        P = 1 at the edges of players that are not counted
 *
 * The counterfactual reach of a seat counts chance and the opponent (Zinkevich et al. 2007). It is the probability that the node
 * is reached if the seat always plays towards it.
 */
import { CHANCE, END } from "../graph/flat-graph.ts";
import type { CompiledGame } from "./compiled-game.ts";
import type { Strategy } from "./strategy.ts";

/** Reach by chance and the opponent of `seat`. It is written into `out`, if given, and returned. [N] */
export const counterfactualReach = (
  compiled: CompiledGame,
  strategy: Strategy,
  seat: 0 | 1,
  out?: Float64Array,
): Float64Array => reachBy(seat === 0 ? [false, true, true] : [true, false, true], compiled, strategy, out);

/** Reach by `seat` alone. It is written into `out`, if given, and returned. [N] */
export const ownReach = (compiled: CompiledGame, strategy: Strategy, seat: 0 | 1, out?: Float64Array): Float64Array =>
  reachBy(seat === 0 ? [true, false, false] : [false, true, false], compiled, strategy, out);

/** Reach by chance and both seats: the probability of each node. [N] */
export const jointReach = (compiled: CompiledGame, strategy: Strategy): Float64Array =>
  reachBy([true, true, true], compiled, strategy);

/** `counts`: by the kind of node, whether the moves of seat 0, seat 1 and chance are counted. */
function reachBy(
  counts: readonly [boolean, boolean, boolean],
  { kind, firstEdge, target, probability, entry }: CompiledGame,
  strategy: Strategy,
  reach: Float64Array = new Float64Array(kind.length),
): Float64Array {
  reach.fill(0);
  reach[0] = 1;
  for (let n = 0; n < kind.length; n++) {
    const [mover, here] = [kind[n], reach[n]];
    if (mover === END || here === 0) continue;
    const [isCounted, end] = [counts[mover], firstEdge[n + 1]];
    for (let edge = firstEdge[n]; edge < end; edge++) {
      const p = !isCounted ? 1 : mover === CHANCE ? probability[edge] : strategy[entry[edge]];
      reach[target[edge]] += here * p;
    }
  }
  return reach;
}
