/**
 * A `GameGraph` in flat arrays, for the loop that visits millions of nodes a second. The graph owns the arrays and replaces them
 * as it grows, so read the members again after a node was added. Nodes and information sets have their ids of the graph.
 *
 * There are N nodes, E edges, I information sets, and an *entry* for each action of each information set. The arrays are longer
 * than their shapes: the rest is room to grow. `CompiledGame` (exact/compiled-game.ts) uses the same names.
 */
import type { Seat, Turn } from "../games/game.ts";

/** The kinds of node that are no decision. A decision has the seat to move, 0 or 1, as its kind. */
export const CHANCE = 2;
export const END = 3;
/** The target of an edge that was not followed yet. */
export const UNKNOWN = -1;

export class FlatGraph {
  /** The seat to move, 0 or 1, or `CHANCE` or `END`. [N] */
  kind = new Uint8Array(64);
  /** Node n's edges are `firstEdge[n] … firstEdge[n + 1]`, by slot. [N + 1] */
  firstEdge = new Int32Array(64);
  /** Id of the information set; −1 at chance and end nodes. [N] */
  infoset = new Int32Array(64);
  /** Returns of seats 0 and 1 at `END` nodes; 0 at others. [N, 2] */
  returns = new Float64Array(128);
  /** The node that each edge leads to, or `UNKNOWN`. [E] */
  target = new Int32Array(256);
  /** At edges of chance nodes, the running sums of their probabilities by `cumulate`. [E] */
  cumulative = new Float64Array(256);
  /** The seat to move. [I] */
  player = new Uint8Array(64);
  /** Id of the representative. [I] */
  canonical = new Int32Array(64);
  /** Information set i's entries are `firstEntry[i] … firstEntry[i + 1]`, by slot. [I + 1] */
  firstEntry = new Int32Array(64);
  /** The slot of each entry's action at the representative. [entries] */
  toCanonical = new Uint16Array(256);
  #nodes = 0;
  #infosets = 0;

  /** Appends a node. Its edges have no target yet. `infoset` is the id of its information set, or −1. */
  addNode(turn: Turn, infoset: number): void {
    const n = this.#nodes++;
    if (n + 1 === this.kind.length) {
      this.kind = doubled(this.kind);
      this.firstEdge = doubled(this.firstEdge);
      this.infoset = doubled(this.infoset);
      this.returns = doubled(this.returns);
    }
    const first = this.firstEdge[n];
    const end = first + (turn.kind === "end" ? 0 : turn.actions.length);
    while (end > this.target.length) {
      this.target = doubled(this.target);
      this.cumulative = doubled(this.cumulative);
    }
    this.kind[n] = turn.kind === "player" ? turn.player : turn.kind === "chance" ? CHANCE : END;
    this.firstEdge[n + 1] = end;
    this.infoset[n] = infoset;
    this.target.fill(UNKNOWN, first, end);
    if (turn.kind === "chance") cumulate(turn.probabilities, 0, end - first, this.cumulative, first);
    if (turn.kind === "end") this.returns.set(turn.returns, 2 * n);
  }

  /** Appends an information set. It is its own representative until `setCanonical` gives it another. */
  addInfoset(player: Seat, actions: number): void {
    const i = this.#infosets++;
    if (i + 1 === this.firstEntry.length) {
      this.player = doubled(this.player);
      this.canonical = doubled(this.canonical);
      this.firstEntry = doubled(this.firstEntry);
    }
    const first = this.firstEntry[i];
    while (first + actions > this.toCanonical.length) this.toCanonical = doubled(this.toCanonical);
    this.player[i] = player;
    this.canonical[i] = i;
    this.firstEntry[i + 1] = first + actions;
    for (let slot = 0; slot < actions; slot++) this.toCanonical[first + slot] = slot;
  }

  /** Sets the representative of information set i, and the slot at the representative for each slot of i. */
  setCanonical(i: number, representative: number, toCanonical: ArrayLike<number>): void {
    this.canonical[i] = representative;
    this.toCanonical.set(toCanonical, this.firstEntry[i]);
  }
}

/**
 * Writes running sums of `count` probabilities, from `probabilities[from …]`, into `out[at …]`, for `sampleAt`. From the last
 * slot of positive probability on, the sums are infinite, so that rounding cannot lead past it. With `order`, the probability
 * of a slot is at `from + order[first + slot]`.
 */
export function cumulate(
  probabilities: ArrayLike<number>,
  from: number,
  count: number,
  out: Float64Array,
  at: number,
  order?: ArrayLike<number>,
  first = 0,
): void {
  let sum = 0;
  let last = 0;
  for (let slot = 0; slot < count; slot++) {
    const p = probabilities[from + (order ? order[first + slot] : slot)];
    if (p > 0) {
      sum += p;
      last = slot;
    }
    out[at + slot] = sum;
  }
  for (let slot = last; slot < count; slot++) out[at + slot] = Number.POSITIVE_INFINITY;
}

/** The slot in which u ∈ [0, 1) falls, never one of probability 0. Its running sums are at `cumulative[at …]`. */
export function sampleAt(cumulative: Float64Array, at: number, u: number): number {
  let slot = 0;
  while (u >= cumulative[at + slot]) slot++;
  return slot;
}

/** A copy of twice the length, the new half filled with `value`. */
export function doubled<T extends Uint8Array | Uint16Array | Int32Array | Float64Array>(array: T, value = 0): T {
  const copy = new (array.constructor as new (length: number) => T)(2 * array.length);
  copy.set(array);
  if (value !== 0) copy.fill(value, array.length);
  return copy;
}
