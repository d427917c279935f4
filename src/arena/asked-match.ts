/**
 * Matches that are played game by game. Several games run at the same time, and each waits for the answers of players that
 * must be asked. Chance and policies draw the same random numbers as in batched play (selfplay/play.ts), so between two
 * policies both give the same games.
 */
import { setMaxListeners } from "node:events";
import { withoutTalk } from "../games/parts/talk.ts";
import { GameGraph, MAX_CACHED_NODES } from "../graph/game-graph.ts";
import type { Episode } from "../record/episode.ts";
import { type Rng, uniformAt } from "../util/rng.ts";
import { type AskedGame, playAskedGame, type Side } from "./asked-game.ts";
import { BLOCK, blockKeys, isFull, type Match, type MatchOptions, type PlayedGame, seated } from "./pairing.ts";

/** The default number of games that run at the same time. */
const AT_ONCE = 8;

/** Yields games as they end. If a player fails, all games stop; its error is thrown after the finished games were yielded. */
export async function* playAsked(
  match: Match,
  {
    pairs,
    from = 0,
    isDone = () => false,
    atOnce = AT_ONCE,
    firstEpisode = 0,
    signal,
    maxNodes = MAX_CACHED_NODES,
  }: MatchOptions,
): AsyncGenerator<PlayedGame[], void, undefined> {
  const { game, players } = match;
  const sides = [sidesOf(match, 0), sidesOf(match, 1)] as const;
  // One game at a time if a person plays a policy: policies would compute moves of other games while the person waits.
  const isOneByOne = players.some((player) => player.kind === "asked" && player.oneByOne);
  // So do policies alone: nobody is waited for, and each game ends as early as it can.
  const policies = players.filter(({ kind }) => kind === "policy").length;
  const most = policies === 2 || (isOneByOne && policies > 0) ? 1 : atOnce;
  const abandon = new AbortController();
  // Every open question listens to this signal.
  setMaxListeners(0, abandon.signal);
  const onAbort = (): void => abandon.abort();
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort);
  const ended: PlayedGame[] = [];
  const running = new Set<Promise<void>>();
  let failure: unknown;
  let wake = (): void => {};
  let graph = new GameGraph(withoutTalk(game));
  let next = 2 * from;

  const begin = (index: number): void => {
    if (isFull(graph, maxNodes)) graph = new GameGraph(graph.game);
    const number = firstEpisode + index;
    const done = playGameOf(match, index, { sides, graph, number, signal: abandon.signal }).then(
      (episode) => {
        ended.push({ index, returns: episode.returns, episode: () => episode });
      },
      (error: unknown) => {
        failure ??= error;
        abandon.abort(error);
      },
    );
    const settled: Promise<void> = done.finally(() => {
      running.delete(settled);
      wake();
    });
    running.add(settled);
  };

  try {
    for (;;) {
      while (running.size < most && next < 2 * pairs && !abandon.signal.aborted) {
        if (!isDone(next)) begin(next);
        next++;
      }
      if (ended.length > 0) yield ended.splice(0);
      else if (running.size > 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      else break;
    }
    if (failure !== undefined && !signal?.aborted) throw failure;
  } finally {
    signal?.removeEventListener("abort", onAbort);
    // If the caller stops early, the games that still run are abandoned.
    abandon.abort();
    await Promise.all(running);
  }
}

/** How one game of a match is played. */
interface GameOptions {
  /** Of the first and second player (`sidesOf`). */
  readonly sides: readonly [SideOfPair, SideOfPair];
  /** The graph of the game to play, without talk; it grows during play. */
  readonly graph: GameGraph;
  /** The number by which asked players know this game. */
  readonly number: number;
  readonly signal: AbortSignal;
}

/** Plays one game of the match. Rejects if a player rejects, or with the signal's reason if it is aborted. */
export async function playGameOf(
  { game, players, rng, openings }: Match,
  index: number,
  { sides, graph, number, signal }: GameOptions,
): Promise<Episode> {
  const pair = index >> 1;
  const seats = bySeat(index, [sides[0](pair), sides[1](pair)]);
  const opening = openings?.[pair] ?? [];
  const opened = openings ? { opening: opening.length } : {};
  const talk = game.withoutTalk !== undefined;
  const draw = drawsOf(rng, index);
  const played = await playAskedGame({ graph, talk, seats, opening, episode: number, draw, signal });
  const names = bySeat(index, [players[0].name, players[1].name]);
  return { game: game.id, version: game.version, index, players: names, ...opened, ...played };
}

type SideOfPair = (pair: number) => Side;

/**
 * The first or second player of a match as it plays each pair. If it draws random numbers, their stream depends on the match,
 * the pair and the player.
 */
export function sidesOf({ game, players, rng }: Match, which: 0 | 1): SideOfPair {
  const player = players[which];
  if (player.kind === "asked") return () => player;
  const { seeded } = player;
  if (seeded) return (pair) => seeded(game, rng.fork("pair", pair).fork("player", which).key());
  const policy = seated(player, game);
  return () => policy;
}

/** The first player sits in seat 0 of even games. */
const bySeat = <T>(index: number, [first, second]: readonly [T, T]): [T, T] =>
  index % 2 === 0 ? [first, second] : [second, first];

/** The random draws of a game, by its place in its block. The two games of a pair share those of chance only. */
function drawsOf(rng: Rng, index: number): AskedGame["draw"] {
  const { chanceKey, actionKey } = blockKeys(rng, Math.floor(index / (2 * BLOCK)));
  const place = index % (2 * BLOCK);
  return {
    chance: (nth) => uniformAt(chanceKey, place >> 1, nth),
    move: (ply) => uniformAt(actionKey, place, ply),
  };
}
