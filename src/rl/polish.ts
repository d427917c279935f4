/**
 * Polish: teaches a text policy to write freely. Self-play in legal decoding never says how likely illegal words are. So the last
 * updates of a run distil the averaged policy, as it writes in legal decoding, into the softmax over the whole vocabulary:
 *
 *   teacher   π̄: the averaged policy when polish begins, in legal decoding
 *   L       = − Σ_s w(s) Σ_words π̄(word | s) log π_θ(word | s)        s over the positions between words that were visited
 *
 * Half of the games are played by the teacher. In the other half it writes a random legal word one time in four, so that what it
 * would do off its own path is not forgotten. w(s) ∝ √visits lets rare positions count. Words that legal decoding forces are learned too.
 */
import { GameGraph, MAX_CACHED_NODES } from "../graph/game-graph.ts";
import { type Policy, uniform } from "../policies/policy.ts";
import type { PolicyModel, PolicySettings, Writing } from "../policies/policy-kind.ts";
import { policyModel } from "../policies/registry.ts";
import { play } from "../selfplay/play.ts";
import { UserError } from "../util/errors.ts";
import type { Rng } from "../util/rng.ts";
import { learnerDecisions } from "./advantages/advantage.ts";
import type { Learner } from "./learner.ts";
import type { MatchmakerSettings } from "./matchmaker.ts";
import { mergeRows } from "./rows.ts";

/** Adam's rate at the first update of polish; it falls linearly to a twentieth. At 0.01 tic-tac-toe is unlearned. */
const LEARNING_RATE = 0.006;
const LAST_SHARE = 0.05;
/** The games of an update are an eighth of those of self-play: many small steps serve better than few large ones. */
const GAMES_SHARE = 1 / 8;
/** The share of words that are written at random, in half of the games. */
const RANDOM_WORDS = 0.25;

export class Polish {
  readonly #writing: Writing;
  readonly #games: { readonly episodes: number; graph: GameGraph }[];
  readonly #length: number;

  /** `length`: the number of updates. Throws a UserError (exit 2) if the policy does not write. */
  static async of(
    length: number,
    { games }: Pick<MatchmakerSettings, "games">,
    { settings }: PolicyModel,
  ): Promise<Polish> {
    const { writing } = await policyModel(
      freely(settings),
      games.map(({ game }) => game),
    );
    if (!writing) throw new UserError(2, `rl.polish is for policies that write; nn.policy is ${settings.policy}.`);
    return new Polish(length, games, writing);
  }

  private constructor(length: number, games: MatchmakerSettings["games"], writing: Writing) {
    this.#length = length;
    this.#writing = writing;
    this.#games = games.map(({ game, episodes }) => ({
      episodes: Math.ceil(GAMES_SHARE * episodes),
      graph: new GameGraph(writing.played(game)),
    }));
  }

  /** Update number `n` of polish, counted from 1. → the loss, and the number of rows and turns */
  step(
    learner: Learner,
    n: number,
    draws: Rng,
  ): { loss: number; learningRate: number; rows: number; decisions: number } {
    if (n === 1) learner.beginPolish();
    const teacher = this.#writing.legalOnly(learner.magnetPolicy);
    const { rows, decisions } = mergedGames(this.#play([teacher, this.#exploring(teacher)], draws));
    const infosets = rows.map(({ infoset }) => infoset);
    const weights = rows.map(({ visits }) => Math.sqrt(visits));
    const sum = weights.reduce((a, b) => a + b, 0);
    const targets = teacher.distributions(infosets).map((p, r) => p.map((x) => (x * weights[r]) / sum));
    const learningRate = LEARNING_RATE * (1 - ((1 - LAST_SHARE) * (n - 1)) / Math.max(1, this.#length - 1));
    return { loss: learner.imitate(infosets, targets, learningRate), learningRate, rows: rows.length, decisions };
  }

  /** The teacher, with some random legal words. */
  #exploring(teacher: Policy): Policy {
    const random = this.#writing.legalOnly(uniform);
    return {
      name: "exploring",
      distributions(infosets) {
        const others = random.distributions(infosets);
        return teacher
          .distributions(infosets)
          .map((p, i) => p.map((x, slot) => (1 - RANDOM_WORDS) * x + RANDOM_WORDS * others[i][slot]));
      },
    };
  }

  /** Each player's games against itself. */
  #play(players: readonly Policy[], draws: Rng) {
    return play(
      this.#games.flatMap((entry) => {
        if (entry.graph.size > MAX_CACHED_NODES) entry.graph = new GameGraph(entry.graph.game);
        return players.map((player) => {
          const stream = draws.fork(entry.graph.game.id).fork("polish").fork(player.name);
          return {
            graph: entry.graph,
            episodes: Math.ceil(entry.episodes / players.length),
            policies: [player, player] as const,
            paired: false,
            chanceKey: stream.fork("chance").key(),
            actionKey: stream.fork("actions").key(),
          };
        });
      }),
    );
  }
}

const freely = (settings: PolicySettings): PolicySettings =>
  settings.text ? { ...settings, text: { ...settings.text, decoding: "free" } } : settings;

/** The rows of all games, without advantages. */
const mergedGames = (batch: ReturnType<typeof play>) =>
  mergeRows(
    batch,
    batch.map((trajectories) => new Float64Array(learnerDecisions(trajectories).cells.length)),
  );
