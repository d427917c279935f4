/**
 * The most likely line of play under a strategy for both seats, among the lines that end well for one of them:
 *
 *   argmax_h Π_{edges of h} P(edge)        over the paths h from the root to an end at which `seat` wins
 *
 * One scan forward finds the likeliest path to every node, as a node's parents come before it.
 */
import { CHANCE, END } from "../graph/flat-graph.ts";
import type { CompiledGame } from "./compiled-game.ts";
import type { Strategy } from "./strategy.ts";

export interface Line {
  /** The slot that is taken at each ply, chance's among them. */
  readonly slots: readonly number[];
  /** The probability of each of them, given those before. */
  readonly probabilities: readonly number[];
  /** The product of these. */
  readonly probability: number;
  /** The return of the seat at its end. */
  readonly returns: number;
}

/** Of the lines that `seat` wins, the most likely one; of all lines if it wins none. */
export function likeliestWin(compiled: CompiledGame, strategy: Strategy, seat: 0 | 1): Line {
  const { kind, firstEdge, returns, target, probability, entry } = compiled;
  const sign = seat === 0 ? 1 : -1;
  const probabilityOf = (n: number, edge: number): number =>
    kind[n] === CHANCE ? probability[edge] : strategy[entry[edge]];
  const likeliest = new Float64Array(kind.length);
  const parent = new Int32Array(kind.length).fill(-1);
  const takenSlot = new Int32Array(kind.length);
  likeliest[0] = 1;
  let [end, isWon] = [-1, false];
  for (let n = 0; n < kind.length; n++) {
    if (likeliest[n] === 0) continue;
    if (kind[n] === END) {
      const wins = sign * returns[n] > 0;
      const isFirst = end < 0 || (wins && !isWon);
      if (isFirst || (wins === isWon && likeliest[n] > likeliest[end])) [end, isWon] = [n, wins];
      continue;
    }
    for (let edge = firstEdge[n]; edge < firstEdge[n + 1]; edge++) {
      const here = likeliest[n] * probabilityOf(n, edge);
      if (here <= likeliest[target[edge]]) continue;
      likeliest[target[edge]] = here;
      parent[target[edge]] = n;
      takenSlot[target[edge]] = edge - firstEdge[n];
    }
  }
  const slots: number[] = [];
  const probabilities: number[] = [];
  for (let n = end; parent[n] >= 0; n = parent[n]) {
    slots.unshift(takenSlot[n]);
    probabilities.unshift(probabilityOf(parent[n], firstEdge[parent[n]] + takenSlot[n]));
  }
  return { slots, probabilities, probability: likeliest[end], returns: sign * returns[end] + 0 };
}
