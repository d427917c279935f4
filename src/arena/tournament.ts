/**
 * Tournaments: everyone against everyone, or the first player against all others, at each of several games. Here is who
 * meets whom and what has been played; what comes of it is standings.ts's.
 */
import type { Game } from "../games/game.ts";
import type { Player } from "../players/player.ts";
import { playMatch } from "./match.ts";
import { type MatchOptions, matchRng, type PlayedGame } from "./pairing.ts";
import { type PairReturns, Tally } from "./summary.ts";

export interface Tournament {
  readonly games: readonly Game[];
  /** Of different names. Whoever does not play a game sits it out. */
  readonly players: readonly Player[];
  /** Of each two players who meet, at each game. */
  readonly pairs: number;
  readonly seed: number;
  /** The first player against all others, and nothing else. */
  readonly gauntlet: boolean;
}

/** Two players at one game, and what they have played so far. */
export interface Fixture {
  readonly number: number;
  readonly game: Game;
  readonly players: readonly [Player, Player];
  /** Returns of seats 0 and 1 by number of the game. */
  readonly played: Map<number, readonly [number, number]>;
}

/** Every match, game by game. */
export function fixturesOf({ games, players, gauntlet }: Tournament): Fixture[] {
  const meetings = games.flatMap((game) =>
    players.flatMap((first, i) =>
      players.slice(i + 1).flatMap((second) => {
        const meet = (!gauntlet || i === 0) && first.plays(game) && second.plays(game);
        return meet ? [{ game, players: [first, second] as const }] : [];
      }),
    ),
  );
  return meetings.map((meeting, number) => ({ ...meeting, number, played: new Map() }));
}

/**
 * Plays what has not been played, match by match, and yields games as they end; whoever takes them enters them into the
 * fixture, as then they are kept. A UserError of a player ends it after what had ended was yielded.
 */
export async function* playTournament(
  { pairs, seed }: Tournament,
  fixtures: readonly Fixture[],
  options: Pick<MatchOptions, "atOnce" | "executor"> = {},
): AsyncGenerator<{ readonly fixture: Fixture; readonly games: readonly PlayedGame[] }, void, undefined> {
  for (const fixture of fixtures) {
    const { number, game, players, played } = fixture;
    if (played.size === 2 * pairs) continue;
    const match = { game, players, rng: matchRng(seed, game, players) };
    const isDone = (index: number): boolean => played.has(index);
    for await (const games of playMatch(match, { ...options, pairs, isDone, firstEpisode: number * 2 * pairs })) {
      yield { fixture, games };
    }
  }
}

/** The pairs that are complete. */
export function tallyOf({ played }: Fixture): Tally {
  const tally = new Tally();
  for (const [index, one] of played) {
    const two = index % 2 === 0 ? played.get(index + 1) : undefined;
    if (two) tally.add([...one, ...two] satisfies PairReturns);
  }
  return tally;
}
