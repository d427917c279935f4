/**
 * The opponents of the learner during training, as `rl.opponents` names them: itself in both seats, a pool of its past
 * checkpoints, a fixed opponent, or a mixture by fractions of each game's episodes, such as `self=0.7,pool=0.3`. Against
 * others, episodes come in pairs with the same deal and the seats swapped, and the learner learns from its own turns only.
 */

import type { Game } from "../games/game.ts";
import { GameGraph, MAX_CACHED_NODES } from "../graph/game-graph.ts";
import { type OpponentShare, parseOpponents } from "../players/opponent-mix.ts";
import { opponents, trainingOpponents } from "../players/opponents.ts";
import { exploring } from "../policies/exploring.ts";
import { type NetworkRecipe, recipeOf } from "../policies/network-policy.ts";
import type { Policy } from "../policies/policy.ts";
import { type PolicyModel, playedGame } from "../policies/policy-kind.ts";
import type { Executor, Plan, Trajectories } from "../selfplay/plan.ts";
import { inThisThread } from "../selfplay/play.ts";
import type { Rng } from "../util/rng.ts";
import { learnerSits } from "./advantages/advantage.ts";
import type { Learner } from "./learner.ts";
import { Pool, type PoolSettings, type PoolState } from "./pool.ts";

export interface MatchmakerSettings {
  readonly games: readonly { readonly game: Game; readonly episodes: number }[];
  readonly rl: { readonly opponents: string; readonly pool: PoolSettings };
}

/** Opponents that are the learner itself, but for a random action now and then (policies/exploring.ts). */
export interface ExplorerSettings {
  /** The share of the episodes of self-play, in games of perfect information. */
  readonly share: number;
  /** ε: the probability of a random action. */
  readonly exploration: number;
  /** The updates before they come. */
  readonly after: number;
}

interface Entry {
  readonly game: Game;
  /** The opponents in this game, and the number of episodes against each. */
  readonly matchings: readonly { readonly name: string; readonly episodes: number; readonly fixed?: Policy }[];
  graph: GameGraph;
  /** Ids of information sets that were visited in the last batch, and are likely to be visited in the next. */
  expected: ArrayLike<number>;
}

export class Matchmaker {
  readonly #entries: readonly Entry[];
  readonly #pool: Pool | undefined;
  readonly #writer: NetworkRecipe | undefined;
  readonly #maxNodes: number;

  /** Between batches, a graph larger than `maxNodes` is replaced by an empty one, which bounds the memory. */
  constructor({ games, rl }: MatchmakerSettings, model: PolicyModel, maxNodes = MAX_CACHED_NODES) {
    this.#maxNodes = maxNodes;
    const mix = parseOpponents(rl.opponents, trainingOpponents);
    this.#pool = mix.some(({ name }) => name === "pool") ? new Pool(rl.pool, model) : undefined;
    const { writing } = model;
    this.#writer = writing && recipeOf(model);
    const fixedOpponent = (name: string, game: Game): Policy | undefined => {
      const policy = opponents.find((opponent) => opponent.name === name)?.make(game);
      return policy && writing ? writing.written(policy) : policy;
    };
    this.#entries = games.map(({ game, episodes }) => ({
      game: playedGame(model, game),
      matchings: mix.map((share) => ({
        name: share.name,
        episodes: episodesOf(share, episodes),
        fixed: fixedOpponent(share.name, game),
      })),
      graph: new GameGraph(playedGame(model, game)),
      expected: [],
    }));
  }

  /**
   * Plays the episodes of one update. The random draws of an episode depend on `draws`, the game, the opponent and its index.
   * With `explorers`, a share of the episodes of self-play is against them.
   */
  async play(
    learner: Policy,
    draws: Rng,
    executor: Executor = inThisThread,
    explorers?: ExplorerSettings,
  ): Promise<Trajectories[]> {
    const explorer = explorers && exploring(learner, explorers.exploration);
    const member = this.#pool?.draw(draws.fork("pool"));
    const others: Readonly<Record<string, Policy | undefined>> = { self: learner, [EXPLORER]: explorer };
    const plans = this.#entries.flatMap((entry) => {
      if (entry.graph.size > this.#maxNodes) {
        entry.graph = new GameGraph(entry.game);
        entry.expected = [];
      }
      return matchingsOf(entry, explorers).map(({ name, episodes, fixed }): Plan => {
        const stream = draws.fork(entry.game.id).fork(name);
        return {
          graph: entry.graph,
          episodes,
          policies: [learner, others[name] ?? fixed ?? (member?.policy as Policy)],
          paired: name !== "self",
          writer: this.#writer,
          chanceKey: stream.fork("chance").key(),
          actionKey: stream.fork("actions").key(),
          expected: entry.expected,
        };
      });
    });
    const batch = await executor.play(plans);
    for (const entry of this.#entries) {
      entry.expected = batch.find(({ plan }) => plan.graph === entry.graph)?.ids ?? [];
    }
    if (member) member.played(meanScore(batch.filter(({ plan }) => plan.policies[1] === member.policy)));
    return batch;
  }

  /** Offers the averaged policy after `update` to the pool. */
  offer(update: number, learner: Learner): void {
    this.#pool?.offer(update, () => learner.served());
  }

  /** The state of the pool; empty if there is none. */
  save(): PoolState {
    return this.#pool?.save() ?? [];
  }

  restore(pool: PoolState): void {
    this.#pool?.restore(pool);
  }

  dispose(): void {
    this.#pool?.dispose();
  }
}

const EXPLORER = "explorer";

/** The matchings of a game, some episodes of self-play being against explorers. */
function matchingsOf({ game, matchings }: Entry, explorers: ExplorerSettings | undefined): Entry["matchings"] {
  if (!explorers || !game.perfectInformation) return matchings;
  return matchings.flatMap((matching) => {
    const { name, episodes } = matching;
    const against = name === "self" ? 2 * Math.round((explorers.share * episodes) / 2) : 0;
    if (against === 0) return [matching];
    return [
      ...(against < episodes ? [{ name, episodes: episodes - against }] : []),
      { name: EXPLORER, episodes: against },
    ];
  });
}

/** Episodes for this share of a game's episodes. Against others the number is even, as the episodes come in pairs. */
function episodesOf({ name, fraction }: OpponentShare, episodes: number): number {
  if (name === "self") return Math.max(1, Math.round(fraction * episodes));
  return Math.max(2, 2 * Math.round((fraction * episodes) / 2));
}

/** The learner's mean score: a win counts 1, a draw ½, a loss 0. ½ if there are no episodes. */
function meanScore(batch: readonly Trajectories[]): number {
  let sum = 0;
  let count = 0;
  for (const trajectories of batch) {
    for (let episode = 0; episode < trajectories.plan.episodes; episode++) {
      const seat = learnerSits(trajectories, episode, 0) ? 0 : 1;
      sum += (Math.sign(trajectories.returns[episode * 2 + seat]) + 1) / 2;
      count++;
    }
  }
  return count === 0 ? 0.5 : sum / count;
}
