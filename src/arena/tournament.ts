/**
 * Tournaments: everyone against everyone, or the first player against all others, in each of several games. This file has the
 * fixtures and plays them; standings.ts computes the results.
 */
import type { Game } from "../games/game.ts";
import type { Player } from "../players/player.ts";
import { isDeterministic } from "./deterministic.ts";
import { playMatch } from "./match.ts";
import type { Opening } from "./openings.ts";
import { type MatchOptions, matchRng, type PlayedGame } from "./pairing.ts";
import { type PairReturns, Tally } from "./summary.ts";

export interface Tournament {
  readonly games: readonly Game[];
  /** With distinct names. A player sits out the games that it does not play. */
  readonly players: readonly Player[];
  /** Pairs of games for each fixture. */
  readonly pairs: number;
  readonly seed: number;
  /** Only the first player against all others. */
  readonly gauntlet: boolean;
  /** By game id, an opening for each pair. All fixtures of a game have the same openings. */
  readonly openings?: ReadonlyMap<string, readonly Opening[]> | undefined;
}

/** Two players in one game, and the games that they have played so far. */
export interface Fixture {
  readonly number: number;
  readonly game: Game;
  readonly players: readonly [Player, Player];
  /** Whether all its pairs would be copies of the first (deterministic.ts). */
  readonly deterministic: boolean;
  /** The pairs to play: those of the tournament, or one if all are copies of it. */
  readonly pairs: number;
  readonly openings: readonly Opening[] | undefined;
  /** Returns of seats 0 and 1, by the number of the game in this fixture. */
  readonly played: Map<number, readonly [number, number]>;
}

/** All fixtures, game by game. */
export function fixturesOf({ games, players, gauntlet, pairs, openings: all }: Tournament): Fixture[] {
  const meetings = games.flatMap((game) =>
    players.flatMap((first, i) =>
      players.slice(i + 1).flatMap((second) => {
        const meet = (!gauntlet || i === 0) && first.plays(game) && second.plays(game);
        return meet ? [{ game, players: [first, second] as const }] : [];
      }),
    ),
  );
  return meetings.map(({ game, players }, number) => {
    const openings = all?.get(game.id);
    const deterministic = isDeterministic({ game, players, openings });
    return { number, game, players, openings, deterministic, pairs: deterministic ? 1 : pairs, played: new Map() };
  });
}

/**
 * Plays the missing games, fixture by fixture, and yields them as they end. The caller must enter them into `fixture.played`
 * once they are stored. If an asked player fails, the finished games are yielded before its UserError is thrown.
 */
export async function* playTournament(
  { pairs, seed }: Tournament,
  fixtures: readonly Fixture[],
  options: Pick<MatchOptions, "atOnce" | "signal"> = {},
): AsyncGenerator<{ readonly fixture: Fixture; readonly games: readonly PlayedGame[] }, void, undefined> {
  for (const fixture of fixtures) {
    if (options.signal?.aborted) return;
    const { number, game, players, openings, played } = fixture;
    if (played.size === 2 * fixture.pairs) continue;
    const match = { game, players, rng: matchRng(seed, game, players), openings };
    const isDone = (index: number): boolean => played.has(index);
    const of = { pairs: fixture.pairs, isDone, firstEpisode: number * 2 * pairs };
    for await (const games of playMatch(match, { ...options, ...of })) {
      yield { fixture, games };
    }
  }
}

/** A function that gives the fixture of a game; in games of odd number the first player has seat 1. */
export function fixtureFinder(
  fixtures: readonly Fixture[],
): (game: {
  readonly game: string;
  readonly index: number;
  readonly players: readonly [string, string];
}) => Fixture | undefined {
  const keyOf = (game: string, first: string, second: string): string => JSON.stringify([game, first, second]);
  const byKey = new Map(
    fixtures.map((fixture) => {
      const [first, second] = fixture.players;
      return [keyOf(fixture.game.id, first.name, second.name), fixture] as const;
    }),
  );
  return ({ game, index, players: [first, second] }) =>
    byKey.get(index % 2 === 0 ? keyOf(game, first, second) : keyOf(game, second, first));
}

/** The complete pairs of a fixture. Copies of its only pair, which an older log may hold, do not count. */
export function tallyOf({ played, pairs }: Fixture): Tally {
  const tally = new Tally();
  for (const [index, one] of played) {
    const two = index % 2 === 0 && index < 2 * pairs ? played.get(index + 1) : undefined;
    if (two) tally.add([...one, ...two] satisfies PairReturns);
  }
  return tally;
}
