/**
 * A game as a graph that grows as it is walked: one node for each state and one `Infoset` for each information set. Each is made
 * at its first visit and then found by following a pointer. Self-play and exact evaluation walk this graph, so that the rules
 * run once for each state rather than once for each move. The graph is only a cache: the results of a walk do not depend on
 * earlier walks.
 */
import type { Game, Seat, Turn } from "../games/game.ts";
import { uniformAt } from "../util/rng.ts";
import { FlatGraph } from "./flat-graph.ts";

/** An information set: what the player to move knows, and its legal actions. Policies are functions of it. */
export interface Infoset {
  /** 0, 1, 2, … in the order of first visits. */
  readonly id: number;
  readonly game: Game;
  readonly player: Seat;
  readonly key: string;
  /** Legal actions, ascending. A *slot* is an index into this list. */
  readonly actions: readonly number[];
  /**
   * One state of the set. If the game has hidden information, the state is drawn by `Game.resample`, so that it does not tell
   * what the other side really holds. It is a function of the key alone.
   */
  readonly state: unknown;
  /** The representative of the set under the game's symmetries; the set itself if there are none. */
  readonly canonical: Infoset;
  /** For each slot, the slot of the same action at the representative; undefined for the identity. */
  readonly toCanonical: Uint8Array | Uint16Array | undefined;
}

export interface GameNode {
  /** 0, 1, 2, … in the order in which nodes are made. */
  readonly id: number;
  readonly state: unknown;
  readonly turn: Turn;
  /** The information set of the player to move; undefined at chance nodes and ends. */
  readonly infoset: Infoset | undefined;
  /** The next nodes by slot. `GameGraph.child` fills them in. */
  readonly children: (GameNode | undefined)[];
}

/** Bounds the memory: a graph with more nodes is dropped between batches, and a new one is grown. */
export const MAX_CACHED_NODES = 300_000;

export class GameGraph {
  readonly game: Game;
  readonly root: GameNode;
  /** This graph in flat arrays, which grow with it. */
  readonly flat = new FlatGraph();
  readonly #nodes = new Map<string, GameNode>();
  readonly #nodeList: GameNode[] = [];
  readonly #infosets = new Map<string, Infoset>();
  readonly #infosetList: Infoset[] = [];

  constructor(game: Game) {
    this.game = game;
    this.root = this.node(game.initial());
  }

  /** The number of nodes made so far. */
  get size(): number {
    return this.#nodes.size;
  }

  /** The number of actions and outcomes of chance at the nodes made so far, which memory goes by. */
  get edges(): number {
    return this.flat.firstEdge[this.size];
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

  /** All nodes that the root reaches, in no particular order. Throws an Error if there are more than `limit`. */
  expand(limit: number, onStates?: (states: number) => void): GameNode[] {
    const found = [this.root];
    const isFound: boolean[] = [];
    isFound[this.root.id] = true;
    let visited = 0;
    for (const node of found) {
      if (++visited % 1000 === 0) onStates?.(visited);
      for (let slot = 0; slot < node.children.length; slot++) {
        const child = this.child(node, slot);
        if (isFound[child.id]) continue;
        isFound[child.id] = true;
        found.push(child);
      }
      if (found.length > limit) throw new Error(`${this.game.id} has more than ${limit} states`);
    }
    return found;
  }

  #infoset(state: unknown, player: Seat, actions: readonly number[]): Infoset {
    const key = this.game.infosetKey(state, player);
    const mapKey = `${player}${key}`;
    const known = this.#infosets.get(mapKey);
    if (known) return known;
    const member = resampled(this.game, state, player, mapKey);
    const image = this.game.canonical?.(member);
    const moved = image !== undefined && this.game.stateKey(image.state) !== this.game.stateKey(member);
    const infoset = { id: this.#infosetList.length, game: this.game, player, key, actions, state: member } as {
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
      // With hidden information, the image may be another state of this same set.
      if (canonical !== infoset) {
        infoset.canonical = canonical;
        infoset.toCanonical = Uint16Array.from(actions, (a) => canonical.actions.indexOf(image.permutation[a]));
        this.flat.setCanonical(infoset.id, canonical.id, infoset.toCanonical);
      }
    }
    return infoset;
  }
}

/** A state that `player` cannot tell from this one. The draws are seeded with the name of the information set. */
function resampled(game: Game, state: unknown, player: Seat, name: string): unknown {
  if (!game.resample) return state;
  // The seed is the FNV-1a hash of the name.
  let seed = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) seed = Math.imul(seed ^ name.charCodeAt(i), 0x01000193);
  let draw = 0;
  return game.resample(state, player, () => uniformAt(seed, 0, draw++));
}
