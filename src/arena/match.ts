/**
 * Plays matches (pairing.ts): between policies in batches here, and others game by game in asked-match.ts: those with players
 * that must be asked or that draw random numbers of their own, and those that start from openings.
 */
import { setImmediate } from "node:timers/promises";
import { withoutTalk } from "../games/parts/talk.ts";
import { GameGraph, MAX_CACHED_NODES } from "../graph/game-graph.ts";
import type { Player, PolicyPlayer } from "../players/player.ts";
import type { Policy } from "../policies/policy.ts";
import { episodeOf, playPart } from "../selfplay/play.ts";
import { playAsked } from "./asked-match.ts";
import { BLOCK, blockKeys, isFull, type Match, type MatchOptions, type PlayedGame, seated } from "./pairing.ts";

/** In a game of more actions, every decision takes hundreds of kilobytes, so that only a few games are played at once. */
const MANY_ACTIONS = 1000;
const MOST_AT_ONCE = 8;

/**
 * Plays the match and yields games as they end. Games between policies come in order, in parts of a block: a few at first,
 * and twice as many each time up to a whole block. If an asked player fails, the finished games are yielded before its UserError is thrown.
 */
export function playMatch(match: Match, options: MatchOptions): AsyncGenerator<PlayedGame[], void, undefined> {
  const [first, second] = match.players;
  const inBatches = isFixed(first) && isFixed(second) && !match.openings;
  return inBatches ? playPolicies(match, [first, second], options) : playAsked(match, options);
}

/** Whether the player is one policy in all games of a match. */
const isFixed = (player: Player): player is PolicyPlayer => player.kind === "policy" && !player.seeded;

async function* playPolicies(
  { game, rng }: Match,
  players: readonly [PolicyPlayer, PolicyPlayer],
  { pairs, from: firstPair = 0, isDone = () => false, signal, maxNodes = MAX_CACHED_NODES }: MatchOptions,
): AsyncGenerator<PlayedGame[], void, undefined> {
  const [first, second] = players.map((player) => seated(player, game)) as [Policy, Policy];
  const policies = [first, second] as const;
  const most = game.actionCount > MANY_ACTIONS ? MOST_AT_ONCE : 2 * BLOCK;
  let size = 2;
  let graph = new GameGraph(withoutTalk(game));
  for (let block = Math.floor(firstPair / BLOCK); block * BLOCK < pairs; block++) {
    const start = 2 * BLOCK * block;
    const episodes = Math.min(2 * BLOCK, 2 * pairs - start);
    const keys = blockKeys(rng, block);
    for (let from = 0, to = 0; from < episodes; from = to) {
      to = Math.min(from + size, episodes);
      size = Math.min(2 * size, most);
      const first = start + from;
      const open = Array.from({ length: to - from }, (_, i) => i).filter(
        (i) => first + i >= 2 * firstPair && !isDone(first + i),
      );
      if (open.length === 0) continue;
      // Lets the process handle signals.
      await setImmediate();
      if (signal?.aborted) return;
      if (isFull(graph, maxNodes)) graph = new GameGraph(graph.game);
      const played = playPart({ graph, episodes, policies, paired: true, ...keys }, from, to);
      yield open.map((i) => ({
        index: first + i,
        returns: [played.returns[2 * i], played.returns[2 * i + 1]] as const,
        episode: () => ({ ...episodeOf(played, i), game: game.id, index: first + i }),
      }));
    }
  }
}
