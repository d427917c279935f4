/**
 * A whole game, compiled once into flat arrays for exact evaluation. States are merged (`stateKey`), so that the game tree
 * becomes a directed acyclic graph of states: tic-tac-toe is 5,478 nodes and not 549,946 histories.
 *
 * Nodes stand in topological order, level by level: a node's level is the longest path to it, so every edge goes to a higher
 * level, and the states of one information set stand side by side. A scan forward then sees parents before children, a scan
 * backward children before parents and each information set complete.
 *
 * The arrays have the names that `FlatGraph` (graph/flat-graph.ts) gives to the same things in a graph that still grows:
 * N nodes, E edges, I information sets, and an *entry* for each action of each information set.
 */
import type { Game } from "../games/game.ts";
import { CHANCE, END } from "../graph/flat-graph.ts";
import { GameGraph, type Infoset } from "../graph/game-graph.ts";
import { memoised } from "../util/memoised.ts";
import { levelOrder } from "./level-order.ts";

const MAX_NODES = 500_000;

export interface CompiledGame {
  readonly game: Game;
  /** 0 or 1: the player to move; `CHANCE`; `END`. [N] */
  readonly kind: Uint8Array;
  /** Node n's edges are `firstEdge[n] … firstEdge[n + 1]`, by slot. [N + 1] */
  readonly firstEdge: Int32Array;
  /** Index into `infosets`; −1 at chance and end nodes. [N] */
  readonly infoset: Int32Array;
  /** Return of seat 0 at `END` nodes; 0 elsewhere. [N] */
  readonly returns: Float64Array;
  /** The node that each edge leads to. [E] */
  readonly target: Int32Array;
  /** Edges of chance nodes: their probability. [E] */
  readonly probability: Float64Array;
  /** Edges of players' nodes: the entry of their action, which is where its probability stands in a strategy. [E] */
  readonly entry: Int32Array;
  /** In the order of their nodes. [I] */
  readonly infosets: readonly Infoset[];
  /** Information set i's entries are `firstEntry[i] … firstEntry[i + 1]`, by slot. [I + 1] */
  readonly firstEntry: Int32Array;
  /** The representatives of the information sets under the game's symmetries. */
  readonly representatives: readonly Infoset[];
  /** For each entry, where the same action's probability stands in the representatives' distributions, side by side. [entries] */
  readonly canonicalEntry: Int32Array;
}

/** The compiled game. Memoised, as solvers and commands all ask. Throws where the game cannot be walked. */
export const compiledGame = memoised(compile);

function compile(game: Game): CompiledGame {
  if (!game.walkable) throw new Error(`${game.id} has too many states to be walked`);
  const nodes = levelOrder(new GameGraph(game).expand(MAX_NODES));
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

const indices = <T>(list: readonly T[]): ReadonlyMap<T, number> => new Map(list.map((item, i) => [item, i]));

function indexIn<T>(index: ReadonlyMap<T, number>, item: T | undefined): number {
  const i = item && index.get(item);
  if (i === undefined) throw new Error("the graph is not complete");
  return i;
}

/** Running sums, from 0: where each of several runs of these lengths starts, and where the last ends. */
function starts(lengths: readonly number[]): Int32Array {
  const sums = new Int32Array(lengths.length + 1);
  lengths.forEach((length, i) => {
    sums[i + 1] = sums[i] + length;
  });
  return sums;
}
