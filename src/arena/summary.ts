/**
 * The summary of a match: who is better, by how much, with what confidence, and the advantage of the seat. A pair is two games
 * with the same deal and the seats swapped. Pairs are independent; the two games of a pair are not.
 */
import { isForfeitPrice } from "../games/forfeit.ts";
import type { Game } from "../games/game.ts";
import {
  bootstrapMeans,
  boundedMean,
  type Estimate,
  estimate,
  type Range,
  shareAbove,
} from "../util/bootstrap-interval.ts";
import { eloOfScore } from "./elo.ts";

/** Returns by seat: first of the game with the first player in seat 0, then of the game with it in seat 1. */
export type PairReturns = readonly [first0: number, second1: number, second0: number, first1: number];

/** Counts how often each pair of results occurred. */
export class Tally {
  readonly #counts = new Map<string, { readonly pair: PairReturns; count: number }>();

  add(pair: PairReturns): void {
    const key = pair.join();
    const known = this.#counts.get(key);
    if (known) known.count++;
    else this.#counts.set(key, { pair, count: 1 });
  }

  get pairs(): number {
    return this.entries().reduce((n, { count }) => n + count, 0);
  }

  /** Sorted, so that the order does not depend on the order of additions. */
  entries(): { readonly pair: PairReturns; readonly count: number }[] {
    return [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  }

  /** How often a function of the pair took each value. */
  counts(figure: (pair: PairReturns) => number): Map<number, number> {
    const counts = new Map<number, number>();
    for (const { pair, count } of this.entries()) {
      const value = figure(pair);
      counts.set(value, (counts.get(value) ?? 0) + count);
    }
    return counts;
  }
}

export interface MatchSummary {
  readonly pairs: number;
  /** Games that the first player won, drew and lost. */
  readonly wins: number;
  readonly draws: number;
  readonly losses: number;
  /** Games forfeited by the first player and by the second. */
  readonly forfeits: readonly [number, number];
  /** Mean return of the first player per game. */
  readonly meanReturn: Estimate;
  /** The probability that the first player's mean return is truly above the second's. */
  readonly superiority: number;
  /** Mean score of the first player per game, from 0 (lost) to 1 (won); see `scoreOf`. */
  readonly score: number;
  /** Rating of the first player above the second; ±Infinity if its score is 1 or 0. */
  readonly elo: { readonly difference: number; readonly ci95: readonly [number, number] };
  /** Mean return of seat 0 minus that of seat 1. */
  readonly seatAdvantage: Estimate;
}

/** Throws a RangeError if there are no pairs. `draws`: of the bootstrap. */
export function summarise(game: Game, tally: Tally, draws?: number): MatchSummary {
  const range = returnRange(game, tally);
  const margins = tally.counts(([first0, second1, second0, first1]) => (first0 + first1 - second0 - second1) / 4);
  const width = range.max - range.min;
  const scores = tally.counts((pair) => pairScore(game, pair));
  const { mean: score, ci95 } = boundedMean(scores, { min: 0, max: 1 }, draws);
  const marginMeans = bootstrapMeans(margins, { min: -width / 2, max: width / 2 }, draws);
  return {
    pairs: tally.pairs,
    ...resultsOf(tally),
    meanReturn: meanReturnOf(game, tally, draws),
    superiority: shareAbove(marginMeans, 0),
    score,
    elo: { difference: eloOfScore(score), ci95: [eloOfScore(ci95[0]), eloOfScore(ci95[1])] },
    seatAdvantage: boundedMean(
      tally.counts(([first0, second1, second0, first1]) => (first0 + second0 - second1 - first1) / 2),
      { min: -width, max: width },
      draws,
    ),
  };
}

/** The first player's mean return per game. */
export function meanReturnOf(game: Game, tally: Tally, draws?: number): Estimate {
  const returns = tally.counts(([first0, , , first1]) => (first0 + first1) / 2);
  return estimate(returns, bootstrapMeans(returns, returnRange(game, tally), draws));
}

type Results = Pick<MatchSummary, "wins" | "draws" | "losses" | "forfeits">;

export function resultsOf(tally: Tally): Results {
  const results = { wins: 0, draws: 0, losses: 0, forfeits: [0, 0] as [number, number] };
  for (const { pair, count } of tally.entries()) {
    const [first0, second1, second0, first1] = pair;
    for (const [own, other] of [
      [first0, second1],
      [first1, second0],
    ] as const) {
      results[own > 0 ? "wins" : own < 0 ? "losses" : "draws"] += count;
      if (isForfeitPrice(own, other)) results.forfeits[own < other ? 0 : 1] += count;
    }
  }
  return results;
}

/** The first player's score in a pair. */
export function pairScore(game: Game, pair: PairReturns): number {
  const [one, two] = pairScores(game, pair);
  return (one + two) / 2;
}

/** The first player's scores in a pair's two games, seat 0 first. */
export function pairScores(game: Game, [first0, second1, second0, first1]: PairReturns): [number, number] {
  return [scoreOf(game, first0, second1), scoreOf(game, first1, second0)];
}

/**
 * The score of a game: 1 if won, ½ if drawn, 0 if lost. In games for chips it is the return, scaled from the largest loss (0) to
 * the largest win (1), because a player who wins more hands may still lose chips. A forfeit scores 0.
 */
export function scoreOf({ utility }: Game, own: number, other: number): number {
  if (isForfeitPrice(own, other)) return own > other ? 1 : 0;
  return 0.5 + own / (2 * Math.max(-utility.min, utility.max));
}

/** Bounds on a return. A forfeit may lie outside the game's own bounds. */
function returnRange({ utility }: Game, tally: Tally): Range {
  const seen = tally.entries().flatMap(({ pair }) => pair);
  return { min: Math.min(utility.min, ...seen), max: Math.max(utility.max, ...seen) };
}
