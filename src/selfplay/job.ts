/**
 * A job: some episodes to play, as plain data, and what comes of it, as plain data. A thread, a child process or another
 * machine takes the same job. Weights are named by their SHA-256 and travel beside it.
 */

import { getGame } from "../games/registry.ts";
import { GameGraph, type Infoset } from "../graph/game-graph.ts";
import type { Part } from "./assemble.ts";
import type { Plan } from "./plan.ts";
import { PolicyCache, type SentRecipe, type SentRecipes, type Weights } from "./policy-makers.ts";
import { newSlice, type PlayedSlice, playSlices } from "./slice.ts";

/** Episodes `from` … `to` − 1 of a plan of `episodes`. */
export interface Job extends Pick<Plan, "episodes" | "paired" | "chanceKey" | "actionKey"> {
  readonly from: number;
  readonly to: number;
  /** Id of the game, parameters included. */
  readonly game: string;
  /** Who sits in seats 0 and 1. */
  readonly policies: readonly [SentRecipe, SentRecipe];
}

export interface JobResult extends PlayedSlice {
  /** Number of the player's graph, whose ids of information sets these are. A graph that is begun anew has a new number. */
  readonly graph: number;
}

/** The job of some episodes of a plan, all of whose policies have recipes. */
export function jobOf(plan: Plan, from: number, to: number, recipes: SentRecipes): Job {
  const { graph, episodes, paired, chanceKey, actionKey } = plan;
  const policies = [recipes.of(plan.policies[0]), recipes.of(plan.policies[1])] as const;
  return { game: graph.game.id, from, to, episodes, policies, paired, chanceKey, actionKey };
}

interface Entry {
  readonly number: number;
  readonly graph: GameGraph;
  /** Ids that came up in the last batch, which are likely to come up in the next. */
  expected: ArrayLike<number>;
}

/** Plays jobs, on graphs and policies of its own. */
export class JobPlayer {
  readonly #maxNodes: number;
  readonly #policies = new PolicyCache();
  /** By game id. */
  #entries = new Map<string, Entry>();
  #graphs = 0;

  /** A graph larger than `maxNodes` is begun anew between batches, which bounds the memory. */
  constructor(maxNodes: number) {
    this.#maxNodes = maxNodes;
  }

  /** Plays every job to its end. `weights` are those that the jobs name. */
  async play(jobs: readonly Job[], weights: Weights): Promise<JobResult[]> {
    const entries = new Map<string, Entry>();
    const slices = [];
    for (const { game: id, policies, from, to, ...plan } of jobs) {
      const game = getGame(id);
      const entry = entries.get(id) ?? this.#entryOf(id);
      entries.set(id, entry);
      const first = await this.#policies.make(policies[0], game, weights);
      const second = await this.#policies.make(policies[1], game, weights);
      const { graph, expected } = entry;
      slices.push(newSlice({ ...plan, graph, policies: [first, second], expected }, from, to));
    }
    const played = playSlices(slices);
    this.#policies.sweep();
    this.#entries = entries;
    for (const [id, entry] of entries)
      entry.expected = played[jobs.findIndex(({ game }) => game === id)]?.visited ?? [];
    return played.map((slice, i) => ({ ...slice, graph: (entries.get((jobs[i] as Job).game) as Entry).number }));
  }

  #entryOf(id: string): Entry {
    const known = this.#entries.get(id);
    if (known && known.graph.size <= this.#maxNodes) return known;
    return { number: this.#graphs++, graph: new GameGraph(getGame(id)), expected: [] };
  }
}

/** Our ids of information sets by those of another thread's graphs. */
export class Translation {
  /** By our graph: the number of the other, and our ids by its. */
  readonly #known = new WeakMap<GameGraph, { readonly graph: number; readonly ids: number[] }>();

  /** The result as a part of the plan. A set not met before is found by following its earliest visit. */
  translated(plan: Plan, result: JobResult): Part {
    let known = this.#known.get(plan.graph);
    if (known?.graph !== result.graph) {
      known = { graph: result.graph, ids: [] };
      this.#known.set(plan.graph, known);
    }
    const { ids } = known;
    for (let i = 0; i < result.visited.length; i++) {
      ids[result.visited[i] as number] ??= infosetAt(plan, result, result.earliest[i] as number).id;
    }
    return { ...result, ids };
  }
}

/** The information set of a visit: r · E + e, the r-th decision of episode e. */
function infosetAt({ graph, episodes }: Plan, { from, cells: { slots } }: PlayedSlice, visit: number): Infoset {
  const episode = visit % episodes;
  let left = Math.floor(visit / episodes);
  let node = graph.root;
  for (let cell = (episode - from) * graph.game.maxPlies; ; cell++) {
    if (node.infoset && left-- === 0) return node.infoset;
    node = graph.child(node, slots[cell] as number);
  }
}
