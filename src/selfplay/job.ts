/**
 * A job is a part of a plan as plain data, which another thread, process or machine can play:
 *
 *   sender      Plan → jobOf → Job         policies become recipes, the graph becomes the game's id
 *   player      Job → JobPlayer → JobResult   on a graph and policies of its own
 *   sender      JobResult → InfosetIds → Part   the player's ids of information sets become the sender's
 *
 * Weights are named by their SHA-256 and are sent beside the jobs.
 */

import type { Game } from "../games/game.ts";
import { getGame } from "../games/registry.ts";
import { GameGraph, type Infoset } from "../graph/game-graph.ts";
import { playedGame } from "../policies/policy-kind.ts";
import { policyModel } from "../policies/registry.ts";
import type { Part } from "./assemble.ts";
import type { Plan } from "./plan.ts";
import { PolicyCache, type SentRecipe, type SentRecipes, type Weights } from "./recipes.ts";
import { newSlice, type PlayedSlice, playSlices } from "./slice.ts";

/** Episodes `from` … `to` − 1 of a plan that has `episodes` of them. */
export interface Job extends Pick<Plan, "episodes" | "paired" | "chanceKey" | "actionKey" | "writer"> {
  readonly from: number;
  readonly to: number;
  /** Id of the game, with its parameters. */
  readonly game: string;
  /** The policies in seats 0 and 1. */
  readonly policies: readonly [SentRecipe, SentRecipe];
}

export interface JobResult extends PlayedSlice {
  /** Number of the player's graph, to which the ids of information sets belong. Every new graph has a new number. */
  readonly graph: number;
}

/** The job for episodes `from` … `to` − 1. Throws if a policy of the plan has no recipe. */
export function jobOf(plan: Plan, from: number, to: number, recipes: SentRecipes): Job {
  const { graph, episodes, paired, chanceKey, actionKey, writer } = plan;
  const policies = [recipes.of(plan.policies[0]), recipes.of(plan.policies[1])] as const;
  return { game: graph.game.id, from, to, episodes, policies, paired, chanceKey, actionKey, writer };
}

interface Entry {
  readonly number: number;
  readonly graph: GameGraph;
  /** Ids that were visited in the last batch, and are likely to be visited in the next. */
  expected: ArrayLike<number>;
}

/** Plays jobs on its own graphs and policies. */
export class JobPlayer {
  readonly #maxNodes: number;
  readonly #policies = new PolicyCache();
  /** By game id and writer. */
  #entries = new Map<string, Entry>();
  #graphs = 0;

  /** Between batches, a graph larger than `maxNodes` is replaced by an empty one, which bounds the memory. */
  constructor(maxNodes: number) {
    this.#maxNodes = maxNodes;
  }

  /** Plays every job to its end. `weights` holds the weights that the jobs name. */
  async play(jobs: readonly Job[], weights: Weights): Promise<JobResult[]> {
    const entries = new Map<string, Entry>();
    const slices = [];
    for (const job of jobs) {
      const { game: id, policies, from, to, writer, ...plan } = job;
      const game = getGame(id);
      const entry = entries.get(entryKey(job)) ?? (await this.#entryOf(job));
      entries.set(entryKey(job), entry);
      const first = await this.#policies.make(policies[0], game, weights);
      const second = await this.#policies.make(policies[1], game, weights);
      const { graph, expected } = entry;
      slices.push(newSlice({ ...plan, graph, policies: [first, second], expected }, from, to));
    }
    const played = playSlices(slices);
    this.#policies.sweep();
    this.#entries = entries;
    for (const [key, entry] of entries)
      entry.expected = played[jobs.findIndex((job) => entryKey(job) === key)]?.visited ?? [];
    return played.map((slice, i) => ({ ...slice, graph: (entries.get(entryKey(jobs[i])) as Entry).number }));
  }

  async #entryOf(job: Job): Promise<Entry> {
    const known = this.#entries.get(entryKey(job));
    if (known && known.graph.size <= this.#maxNodes) return known;
    const game = known?.graph.game ?? (await playedIn(job));
    return { number: this.#graphs++, graph: new GameGraph(game), expected: [] };
  }
}

const entryKey = ({ game, writer }: Job): string => (writer ? JSON.stringify([game, writer]) : game);

/** The game whose plies the job plays. */
async function playedIn({ game, writer }: Job): Promise<Game> {
  if (!writer) return getGame(game);
  return playedGame(await policyModel(writer.nn, writer.games.map(getGame)), getGame(game));
}

/** Translates the ids of information sets from one job player's graphs to those of this process. */
export class InfosetIds {
  /** By graph of this process: the number of the player's graph, and the ids here by the ids there. */
  readonly #known = new WeakMap<GameGraph, { readonly graph: number; readonly ids: number[] }>();

  /** The result as a part of the plan. A new information set is found by replaying the episode of its earliest visit. */
  partOf(plan: Plan, result: JobResult): Part {
    let known = this.#known.get(plan.graph);
    if (known?.graph !== result.graph) {
      known = { graph: result.graph, ids: [] };
      this.#known.set(plan.graph, known);
    }
    const { ids } = known;
    for (let i = 0; i < result.visited.length; i++) {
      ids[result.visited[i]] ??= infosetAt(plan, result, result.earliest[i]).id;
    }
    return { ...result, ids };
  }
}

/** The information set of visit r · E + e: the r-th decision of episode e. */
function infosetAt({ graph, episodes }: Plan, { from, cells: { slots } }: PlayedSlice, visit: number): Infoset {
  const episode = visit % episodes;
  let left = Math.floor(visit / episodes);
  let node = graph.root;
  for (let cell = (episode - from) * graph.game.maxPlies; ; cell++) {
    if (node.infoset && left-- === 0) return node.infoset;
    node = graph.child(node, slots[cell]);
  }
}
