/**
 * A match: two players, one game, pairs of games. Both games of a pair have the same deal; the first player sits in seat 0 in
 * game 2k and in seat 1 in game 2k + 1. So the luck of the deal and of the seat is the same for both, and pairs are what
 * the statistics count as independent.
 *
 * Games are drawn in blocks: what happens in a game depends on the match's random stream, its block and its place in
 * there, never on what else was played. A match that is taken up again plays the games that it would have played.
 */
import type { Game } from "../games/game.ts";
import type { Infoset } from "../graph/game-graph.ts";
import type { Player, PolicyPlayer } from "../players/player.ts";
import type { Distribution, Policy } from "../policies/policy.ts";
import type { Episode } from "../record/episode.ts";
import type { Executor, Plan } from "../selfplay/plan.ts";
import { Rng } from "../util/rng.ts";

export interface Match {
  readonly game: Game;
  readonly players: readonly [Player, Player];
  /** Of this match alone: see `matchRng`. */
  readonly rng: Rng;
}

export interface PlayedGame {
  readonly index: number;
  /** Of seats 0 and 1. */
  readonly returns: readonly [number, number];
  /** Good until more games are asked for. */
  readonly episode: () => Episode;
}

export interface MatchOptions {
  readonly pairs: number;
  /** Games that need not be played. */
  readonly isDone?: (index: number) => boolean;
  /** Where policies play. */
  readonly executor?: Executor;
  /** Games under way at once, where a player must be asked. */
  readonly atOnce?: number;
  /** Added to the numbers by which players who are asked know their games. */
  readonly firstEpisode?: number;
  readonly maxNodes?: number;
}

/** Pairs of a block. A block between policies is played to its end, so what is stopped early or killed loses no more than one. */
export const BLOCK = 64;

/** The stream of the match between these two at this game: the same one for `match`, `arena` and `ladder`. */
export function matchRng(
  seed: number,
  game: Game,
  players: readonly [Pick<Player, "name">, Pick<Player, "name">],
): Rng {
  return new Rng(seed)
    .fork("match")
    .fork(game.id)
    .fork(JSON.stringify(players.map(({ name }) => name)));
}

/** Keys of the draws in a block. */
export function blockKeys(rng: Rng, block: number): Pick<Plan, "chanceKey" | "actionKey"> {
  const draws = rng.fork("batch", block);
  return { chanceKey: draws.fork("chance").key(), actionKey: draws.fork("actions").key() };
}

/**
 * What a player plays at a game, under the player's name. Its answers are kept for as long as the graph is: a block asks again about
 * what others have asked about, and some policies think long. Always another object, as the two sides must stay apart
 * where they are one policy.
 */
export function seated(player: PolicyPlayer, game: Game): Policy {
  const policy = player.policy(game);
  const known = new WeakMap<Infoset, Distribution>();
  return {
    ...policy,
    name: player.name,
    distributions(infosets) {
      const open = infosets.filter((infoset) => !known.has(infoset));
      policy.distributions(open).forEach((distribution, i) => {
        known.set(open[i] as Infoset, distribution);
      });
      return infosets.map((infoset) => known.get(infoset) as Distribution);
    },
  };
}
