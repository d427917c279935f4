/**
 * A match: two players play pairs of games. Both games of a pair have the same deal; the first player sits in seat 0 in game
 * 2k and in seat 1 in game 2k + 1. So both players have the same luck of the deal and of the seat. Pairs are independent,
 * and the statistics count them; the two games of a pair are not.
 *
 * A player that draws random numbers of its own gets a new stream of them for each pair, so pairs are independent if anything
 * is drawn in them. If nothing is, they are copies of each other, and one is played (deterministic.ts).
 *
 * Games come in blocks. The random draws of a game depend on the match's random stream, its block and its place in the block
 * alone. So a match that is resumed plays the same games as one that was never interrupted.
 */
import type { Game } from "../games/game.ts";
import { withoutTalk } from "../games/parts/talk.ts";
import type { GameGraph, Infoset } from "../graph/game-graph.ts";
import type { Player, PolicyPlayer } from "../players/player.ts";
import type { Distribution, Policy } from "../policies/policy.ts";
import type { Episode } from "../record/episode.ts";
import type { Plan } from "../selfplay/plan.ts";
import { Rng } from "../util/rng.ts";
import type { Opening } from "./openings.ts";

export interface Match {
  readonly game: Game;
  readonly players: readonly [Player, Player];
  /** The random stream of this match (`matchRng`). */
  readonly rng: Rng;
  /** The opening of each pair (openings.ts); by default, all pairs start at the start of the game. */
  readonly openings?: readonly Opening[] | undefined;
}

export interface PlayedGame {
  readonly index: number;
  /** Returns of seats 0 and 1. */
  readonly returns: readonly [number, number];
  /** Valid until the next games are requested. */
  readonly episode: () => Episode;
}

export interface MatchOptions {
  /** The pairs to play end before this one. */
  readonly pairs: number;
  /** The first pair to play; 0 by default. */
  readonly from?: number;
  /** Whether a game was already played; it is skipped. */
  readonly isDone?: (index: number) => boolean;
  /** The most games that run at the same time, if a player must be asked. */
  readonly atOnce?: number;
  /** The number of game 0 for asked players; the others follow. */
  readonly firstEpisode?: number;
  /** When it aborts, no more games begin, games that wait for an answer are abandoned, and the match ends without an error. */
  readonly signal?: AbortSignal | undefined;
  readonly maxNodes?: number;
}

/** Pairs in a block. */
export const BLOCK = 64;

/** The most actions at the nodes of a cached graph, for each node that it may have: games have tens of actions, or thousands. */
const ACTIONS_A_NODE = 20;

/** Whether a graph is too large to grow further, and is replaced by a new one. */
export const isFull = (graph: GameGraph, maxNodes: number): boolean =>
  graph.size > maxNodes || graph.edges > ACTIONS_A_NODE * maxNodes;

/**
 * The random stream of the match between two players in a game; `match`, `arena` and `ladder` use the same. With talk, a game has
 * the deals that it has without.
 */
export function matchRng(
  seed: number,
  game: Game,
  players: readonly [Pick<Player, "name">, Pick<Player, "name">],
): Rng {
  return new Rng(seed)
    .fork("match")
    .fork(withoutTalk(game).id)
    .fork(JSON.stringify(players.map(({ name }) => name)));
}

/** Keys of the random draws in a block. */
export function blockKeys(rng: Rng, block: number): Pick<Plan, "chanceKey" | "actionKey"> {
  const draws = rng.fork("batch", block);
  return { chanceKey: draws.fork("chance").key(), actionKey: draws.fork("actions").key() };
}

/**
 * The policy of a player in a game, under the player's name. Its distributions are kept as long as the graph, because every
 * block asks about many of the same information sets and some policies are slow. The result is always a new object, so
 * that the two sides of a match are distinct even if they are the same policy.
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
        known.set(open[i], distribution);
      });
      return infosets.map((infoset) => known.get(infoset) as Distribution);
    },
  };
}
