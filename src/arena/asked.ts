/**
 * Matches in which a player must be asked at every move: games run side by side, each a walk of its own that waits whenever it
 * asks. Chance, and policies on the other side, draw what they would draw in the batched loop (selfplay/play.ts): between two
 * policies both give the same games.
 */
import { setMaxListeners } from "node:events";
import { forfeitReturns } from "../games/forfeit.ts";
import { GameGraph, type Infoset, MAX_CACHED_NODES } from "../graph/game-graph.ts";
import type { AskedPlayer, Choice } from "../players/player.ts";
import { type Policy, sampleSlot } from "../policies/policy.ts";
import type { Episode, Said } from "../record/episode.ts";
import { wordsKeeper } from "../record/kept-words.ts";
import { uniformAt } from "../util/rng.ts";
import { BLOCK, blockKeys, type Match, type MatchOptions, type PlayedGame, seated } from "./pairing.ts";

/** Games under way at once where nothing else is said. */
const AT_ONCE = 8;

/** Yields games as they end. The first player that cannot go on ends all; its error is thrown after what has ended was yielded. */
export async function* playAsked(
  match: Match,
  { pairs, isDone = () => false, atOnce = AT_ONCE, firstEpisode = 0, maxNodes = MAX_CACHED_NODES }: MatchOptions,
): AsyncGenerator<PlayedGame[], void, undefined> {
  const { game, players } = match;
  const sides = players.map((player) => (player.kind === "policy" ? seated(player, game) : player)) as [Side, Side];
  // A policy needs no waiting for. With more games under way it would think about those while a person is asked about one.
  const most = sides.some((side) => isAsked(side) && side.oneByOne) && !sides.every(isAsked) ? 1 : atOnce;
  const gone = new AbortController();
  // Every question under way listens to it.
  setMaxListeners(0, gone.signal);
  const aborted = new Promise<never>((_, reject) => {
    gone.signal.addEventListener("abort", () => reject(gone.signal.reason));
  });
  aborted.catch(() => {});
  const ended: PlayedGame[] = [];
  const running = new Set<Promise<void>>();
  let failure: unknown;
  let news = (): void => {};
  let graph = new GameGraph(game);
  let next = 0;

  const begin = (index: number): void => {
    if (graph.size > maxNodes) graph = new GameGraph(game);
    const table = { match, sides, graph, index, episode: firstEpisode + index, signal: gone.signal, aborted };
    const done = playGame(table).then(
      (played) => {
        ended.push(played);
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

type Side = Policy | AskedPlayer;

interface Table {
  readonly match: Match;
  readonly sides: readonly [Side, Side];
  readonly graph: GameGraph;
  readonly index: number;
  /** The game's number for those who are asked. */
  readonly episode: number;
  readonly signal: AbortSignal;
  /** Rejects when the signal is given, for players who do not hear it. */
  readonly aborted: Promise<never>;
}

async function playGame({ match, sides, graph, index, episode, signal, aborted }: Table): Promise<PlayedGame> {
  const { game, players, rng } = match;
  const { chanceKey, actionKey } = blockKeys(rng, Math.floor(index / (2 * BLOCK)));
  const place = index % (2 * BLOCK);
  const bySeat = <T>([first, second]: readonly [T, T]): [T, T] => (index % 2 === 0 ? [first, second] : [second, first]);
  const seats = bySeat(sides);
  const actions: number[] = [];
  const said: Said[] = [];
  const keep = wordsKeeper();
  const finish = (returns: readonly [number, number], forfeit?: Episode["forfeit"]): PlayedGame => {
    for (const seat of [0, 1] as const) {
      const side = seats[seat];
      if (isAsked(side)) side.ended?.({ episode, seat, returns });
    }
    const record: Episode = {
      game: game.id,
      version: game.version,
      index,
      players: bySeat([players[0].name, players[1].name]),
      actions,
      returns,
      ...(forfeit ? { forfeit } : {}),
      ...(said.length > 0 ? { said } : {}),
    };
    return { index, returns, episode: () => record };
  };

  let node = graph.root;
  for (let ply = 0, deals = 0; ; ply++) {
    const { turn } = node;
    if (turn.kind === "end") return finish(turn.returns);
    let slot: number;
    if (turn.kind === "chance") {
      slot = sampleSlot(turn.probabilities, uniformAt(chanceKey, place >> 1, deals++));
    } else {
      const side = seats[turn.player];
      const infoset = node.infoset as Infoset;
      if (isAsked(side)) {
        const choice = await Promise.race([side.choose({ infoset, episode, ply, signal }), aborted]);
        signal.throwIfAborted();
        const answers = keep(choice.said ?? []);
        if (answers.length > 0) said.push({ ply, answers });
        if ("forfeit" in choice) {
          return finish(forfeitReturns(turn.player), { seat: turn.player, reason: choice.forfeit });
        }
        slot = legal(choice, turn.actions.length, side.name);
      } else {
        const [distribution = []] = side.distributions([infoset]);
        slot = sampleSlot(distribution, uniformAt(actionKey, place, ply));
      }
    }
    actions.push(turn.actions[slot] as number);
    node = graph.child(node, slot);
  }
}

const isAsked = (side: Side): side is AskedPlayer => "choose" in side;

function legal({ slot }: Extract<Choice, { slot: number }>, count: number, name: string): number {
  if (Number.isInteger(slot) && slot >= 0 && slot < count) return slot;
  throw new Error(`${name} chose slot ${slot} of ${count}`);
}
