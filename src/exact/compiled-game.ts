/**
 * A whole game, compiled once into flat arrays for exact evaluation. States are merged (`stateKey`), so tic-tac-toe is
 * 5,478 nodes and not 549,946 histories.
 *
 * Nodes stand in levels: a node's level is the longest path to it, so every edge goes to a higher level, and the states
 * of one information set stand side by side. A scan forward then sees parents before children, a scan backward children
 * before parents and each information set complete.
 */

import type { Game } from "../games/game.ts";
import { CHANCE, END } from "../graph/flat-graph.ts";
import { GameGraph, type GameNode, type Infoset } from "../graph/game-graph.ts";
import type { Distribution, Policy } from "../policies/policy.ts";

export { CHANCE, END };

const MAX_NODES = 500_000;

export interface GameTree {
  readonly game: Game;
  /** By information set, in the order of `blocks`. */
  readonly infosets: readonly Infoset[];
  /** 0 or 1: the player to move; `CHANCE`; `END`. [N] */
  readonly kind: Uint8Array;
  /** Node n's edges are `edges[n] … edges[n + 1]`. [N + 1] */
  readonly edges: Int32Array;
  /** The node each edge leads to. [E] */
  readonly target: Int32Array;
  /** Edges from chance nodes: their probability. [E] */
  readonly probability: Float64Array;
  /** Edges from players' nodes: where the action's probability stands in a strategy. [E] */
  readonly entry: Int32Array;
  /** Return of player 0 at `END` nodes. [N] */
  readonly value: Float64Array;
  /** Index into `infosets`; −1 at chance and end nodes. [N] */
  readonly infoset: Int32Array;
  /** Information set i's entries in a strategy are `entries[i] … entries[i + 1]`. [I + 1] */
  readonly entries: Int32Array;
  /** The representatives of the information sets. */
  readonly representatives: readonly Infoset[];
  /** Where each entry's probability stands among the representatives', side by side. */
  readonly source: Int32Array;
}

/** A strategy for both players: P(slot) of information set i at `entries[i] + slot`. */
export type Strategy = Float64Array;

const trees = new WeakMap<Game, GameTree>();

/** The compiled game; made at the first call. Throws where the game cannot be walked. */
export function gameTree(game: Game): GameTree {
  let tree = trees.get(game);
  if (!tree) {
    tree = compile(game);
    trees.set(game, tree);
  }
  return tree;
}

function compile(game: Game): GameTree {
  if (!game.walkable) throw new Error(`${game.id} has too many states to be walked`);
  const graph = new GameGraph(game);
  const nodes = sortByLevel(graph.expand(MAX_NODES));
  const indexOf = new Map(nodes.map((node, n) => [node, n]));
  const infosets = [...new Set(nodes.flatMap(({ infoset }) => infoset ?? []))];
  const infosetIndex = new Map(infosets.map((infoset, i) => [infoset, i]));
  const entries = starts(infosets.map(({ actions }) => actions.length));
  const edges = starts(nodes.map(({ children }) => children.length));
  const edgeCount = edges[nodes.length] as number;
  const tree = {
    game,
    infosets,
    kind: new Uint8Array(nodes.length),
    edges,
    target: new Int32Array(edgeCount),
    probability: new Float64Array(edgeCount),
    entry: new Int32Array(edgeCount),
    value: new Float64Array(nodes.length),
    infoset: new Int32Array(nodes.length).fill(-1),
    entries,
    ...representativesOf(infosets, entries),
  };
  nodes.forEach(({ turn, infoset, children }, n) => {
    tree.kind[n] = turn.kind === "player" ? turn.player : turn.kind === "chance" ? CHANCE : END;
    if (turn.kind === "end") tree.value[n] = turn.returns[0];
    const i = infoset ? (infosetIndex.get(infoset) as number) : -1;
    tree.infoset[n] = i;
    children.forEach((child, slot) => {
      const edge = (edges[n] as number) + slot;
      tree.target[edge] = indexOf.get(child as GameNode) as number;
      if (turn.kind === "chance") tree.probability[edge] = turn.probabilities[slot] as number;
      else tree.entry[edge] = (entries[i] as number) + slot;
    });
  });
  return tree;
}

