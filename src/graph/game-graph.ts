/**
 * A game as a graph, grown as it is walked: one node per distinct state, one `Infoset` per distinct information set,
 * each made at the first visit and found by following a pointer ever after. Self-play, exact evaluation and replay all
 * walk this graph, so the rules run once per state rather than once per move. It is a cache and nothing more:
 * what a walk returns does not depend on what was visited before.
 */

import type { Game, Seat, Turn } from "../games/game.ts";
import { uniformAt } from "../util/rng.ts";
import { FlatGraph } from "./flat-graph.ts";

/** What the player to move knows, and what it may do. Policies are functions of this. */
export interface Infoset {
  /** Dense, in order of the first visit. */
  readonly id: number;
  readonly game: Game;
  readonly player: Seat;
  readonly key: string;
  /** Legal actions, ascending. A *slot* is an index into this list. */
  readonly actions: readonly number[];
  /**
   * One state of the set: where information is hidden, one drawn anew, so that whoever gets the set cannot read from it what
   * the other side holds. Which one is a function of the key alone.
   */
  readonly state: unknown;
  /** The representative under the game's symmetries (itself where there are none) … */
  readonly canonical: Infoset;
  /** … and where each slot goes there; undefined for the identity. */
  readonly toCanonical: Uint8Array | Uint16Array | undefined;
}

export interface GameNode {
  /** Dense, in order of making. */
  readonly id: number;
  readonly state: unknown;
  readonly turn: Turn;
  /** Of the player to move; undefined at chance and terminal nodes. */
  readonly infoset: Infoset | undefined;
  /** By slot; filled in by `GameGraph.child`. */
  readonly children: (GameNode | undefined)[];
}

/** A graph that has grown past this is left behind between batches, and the next is grown anew: it bounds the memory. */
export const MAX_CACHED_NODES = 300_000;

export class GameGraph {
  readonly game: Game;
  readonly root: GameNode;
  /** The same graph in flat arrays, which grow with it. */
  readonly flat = new FlatGraph();
  readonly #nodes = new Map<string, GameNode>();
  readonly #nodeList: GameNode[] = [];
  readonly #infosets = new Map<string, Infoset>();
  readonly #infosetList: Infoset[] = [];

  constructor(game: Game) {
    this.game = game;
    this.root = this.node(game.initial());
  }

  /** Number of nodes made so far. */
  get size(): number {
    return this.#nodes.size;
  }

  /** All nodes made so far, by id. */
  get nodes(): readonly GameNode[] {
    return this.#nodeList;
  }

  /** All information sets made so far, by id. */
  get infosets(): readonly Infoset[] {
    return this.#infosetList;
  }

  /** The node of a state. */
  node(state: unknown): GameNode {
    const key = this.game.stateKey(state);
    let node = this.#nodes.get(key);
    if (node === undefined) {
      const turn = this.game.turn(state);
      const infoset = turn.kind === "player" ? this.#infoset(state, turn.player, turn.actions) : undefined;
      const children = turn.kind === "end" ? [] : Array<GameNode | undefined>(turn.actions.length).fill(undefined);
      node = { id: this.#nodeList.length, state, turn, infoset, children };
      this.#nodes.set(key, node);
      this.#nodeList.push(node);
      this.flat.addNode(turn, infoset?.id ?? -1);
    }
    return node;
  }

  /** The node after the action in `slot`. */
  child(node: GameNode, slot: number): GameNode {
    let child = node.children[slot];
    if (child === undefined) {
      if (node.turn.kind === "end") throw new Error("a finished game has no next state");
      child = this.node(this.game.apply(node.state, node.turn.actions[slot]));
      node.children[slot] = child;
      this.flat.target[this.flat.firstEdge[node.id] + slot] = child.id;
    }
    return child;
  }

  /** Every node reachable from the root, in no particular order; throws past `limit`. */
  expand(limit: number): GameNode[] {
    const seen = new Set<GameNode>([this.root]);
    for (const node of seen) {
      for (let slot = 0; slot < node.children.length; slot++) seen.add(this.child(node, slot));
      if (seen.size > limit) throw new Error(`${this.game.id} has more than ${limit} states`);
    }
    return [...seen];
  }

  #infoset(state: unknown, player: Seat, actions: readonly number[]): Infoset {
    const key = this.game.infosetKey(state, player);
    const mapKey = `${player}${key}`;
    const known = this.#infosets.get(mapKey);
    if (known) return known;
    const some = drawnAnew(this.game, state, player, mapKey);
    const image = this.game.canonical?.(some);
    const moved = image !== undefined && this.game.stateKey(image.state) !== this.game.stateKey(some);
    const infoset = { id: this.#infosetList.length, game: this.game, player, key, actions, state: some } as {
      -readonly [K in keyof Infoset]: Infoset[K];
    };
    this.#infosets.set(mapKey, infoset);
    this.#infosetList.push(infoset);
    this.flat.addInfoset(player, actions.length);
    infoset.canonical = infoset;
    infoset.toCanonical = undefined;
    if (image && moved) {
      const canonical = this.node(image.state).infoset;
      if (!canonical) throw new Error(`${this.game.id}: the canonical state of ${key} is no decision`);
      // Where information is hidden, the image may be another state of this same set.
      if (canonical !== infoset) {
        infoset.canonical = canonical;
        infoset.toCanonical = Uint16Array.from(actions, (a) => canonical.actions.indexOf(image.permutation[a]));
        this.flat.setCanonical(infoset.id, canonical.id, infoset.toCanonical);
      }
    }
    return infoset;
  }
}

/** A state that `player` cannot tell from this one, by draws that are seeded with the name of the information set. */
function drawnAnew(game: Game, state: unknown, player: Seat, name: string): unknown {
  if (!game.resample) return state;
  // FNV-1a.
  let seed = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) seed = Math.imul(seed ^ name.charCodeAt(i), 0x01000193);
  let draw = 0;
  return game.resample(state, player, () => uniformAt(seed, 0, draw++));
}
