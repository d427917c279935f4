/**
 * Self-play in batches: thousands of games at once, any mix of games and policies. Policies stand still while a batch is
 * played. Draw d of game i is a pure function of (key, i, d), chance and actions apart: an agent's draws never change a
 * deal, and games are the same however they are split. A batch is played slice by slice (slice.ts), here or in other
 * threads (workers.ts), and put together again.
 */
import type { GameGraph, Infoset } from "../graph/game-graph.ts";
import type { Policy } from "../policies/policy.ts";
import type { Episode } from "../record/episode.ts";
import { newSlice, playSlices, type Slice } from "./slice.ts";

/** Some games of one kind between two policies. */
export interface Plan {
  readonly graph: GameGraph;
  readonly episodes: number;
  /** Who sits in seats 0 and 1. */
  readonly policies: readonly [Policy, Policy];
  /** Episodes 2k and 2k + 1 share their deal, and the policies swap seats in the second. */
  readonly paired: boolean;
  readonly chanceKey: number;
  readonly actionKey: number;
  /** Ids of information sets likely to come up: asked about all at once before the first ply. */
  readonly expected?: ArrayLike<number>;
}

/**
 * What was played, in flat arrays. Ply p of episode e stands at e · P + p, where P is the game's `maxPlies`; after its last
 * ply there may be anything.
 */
export interface Cells {
  /** Plies played, chance included. [E] */
  readonly plies: Uint16Array;
  /** The slot taken: an index into the turn's actions. [E, P] */
  readonly slots: Uint16Array;
  /** For a decision its index in `infosets`, for a chance ply −1. [E, P] */
  readonly decisions: Int32Array;
  /** Returns of seats 0 and 1. [E, 2] */
  readonly returns: Float64Array;
}

/** The episodes of one plan. */
export interface Trajectories extends Cells {
  readonly plan: Plan;
  /** The distinct information sets of these episodes, in order of first visit: by decision of the game, then by episode. */
  readonly infosets: readonly Infoset[];
  /** Their ids in the plan's graph. */
  readonly ids: Int32Array;
}

/** Where batches are played. */
export interface Executor {
  /** Plays every plan to the end. What it returns is good until the next call, which may use its arrays again. */
  play(plans: readonly Plan[]): Promise<Trajectories[]>;
  close(): Promise<void>;
}

export const inThisThread: Executor = { play: async (plans) => play(plans), close: async () => {} };

/** Plays every plan to the end. */
export function play(plans: readonly Plan[]): Trajectories[] {
  const slices = plans.map((plan) => newSlice(plan, newCells(plan), 0, plan.episodes));
  playSlices(slices);
  return slices.map((slice) => assemble(slice.plan, slice.cells, [playedHere(slice)]));
}

export function newCells({ graph, episodes }: Plan, shared = false): Cells {
  const cells = episodes * graph.game.maxPlies;
  const bytes = (length: number) => (shared ? new SharedArrayBuffer(length) : new ArrayBuffer(length));
  return {
    plies: new Uint16Array(bytes(2 * episodes)),
    slots: new Uint16Array(bytes(2 * cells)),
    decisions: new Int32Array(bytes(4 * cells)),
    returns: new Float64Array(bytes(16 * episodes)),
  };
}

/** A slice that has been played, wherever that was. */
export interface Played {
  readonly from: number;
  readonly to: number;
  /** The plan's ids of the information sets by the slice's ids, which are in its `decisions`; absent where they are the same. */
  readonly ids?: readonly number[];
  /** The slice's ids of those visited … */
  readonly visited: ArrayLike<number>;
  /** … and the earliest visit of each: r · E + e, as the r-th decision of episode e. */
  readonly earliest: ArrayLike<number>;
}

export const playedHere = ({ from, to, visited, firstVisit }: Slice): Played => ({
  from,
  to,
  visited,
  earliest: visited.map((id) => firstVisit[id] as number),
});

/** The trajectories of a plan whose slices, 0 … E between them, have been played into `cells`. */
export function assemble(plan: Plan, cells: Cells, slices: readonly Played[]): Trajectories {
  const { plies, decisions } = cells;
  const P = plan.graph.game.maxPlies;
  const known = plan.graph.infosets;
  const firstVisit = new Float64Array(known.length).fill(Number.POSITIVE_INFINITY);
  const visited: number[] = [];
  for (const slice of slices) {
    for (let i = 0; i < slice.visited.length; i++) {
      const id = slice.visited[i] as number;
      const own = slice.ids ? (slice.ids[id] as number) : id;
      const earlier = firstVisit[own] as number;
      if (earlier === Number.POSITIVE_INFINITY) visited.push(own);
      firstVisit[own] = Math.min(earlier, slice.earliest[i] as number);
    }
  }
  // Sorted as numbers, which is much quicker than by a comparison; they are exact up to 2^53.
  const order = new Float64Array(visited.length);
  for (let i = 0; i < order.length; i++) {
    order[i] = (firstVisit[visited[i] as number] as number) * known.length + (visited[i] as number);
  }
  order.sort();
  const ids = new Int32Array(visited.length);
  const infosets: Infoset[] = [];
  const index = new Int32Array(known.length);
  for (let i = 0; i < order.length; i++) {
    const id = (order[i] as number) % known.length;
    ids[i] = id;
    index[id] = i;
    infosets.push(known[id] as Infoset);
  }
  for (const slice of slices) {
    const indexOf = slice.ids ? indexById(slice.ids, slice.visited, index) : index;
    for (let episode = slice.from; episode < slice.to; episode++) {
      const end = episode * P + (plies[episode] as number);
      for (let cell = episode * P; cell < end; cell++) {
        const id = decisions[cell] as number;
        if (id >= 0) decisions[cell] = indexOf[id] as number;
      }
    }
  }
  return { plan, ...cells, infosets, ids };
}

/** `index`, which is by the plan's ids, by a slice's. */
function indexById(ids: readonly number[], visited: ArrayLike<number>, index: Int32Array): Int32Array {
  const indexOf = new Int32Array(ids.length);
  for (let i = 0; i < visited.length; i++) {
    const id = visited[i] as number;
    indexOf[id] = index[ids[id] as number] as number;
  }
  return indexOf;
}

/** Episode number `index` of the trajectories, as the log holds it. */
export function episodeOf({ plan, plies, slots, returns }: Trajectories, index: number, update?: number): Episode {
  const { graph, policies, paired } = plan;
  const { game } = graph;
  const [first, second] = paired && index % 2 === 1 ? [policies[1], policies[0]] : policies;
  let node = graph.root;
  const actions: number[] = [];
  for (let ply = 0; ply < (plies[index] as number); ply++) {
    const slot = slots[index * game.maxPlies + ply] as number;
    if (node.turn.kind !== "end") actions.push(node.turn.actions[slot] as number);
    node = graph.child(node, slot);
  }
  return {
    game: game.id,
    version: game.version,
    ...(update === undefined ? {} : { update }),
    index,
    players: [first.name, second.name],
    actions,
    returns: [returns[index * 2] as number, returns[index * 2 + 1] as number],
  };
}
