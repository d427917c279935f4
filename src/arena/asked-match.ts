/**
 * Matches in which a player must be asked at every move: games run side by side, and each waits whenever it asks. Chance, and
 * policies on the other side, draw what they would draw in the batched loop (selfplay/play.ts): between two policies both
 * give the same games.
 */
import { setMaxListeners } from "node:events";
import { GameGraph, MAX_CACHED_NODES } from "../graph/game-graph.ts";
import type { Player } from "../players/player.ts";
import type { Episode } from "../record/episode.ts";
import { type Rng, uniformAt } from "../util/rng.ts";
import { type AskedGame, playAskedGame, type Side } from "./asked-game.ts";
import { BLOCK, blockKeys, type Match, type MatchOptions, type PlayedGame, seated } from "./pairing.ts";

/** Games under way at once where nothing else is said. */
const AT_ONCE = 8;

/** Yields games as they end. The first player that cannot go on ends all; its error is thrown after what has ended was yielded. */
export async function* playAsked(
  match: Match,
  { pairs, isDone = () => false, atOnce = AT_ONCE, firstEpisode = 0, maxNodes = MAX_CACHED_NODES }: MatchOptions,
): AsyncGenerator<PlayedGame[], void, undefined> {
  const { game, players } = match;
  const sideOf = (player: Player): Side => (player.kind === "policy" ? seated(player, game) : player);
  const sides = [sideOf(players[0]), sideOf(players[1])] as const;
  // A policy needs no waiting for. With more games under way it would think about those while a person is asked about one.
  const isOneByOne = players.some((player) => player.kind === "asked" && player.oneByOne);
  const most = isOneByOne && players.some(({ kind }) => kind === "policy") ? 1 : atOnce;
  const gone = new AbortController();
  // Every question under way listens to it.
  setMaxListeners(0, gone.signal);
  const ended: PlayedGame[] = [];
  const running = new Set<Promise<void>>();
  let failure: unknown;
  let news = (): void => {};
  let graph = new GameGraph(game);
  let next = 0;

  const begin = (index: number): void => {
    if (graph.size > maxNodes) graph = new GameGraph(game);
    const draw = drawsOf(match.rng, index);
    const seats = bySeat(index, sides);
    const played = playAskedGame({ graph, seats, episode: firstEpisode + index, draw, signal: gone.signal });
    const done = played.then(
      (result) => {
        const names = bySeat(index, [players[0].name, players[1].name]);
        const episode: Episode = { game: game.id, version: game.version, index, players: names, ...result };
        ended.push({ index, returns: result.returns, episode: () => episode });
      },
      (error: unknown) => {
        failure ??= error;
        gone.abort(error);
      },
    );
    const settled: Promise<void> = done.finally(() => {
      running.delete(settled);
      news();
    });
    running.add(settled);
  };

  try {
    for (;;) {
      while (running.size < most && next < 2 * pairs && failure === undefined) {
        if (!isDone(next)) begin(next);
        next++;
      }
      if (ended.length > 0) yield ended.splice(0);
      else if (running.size > 0)
        await new Promise<void>((resolve) => {
          news = resolve;
        });
      else break;
    }
    if (failure !== undefined) throw failure;
  } finally {
    // Where nobody wants more games, those under way are given up.
    gone.abort();
    await Promise.all(running);
  }
}

/** The first player sits in seat 0 of even games. */
const bySeat = <T>(index: number, [first, second]: readonly [T, T]): [T, T] =>
  index % 2 === 0 ? [first, second] : [second, first];

/** What the game draws, by its place in its block: both games of a pair have the same chance, and moves of their own. */
function drawsOf(rng: Rng, index: number): AskedGame["draw"] {
  const { chanceKey, actionKey } = blockKeys(rng, Math.floor(index / (2 * BLOCK)));
  const place = index % (2 * BLOCK);
  return {
    chance: (nth) => uniformAt(chanceKey, place >> 1, nth),
    move: (ply) => uniformAt(actionKey, place, ply),
  };
}
