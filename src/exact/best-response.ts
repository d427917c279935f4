/**
 * A best response of one seat to a strategy σ of the other, and its value. At each information set I of its seat, the best
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

export interface BestResponse {
  /** Its expected return. */
  readonly value: number;
  /** The slot that it takes at each information set of its seat, the lowest of equals; −1 at the other seat's. [I] */
  readonly slots: Int32Array;
}

/** The expected return of a best response in `seat` to `strategy` in the other seat. */
export const bestResponseValue = (compiled: CompiledGame, strategy: Strategy, seat: 0 | 1): number =>
  bestResponse(compiled, strategy, seat).value;

/** A best response in `seat` to `strategy` in the other seat. */
export function bestResponse(compiled: CompiledGame, strategy: Strategy, seat: 0 | 1): BestResponse {
  const { game, kind, firstEdge, infoset, infosets, returns, target, probability, entry } = compiled;
  const sign = seat === 0 ? 1 : -1;
  // With perfect information a set has one state, and its reach does not change the choice.
  const reach = game.perfectInformation ? undefined : counterfactualReach(compiled, strategy, seat);
  const value = new Float64Array(kind.length);
  const slots = new Int32Array(infosets.length).fill(-1);
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
      slots[infoset[n]] = bestSlot;
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
  return { value: value[0], slots };
}

/** The strategy in which `seat` plays the best response and the other seat plays `strategy`. [entries] */
export function withBestResponse(
  { infosets, firstEntry }: CompiledGame,
  strategy: Strategy,
  { slots }: BestResponse,
): Strategy {
  const both = strategy.slice();
  for (let i = 0; i < infosets.length; i++) {
    if (slots[i] < 0) continue;
    both.fill(0, firstEntry[i], firstEntry[i + 1]);
    both[firstEntry[i] + slots[i]] = 1;
  }
  return both;
}
