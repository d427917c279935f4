/**
 * Learning from an expert's games (behavioural cloning, or supervised fine-tuning), alone or before self-play. The learner
 * takes one step a batch down the cross-entropy of the expert's moves,
 *
 *   L(θ) = − Σ_decisions log π_θ(a | s) / T
 *
 * which is the policy-gradient loss with every advantage 1. The games are a fixed set, which is repeated in the same order.
 */
import type { Game } from "../games/game.ts";
import { GameGraph, MAX_CACHED_NODES } from "../graph/game-graph.ts";
import type { Policy } from "../policies/policy.ts";
import { type PolicyModel, playedGame } from "../policies/policy-kind.ts";
import type { Trajectories } from "../selfplay/plan.ts";
import { episodeOf, play } from "../selfplay/play.ts";
import { type RecordedGame, recordedTrajectories } from "../selfplay/recorded.ts";
import type { Rng } from "../util/rng.ts";
import { learnerDecisions } from "./advantages/advantage.ts";

/** What an expert shows. */
export interface Demonstrations {
  /** The name of the expert. */
  readonly expert: string;
  /** The updates that learn from its games, before any self-play. */
  readonly updates: number;
  /** By game id, at least one game each. */
  readonly games: ReadonlyMap<string, readonly RecordedGame[]>;
}

/** Games of a policy against itself. They are a function of the policy, `count` and `rng`. */
export function gamesOfExpert(game: Game, expert: Policy, count: number, rng: Rng): RecordedGame[] {
  const [trajectories] = play([
    {
      graph: new GameGraph(game),
      episodes: count,
      policies: [expert, expert],
      paired: false,
      chanceKey: rng.fork("chance").key(),
      actionKey: rng.fork("actions").key(),
    },
  ]);
  return Array.from({ length: count }, (_, index) => ({ actions: episodeOf(trajectories, index).actions, opening: 0 }));
}

/** Gives the batches of a run, one after the other. */
export class DemonstrationBatches {
  readonly #expert: string;
  readonly #writing: PolicyModel["writing"];
  readonly #entries: {
    readonly game: Game;
    readonly games: readonly RecordedGame[];
    readonly episodes: number;
    graph: GameGraph;
  }[];

  /** `games` are those of the run, with the episodes of a batch. */
  constructor(
    { expert, games: shown }: Demonstrations,
    games: readonly { readonly game: Game; readonly episodes: number }[],
    model: PolicyModel,
  ) {
    this.#expert = expert;
    this.#writing = model.writing;
    this.#entries = games.map(({ game, episodes }) => {
      const played = playedGame(model, game);
      const own = shown.get(game.id) ?? [];
      return { game: played, games: own, episodes: Math.min(episodes, own.length), graph: new GameGraph(played) };
    });
  }

  /** The games of update `update`, counted from 1. A batch begins where the one before ended. */
  batch(update: number): Trajectories[] {
    return this.#entries.map((entry) => {
      const { game, games, episodes } = entry;
      if (entry.graph.size > MAX_CACHED_NODES) entry.graph = new GameGraph(game);
      const first = (update - 1) * episodes;
      const some = Array.from({ length: episodes }, (_, i) => games[(first + i) % games.length]);
      return recordedTrajectories(entry.graph, this.#expert, some, this.#writing?.spelled);
    });
  }
}

/** An advantage of 1 for every decision, for each of the trajectories. */
export const imitation = (batch: readonly Trajectories[]): Float64Array[] =>
  batch.map((trajectories) => new Float64Array(learnerDecisions(trajectories).cells.length).fill(1));
