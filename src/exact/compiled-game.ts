/**
 * A whole game, compiled into flat arrays for exact evaluation. Histories with the same `stateKey` are one node, so that the
 * game tree becomes a directed acyclic graph: tic-tac-toe has 5,478 nodes instead of 549,946 histories.
 *
 * Nodes are in topological order, level by level. A node's level is the length of the longest path to it, so every edge leads to
 * a higher level. The states of an information set are adjacent. So a scan forward meets parents before children, and a scan
 * backward meets children before parents and each information set as a whole.
 *
 * There are N nodes, E edges, I information sets, and an *entry* for each action of each information set. `FlatGraph`
 * (graph/flat-graph.ts), for a graph that still grows, uses the same names.
 */
import type { Game } from "../games/game.ts";
import { CHANCE, END } from "../graph/flat-graph.ts";
import { GameGraph, type Infoset } from "../graph/game-graph.ts";
import { memoised } from "../util/memoised.ts";
import { levelOrder } from "./level-order.ts";

const MAX_NODES = 500_000;

export interface CompiledGame {
  readonly game: Game;
  /** The seat to move, 0 or 1, or `CHANCE` or `END`. [N] */
  readonly kind: Uint8Array;
  /** Node n's edges are `firstEdge[n] … firstEdge[n + 1]`, by slot. [N + 1] */
  readonly firstEdge: Int32Array;
  /** Index into `infosets`; −1 at chance and end nodes. [N] */
  readonly infoset: Int32Array;
  /** Return of seat 0 at `END` nodes; 0 at others. [N] */
  readonly returns: Float64Array;
  /** The node that each edge leads to. [E] */
  readonly target: Int32Array;
  /** At edges of chance nodes, their probability. [E] */
  readonly probability: Float64Array;
  /** At edges of decisions, the entry of their action: the index of its probability in a strategy. [E] */
  readonly entry: Int32Array;
  /** All information sets, in the order of their nodes. [I] */
  readonly infosets: readonly Infoset[];
  /** Information set i's entries are `firstEntry[i] … firstEntry[i + 1]`, by slot. [I + 1] */
  readonly firstEntry: Int32Array;
  /** The representatives of the information sets under the game's symmetries. */
  readonly representatives: readonly Infoset[];
  /** For each entry, the index of the same action in the concatenated distributions of the representatives. [entries] */
  readonly canonicalEntry: Int32Array;
}

/** The compiled game, compiled once. `onStates` is called with the number of states found so far. Throws if not walkable. */
export const compiledGame = memoised(compile);

function compile(game: Game, onStates?: (states: number) => void): CompiledGame {
  if (!game.walkable) throw new Error(`${game.id} has too many states to be walked`);
  const nodes = levelOrder(new GameGraph(game).expand(MAX_NODES, onStates));
  const infosets = [...new Set(nodes.flatMap(({ infoset }) => infoset ?? []))];
  const [nodeIndex, infosetIndex] = [indices(nodes), indices(infosets)];
  const firstEntry = starts(infosets.map(({ actions }) => actions.length));
  const firstEdge = starts(nodes.map(({ children }) => children.length));
  const edges = firstEdge[nodes.length];
  const compiled = {
    game,
    kind: new Uint8Array(nodes.length),
    firstEdge,
    infoset: new Int32Array(nodes.length).fill(-1),
    returns: new Float64Array(nodes.length),
    target: new Int32Array(edges),
    probability: new Float64Array(edges),
    entry: new Int32Array(edges),
    infosets,
    firstEntry,
    ...canonicalEntries(infosets, firstEntry),
  };
  nodes.forEach(({ turn, infoset, children }, n) => {
    compiled.kind[n] = turn.kind === "player" ? turn.player : turn.kind === "chance" ? CHANCE : END;
    if (turn.kind === "end") compiled.returns[n] = turn.returns[0];
    const i = infoset ? indexIn(infosetIndex, infoset) : -1;
    compiled.infoset[n] = i;
    children.forEach((child, slot) => {
      const edge = firstEdge[n] + slot;
      compiled.target[edge] = indexIn(nodeIndex, child);
      if (turn.kind === "chance") compiled.probability[edge] = turn.probabilities[slot];
      else compiled.entry[edge] = firstEntry[i] + slot;
    });
  });
  return compiled;
}

function canonicalEntries(
  infosets: readonly Infoset[],
  firstEntry: Int32Array,
): Pick<CompiledGame, "representatives" | "canonicalEntry"> {
  const representatives = [...new Set(infosets.map(({ canonical }) => canonical))];
  const index = indices(representatives);
  const first = starts(representatives.map(({ actions }) => actions.length));
  const canonicalEntry = new Int32Array(firstEntry[infosets.length]);
  infosets.forEach(({ canonical, toCanonical, actions }, i) => {
    const start = first[indexIn(index, canonical)];
    for (let slot = 0; slot < actions.length; slot++) {
      canonicalEntry[firstEntry[i] + slot] = start + (toCanonical ? toCanonical[slot] : slot);
    }
  });
  return { representatives, canonicalEntry };
}

/** By id of a node or information set, its index in `list`; −1 if it is not there. */
function indices(list: readonly { readonly id: number }[]): Int32Array {
  const index = new Int32Array(list.reduce((most, { id }) => Math.max(most, id + 1), 0)).fill(-1);
  list.forEach(({ id }, i) => {
    index[id] = i;
  });
  return index;
}

function indexIn(index: Int32Array, item: { readonly id: number } | undefined): number {
  const i = item && item.id < index.length ? index[item.id] : -1;
  if (i < 0) throw new Error("the graph is not complete");
  return i;
}

/** Running sums from 0: the start of each of several adjacent runs of these lengths, and the end of the last. */
function starts(lengths: readonly number[]): Int32Array {
  const sums = new Int32Array(lengths.length + 1);
  lengths.forEach((length, i) => {
    sums[i + 1] = sums[i] + length;
  });
  return sums;
}
