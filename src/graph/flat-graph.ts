/**
 * A game graph in flat arrays, for the loop that visits millions of nodes a second. It grows as the graph does; nodes and
 * information sets keep the ids that the graph gave them.
 */
import type { GameGraph, Infoset } from "./game-graph.ts";

/** Kinds of node beside 0 and 1, the player to move. */
export const CHANCE = 2;
export const END = 3;
/** A target that the graph has not made yet. */
export const UNKNOWN = -1;

export class FlatGraph {
  readonly graph: GameGraph;
  /** 0 or 1: the player to move; `CHANCE`; `END`. [N] */
  kind = new Uint8Array(64);
  /** Node n's arcs stand at `first[n] + slot`. [N] */
  first = new Int32Array(64);
  /** Id of the information set; at `END`, where its returns stand. [N] */
  infoset = new Int32Array(64);
  /** The node that each arc leads to, or `UNKNOWN`. [arcs] */
  target = new Int32Array(256);
  /** Arcs of chance nodes: as in `cumulate`. [arcs] */
  cumulative = new Float64Array(256);
  /** Of seats 0 and 1, by end. [ends, 2] */
  returns = new Float64Array(64);
  /** By information set: the player to move. [I] */
  player = new Uint8Array(64);
  /** By information set: the id of its representative. [I] */
  canonical = new Int32Array(64);
  /** The slots of information set i are `slots[i] … slots[i + 1]`. [I + 1] */
  slots = new Int32Array(64);
  /** The slot that each goes to at the representative. [slots[I]] */
  toCanonical = new Uint16Array(256);
  #nodes = 0;
  #arcs = 0;
  #ends = 0;
  #infosets = 0;

  constructor(graph: GameGraph) {
    this.graph = graph;
  }

  /** The node after the action in `slot` of node n. Reread the arrays afterwards: they may have grown. */
  child(n: number, slot: number): number {
    const node = this.graph.nodes[n];
    if (!node) throw new Error(`there is no node ${n}`);
    const { id } = this.graph.child(node, slot);
    this.grow();
    this.target[(this.first[n] as number) + slot] = id;
    return id;
  }

  /** Takes in what the graph has made since. */
  grow(): void {
    this.#growNodes();
    const { infosets } = this.graph;
    for (; this.#infosets < infosets.length; this.#infosets++) {
      const i = this.#infosets;
      const { player, canonical, actions, toCanonical } = infosets[i] as Infoset;
      if (i + 1 === this.slots.length) {
        this.player = longer(this.player);
        this.canonical = longer(this.canonical);
        this.slots = longer(this.slots);
      }
      const first = this.slots[i] as number;
      while (first + actions.length > this.toCanonical.length) this.toCanonical = longer(this.toCanonical);
      this.player[i] = player;
      this.canonical[i] = canonical.id;
      this.slots[i + 1] = first + actions.length;
      for (let slot = 0; slot < actions.length; slot++) {
        this.toCanonical[first + slot] = toCanonical ? (toCanonical[slot] as number) : slot;
      }
    }
  }

  #growNodes(): void {
    const { nodes } = this.graph;
    for (; this.#nodes < nodes.length; this.#nodes++) {
      const n = this.#nodes;
      const { turn, infoset, children } = nodes[n] as (typeof nodes)[number];
      if (n === this.kind.length) {
        this.kind = longer(this.kind);
        this.first = longer(this.first);
        this.infoset = longer(this.infoset);
      }
      while (this.#arcs + children.length > this.target.length) {
        this.target = longer(this.target);
        this.cumulative = longer(this.cumulative);
      }
      this.kind[n] = turn.kind === "player" ? turn.player : turn.kind === "chance" ? CHANCE : END;
      this.first[n] = this.#arcs;
      this.infoset[n] = infoset?.id ?? 0;
      this.target.fill(UNKNOWN, this.#arcs, this.#arcs + children.length);
      if (turn.kind === "chance") cumulate(turn.probabilities, 0, children.length, this.cumulative, this.#arcs);
      if (turn.kind === "end") {
        if (2 * this.#ends === this.returns.length) this.returns = longer(this.returns);
        this.infoset[n] = 2 * this.#ends;
        this.returns.set(turn.returns, 2 * this.#ends++);
      }
      this.#arcs += children.length;
    }
  }
}

const flats = new WeakMap<GameGraph, FlatGraph>();

/** The flat arrays of a graph as it stands; made at the first call. */
export function flatOf(graph: GameGraph): FlatGraph {
  let flat = flats.get(graph);
  if (!flat) {
    flat = new FlatGraph(graph);
    flats.set(graph, flat);
  }
  flat.grow();
  return flat;
}

/**
 * Running sums of the `count` probabilities that stand at `from`, into `out[at …]`, for `sampleAt`. From the last slot of
 * positive probability on they are infinite, so that no rounding of the sum leads past it. `order[first …]`: where each
 * slot's probability stands among them.
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
    const p = probabilities[from + (order ? (order[first + slot] as number) : slot)] as number;
    if (p > 0) {
      sum += p;
      last = slot;
    }
    out[at + slot] = sum;
  }
  for (let slot = last; slot < count; slot++) out[at + slot] = Number.POSITIVE_INFINITY;
}

/** The slot in which u ∈ [0, 1) falls; never one of probability 0. */
export function sampleAt(cumulative: Float64Array, at: number, u: number): number {
  let slot = 0;
  while (u >= (cumulative[at + slot] as number)) slot++;
  return slot;
}

/** A copy of twice the length, the new half filled with `value`. */
export function longer<T extends Uint8Array | Uint16Array | Int32Array | Float64Array>(array: T, value = 0): T {
  const copy = new (array.constructor as new (length: number) => T)(2 * array.length);
  copy.set(array);
  if (value !== 0) copy.fill(value, array.length);
  return copy;
}