function representativesOf(
  infosets: readonly Infoset[],
  entries: Int32Array,
): Pick<GameTree, "representatives" | "source"> {
  const representatives = [...new Set(infosets.map(({ canonical }) => canonical))];
  const at = starts(representatives.map(({ actions }) => actions.length));
  const startOf = new Map(representatives.map((infoset, i) => [infoset, at[i] as number]));
  const source = new Int32Array(entries[infosets.length] as number);
  infosets.forEach(({ canonical, toCanonical, actions }, i) => {
    for (let slot = 0; slot < actions.length; slot++) {
      source[(entries[i] as number) + slot] =
        (startOf.get(canonical) as number) + (toCanonical ? (toCanonical[slot] as number) : slot);
    }
  });
  return { representatives, source };
}

/** Running sums, from 0: where each of several runs of these lengths starts, and where the last ends. */
function starts(lengths: readonly number[]): Int32Array {
  const sums = new Int32Array(lengths.length + 1);
  lengths.forEach((length, i) => {
    sums[i + 1] = (sums[i] as number) + length;
  });
  return sums;
}

/** By level, an information set's states together. Throws where an information set spans levels. */
function sortByLevel(nodes: readonly GameNode[]): GameNode[] {
  const parents = new Map<GameNode, number>(nodes.map((node) => [node, 0]));
  for (const { children } of nodes) {
    for (const child of children) if (child) parents.set(child, (parents.get(child) as number) + 1);
  }
  // Kahn's algorithm, a level at a time: a node is ready once all its parents stand in earlier levels.
  const sorted: GameNode[] = [];
  const levelOf = new Map<Infoset, number>();
  let ready = nodes.filter((node) => parents.get(node) === 0);
  for (let level = 0; ready.length > 0; level++) {
    ready.sort((a, b) => (a.infoset?.id ?? -1) - (b.infoset?.id ?? -1));
    const next: GameNode[] = [];
    for (const node of ready) {
      if (node.infoset && (levelOf.get(node.infoset) ?? level) !== level) {
        throw new Error(`${node.infoset.game.id}: information set ${node.infoset.key} spans several levels`);
      }
      if (node.infoset) levelOf.set(node.infoset, level);
      for (const child of node.children) {
        if (!child) continue;
        const left = (parents.get(child) as number) - 1;
        parents.set(child, left);
        if (left === 0) next.push(child);
      }
    }
    sorted.push(...ready);
    ready = next;
  }
  return sorted;
}

/** A policy's probabilities at every information set, asked for in one go; a symmetric one's at representatives alone. */
export function strategyOf(tree: GameTree, policy: Policy): Strategy {
  const { infosets, entries, representatives, source } = tree;
  const length = entries[infosets.length] as number;
  const asked = concatenated(policy.distributions(policy.symmetric ? representatives : infosets), length);
  if (!policy.symmetric) return asked;
  const strategy = new Float64Array(length);
  for (let entry = 0; entry < length; entry++) strategy[entry] = asked[source[entry] as number] as number;
  return strategy;
}

function concatenated(distributions: readonly Distribution[], atMost: number): Float64Array {
  const all = new Float64Array(atMost);
  let at = 0;
  for (const distribution of distributions) {
    all.set(distribution, at);
    at += distribution.length;
  }
  return all;
}

/** The most likely action always, ties to the lowest slot: the strategy of `greedy` of the policy. */
export function greedyStrategy({ infosets, entries }: GameTree, strategy: Strategy): Strategy {
  const result = new Float64Array(strategy.length);
  for (let i = 0; i < infosets.length; i++) {
    let best = entries[i] as number;
    for (let entry = best + 1; entry < (entries[i + 1] as number); entry++) {
      if ((strategy[entry] as number) > (strategy[best] as number)) best = entry;
    }
    result[best] = 1;
  }
  return result;
}
