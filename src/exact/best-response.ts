/**
 * The value of a best response of one seat to a strategy σ of the other. At each information set I of its seat, the best
 * response plays
 *
 *   a*(I) = argmax_a Σ_{s ∈ I} reach(s) · v(s·a)        reach: by chance and the opponent (reach.ts)
 *
 * The value v(s) is v(s·a*(I)) at the seat's own states, Σ_edges P(edge) v(target) at chance and at the opponent's, and the seat's
 * return at an end. One scan forward gives the reach, one scan backward the values.
 */
import { CHANCE, END } from "../graph/flat-graph.ts";
import type { CompiledGame } from "./compiled-game.ts";
import { counterfactualReach } from "./reach.ts";
import type { Strategy } from "./strategy.ts";

/** The expected return of a best response in `seat` to `strategy` in the other seat. */
export function bestResponseValue(compiled: CompiledGame, strategy: Strategy, seat: 0 | 1): number {
  const { game, kind, firstEdge, infoset, returns, target, probability, entry } = compiled;
  const sign = seat === 0 ? 1 : -1;
  // With perfect information a set has one state, and its reach does not change the choice.
  const reach = game.perfectInformation ? undefined : counterfactualReach(compiled, strategy, seat);
  const value = new Float64Array(kind.length);
  for (let n = kind.length - 1; n >= 0; n--) {
    const mover = kind[n];
    if (mover === END) {
      value[n] = sign * returns[n];
    } else if (mover === seat) {
      // The states of an information set are adjacent, and n is the last of them.
      let first = n;
      while (first > 0 && infoset[first - 1] === infoset[n]) first--;
      const actions = firstEdge[n + 1] - firstEdge[n];
      let best = Number.NEGATIVE_INFINITY;
      let bestSlot = 0;
      for (let slot = 0; slot < actions; slot++) {
        let sum = 0;
        for (let s = first; s <= n; s++) sum += (reach ? reach[s] : 1) * value[target[firstEdge[s] + slot]];
        if (sum > best) {
          best = sum;
          bestSlot = slot;
        }
      }
      for (let s = first; s <= n; s++) value[s] = value[target[firstEdge[s] + bestSlot]];
      n = first;
    } else {
      const end = firstEdge[n + 1];
      let mean = 0;
      for (let edge = firstEdge[n]; edge < end; edge++) {
        const p = mover === CHANCE ? probability[edge] : strategy[entry[edge]];
        mean += p * value[target[edge]];
      }
      value[n] = mean;
    }
  }
  return value[0];
}
