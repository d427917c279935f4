/** The results of a tournament: ratings over all games, ratings in each game, and every match. */
import { meanOf } from "../util/bootstrap-interval.ts";
import type { PlayerAnswers } from "./answers.ts";
import { type Meeting, type Ratings, rate } from "./ratings.ts";
import { type MatchSummary, meanReturnOf, pairScore, pairScores, resultsOf } from "./summary.ts";
import { type Fixture, type Tournament, tallyOf } from "./tournament.ts";

export interface MatchResult extends Pick<MatchSummary, "pairs" | "wins" | "draws" | "losses" | "forfeits" | "score"> {
  readonly game: string;
  /** All numbers are from the view of the first player. */
  readonly players: readonly [string, string];
  readonly meanReturn: number;
  /** 95 % interval of `meanReturn`, over pairs. */
  readonly ci95: readonly [number, number];
  /** Whether every pair would be the same two games, so that one was played. */
  readonly deterministic: boolean;
}

export interface Standing {
  readonly player: string;
  /** On the Elo scale. */
  readonly rating: number;
  /** 95 % interval; an end that the games do not bound is infinite. */
  readonly ci95: readonly [number, number];
  /** Ratings of different groups are not comparable: no chain of games links them. */
  readonly group: number;
  readonly games: number;
  readonly wins: number;
  readonly draws: number;
  readonly losses: number;
  readonly forfeits: number;
  /** Mean score per game, from 0 to 1. */
  readonly score: number;
}

export interface Standings {
  readonly players: readonly string[];
  readonly games: readonly string[];
  readonly seed: number;
  /** Pairs of each match; of those that are deterministic, one is played. */
  readonly pairs: number;
  readonly format: "round robin" | "gauntlet";
  /** The player whose rating is 0; null if the mean rating is 0. */
  readonly anchor: string | null;
  /** Players that play every game, best first. Rating differences vary between games, so others are not comparable. */
  readonly overall: readonly Standing[];
  readonly byGame: Readonly<
    Record<string, { readonly standings: readonly Standing[]; readonly firstSeat: number | null }>
  >;
  readonly matches: readonly MatchResult[];
  /** The games whose pairs start from openings of their own, and the plies of these openings. */
  readonly openings: readonly { readonly game: string; readonly plies: number }[];
  /** Players that do not play every game, and the games that they do not play. */
  readonly satOut: readonly { readonly player: string; readonly games: readonly string[] }[];
  /** Of players that answer in words. */
  readonly answers: readonly PlayerAnswers[];
}

/** Only complete pairs count. `draws` are those of the bootstrap for ratings. */
export function standingsOf(
  tournament: Tournament,
  fixtures: readonly Fixture[],
  anchor?: string,
  answers: readonly PlayerAnswers[] = [],
  draws?: number,
): Standings {
  const matches = fixtures.map(resultOf).filter(({ pairs }) => pairs > 0);
  const meetings = fixtures.map(meetingOf);
  const { games, players } = tournament;
  const everywhere = players.filter(({ plays }) => games.every(plays)).map(({ name }) => name);
  const compares = ({ players: both }: Pick<Meeting, "players">): boolean =>
    both.every((name) => everywhere.includes(name));
  const byGame = games.map(({ id }) => {
    const ratings = rate(
      meetings.filter(({ game }) => game === id),
      anchor,
      draws,
    );
    const standings = rows(
      ratings,
      matches.filter(({ game }) => game === id),
    );
    return { id, standings, firstSeat: ratings.firstSeat[id] ?? null };
  });
  return {
    players: players.map(({ name }) => name),
    games: games.map(({ id }) => id),
    seed: tournament.seed,
    pairs: tournament.pairs,
    format: tournament.gauntlet ? "gauntlet" : "round robin",
    anchor: anchor ?? null,
    // With one game, the overall standings are those of that game.
    overall:
      byGame.length === 1
        ? byGame[0].standings
        : rows(rate(meetings.filter(compares), anchor, draws), matches.filter(compares)),
    byGame: Object.fromEntries(byGame.map(({ id, standings, firstSeat }) => [id, { standings, firstSeat }])),
    matches,
    openings: [...(tournament.openings ?? [])].map(([game, openings]) => ({ game, plies: openings[0].length })),
    satOut: players.flatMap(({ name, plays }) => {
      const idle = games.filter((game) => !plays(game)).map(({ id }) => id);
      return idle.length > 0 ? [{ player: name, games: idle }] : [];
    }),
    answers,
  };
}

/**
 * Of a tournament that is not at its end: of the fixtures that are begun, and without the anchor until it has played. Undefined if no
 * pair is complete.
 */
export function standingsSoFar(
  tournament: Tournament,
  fixtures: readonly Fixture[],
  anchor?: string,
  answers?: readonly PlayerAnswers[],
  draws?: number,
): Standings | undefined {
  const begun = fixtures.filter((fixture) => tallyOf(fixture).pairs > 0);
  const isRated = begun.some(({ players }) => players.some(({ name }) => name === anchor));
  return begun.length === 0 ? undefined : standingsOf(tournament, begun, isRated ? anchor : undefined, answers, draws);
}

/** The pairs of a fixture in the form that `rate` takes. */
export function meetingOf(fixture: Fixture): Meeting {
  const { game, players } = fixture;
  return {
    game: game.id,
    players: [players[0].name, players[1].name],
    pairs: tallyOf(fixture)
      .entries()
      .map(({ pair, count }) => ({ scores: pairScores(game, pair), count })),
  };
}

function resultOf(fixture: Fixture): MatchResult {
  const { game, players, deterministic } = fixture;
  const tally = tallyOf(fixture);
  const { pairs } = tally;
  const names = [players[0].name, players[1].name] as const;
  const common = { game: game.id, players: names, pairs, ...resultsOf(tally), deterministic };
  if (pairs === 0) return { ...common, score: 0.5, meanReturn: 0, ci95: [game.utility.min, game.utility.max] };
  const { mean, ci95 } = meanReturnOf(game, tally);
  return { ...common, score: meanOf(tally.counts((pair) => pairScore(game, pair))), meanReturn: mean, ci95 };
}

function rows(ratings: Ratings, matches: readonly MatchResult[]): Standing[] {
  return ratings.players.map(({ player, rating, ci95, group }) => {
    const row = { games: 0, wins: 0, draws: 0, losses: 0, forfeits: 0, score: 0 };
    for (const { players, pairs, wins, draws, losses, forfeits, score } of matches) {
      const side = players.indexOf(player);
      if (side < 0) continue;
      row.games += 2 * pairs;
      row.wins += side === 0 ? wins : losses;
      row.draws += draws;
      row.losses += side === 0 ? losses : wins;
      row.forfeits += forfeits[side];
      row.score += 2 * pairs * (side === 0 ? score : 1 - score);
    }
    return { player, rating, ci95, group, ...row, score: row.score / row.games };
  });
}
