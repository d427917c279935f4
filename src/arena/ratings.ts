/**
 * Ratings of many players on the Elo scale, with intervals, from the pairs of games that they played. A difference of D means
 * that a win is 10^(D / 400) times as likely as a loss, after draws and the seat are accounted for (davidson.ts).
 *
 * A weak prior keeps ratings finite: one pair is added to the results of each player, half won and half lost, spread evenly
 * over its opponents and games. Intervals come from the bootstrap over pairs (util/bootstrap-interval.ts): each draw gives random
 * weights to the pairs, including those of the prior, and fits the model again. An end of an interval that only the prior
 * bounds is infinite: if a player never scored against a group of others, the games do not say how far above it they are.
 */
import { END_WEIGHT, gamma, middle95, uniforms } from "../util/bootstrap-interval.ts";
import { type Fit, fitDavidson, type Series } from "./davidson.ts";
import { ELO_PER_LOGIT } from "./elo.ts";

/** The pairs that two players have played in one game. */
export interface Meeting {
  readonly game: string;
  readonly players: readonly [string, string];
  /** Scores of the first player in seat 0 and in seat 1, in [0, 1], and the number of pairs with these scores. */
  readonly pairs: readonly { readonly scores: readonly [number, number]; readonly count: number }[];
}

export interface Rating {
  readonly player: string;
  readonly rating: number;
  /** 95 % interval; an end that the games do not bound is infinite. */
  readonly ci95: readonly [number, number];
  /** Ratings of different groups are not comparable: no chain of games links them. */
  readonly group: number;
}

export interface Ratings {
  /** Best first, group by group; players without a game are left out. */
  readonly players: readonly Rating[];
  /** The advantage of seat 0 in each game, in Elo. */
  readonly firstSeat: Readonly<Record<string, number>>;
  /** The probability that `a` is truly weaker than `b`, by the bootstrap. */
  weaker(a: string, b: string): number;
}

/** Draws of the bootstrap. */
const DRAWS = 2000;

/** The weight of `count` equal pairs: `count` itself, or a random draw with a gamma distribution of `shape` for each pair. */
type Weigh = (count: number, shape: number) => number;

/** `anchor` is the player whose rating is 0. In a group without it, the mean rating is 0. */
export function rate(meetings: readonly Meeting[], anchor?: string, draws = DRAWS): Ratings {
  const played = meetings.filter(({ pairs }) => pairs.length > 0);
  const groups = linked(played);
  const fitted = groups.map((names, group) => rateGroup(names, group, played, anchor, draws));
  return {
    players: fitted.flatMap(({ players }) => [...players].sort((a, b) => b.rating - a.rating)),
    firstSeat: Object.assign({}, ...fitted.map(({ firstSeat }) => firstSeat)),
    weaker(a, b) {
      const both = fitted.find(({ samples }) => samples.has(a) && samples.has(b));
      if (!both) throw new RangeError(`${a} and ${b} cannot be compared`);
      const [as, bs] = [both.samples.get(a) as Float64Array, both.samples.get(b) as Float64Array];
      const weaker = as.reduce((n, x, i) => n + (x < bs[i] ? 1 : 0), 0.5);
      return weaker / (as.length + 1);
    },
  };
}

function rateGroup(
  names: readonly string[],
  group: number,
  all: readonly Meeting[],
  anchor: string | undefined,
  draws: number,
) {
  const meetings = all.filter(({ players: [a] }) => names.includes(a));
  const games = [...new Set(meetings.map(({ game }) => game))].sort();
  const met = (name: string): number => meetings.filter(({ players }) => players.includes(name)).length;
  const priorOf = ({ players: [a, b] }: Meeting): number => END_WEIGHT / Math.min(met(a), met(b));
  const prepared = meetings.map((meeting) => prepare(meeting, priorOf(meeting), names, games));
  const fitWith = (weigh: Weigh, start?: Fit): Fit =>
    fitDavidson(
      names.length,
      games.length,
      prepared.flatMap((one) => weighed(one, weigh)),
      start,
    );
  const zero = anchor === undefined ? -1 : names.indexOf(anchor);
  const ratingsOf = ({ strengths }: Fit): Float64Array => {
    const origin = zero >= 0 ? strengths[zero] : strengths.reduce((a, b) => a + b, 0) / strengths.length;
    return strengths.map((strength) => (strength - origin) * ELO_PER_LOGIT);
  };

  const best = fitWith((count) => count);
  const ratings = ratingsOf(best);
  const uniform = uniforms(`ratings ${JSON.stringify(meetings)}`);
  const samples = names.map(() => new Float64Array(draws));
  for (let draw = 0; draw < draws; draw++) {
    ratingsOf(fitWith((count, shape) => gamma(count * shape, uniform) / shape, best)).forEach((rating, i) => {
      samples[i][draw] = rating;
    });
  }
  const bounded = boundedEnds(names, meetings, zero);
  return {
    players: names.map((player, i): Rating => {
      const rating = ratings[i];
      const [low, high] = middle95(samples[i].slice().sort());
      const { below, above } = bounded[i];
      return {
        player,
        rating,
        ci95: [
          below ? Math.min(low, rating) : Number.NEGATIVE_INFINITY,
          above ? Math.max(high, rating) : Number.POSITIVE_INFINITY,
        ],
        group,
      };
    }),
    firstSeat: Object.fromEntries(games.map((game, g) => [game, best.firstSeat[g] * ELO_PER_LOGIT])),
    samples: new Map(names.map((name, i) => [name, samples[i]])),
  };
}

/** A meeting in the form that the fit needs, with indices of its players and its game. */
interface Prepared {
  readonly first: number;
  readonly second: number;
  readonly game: number;
  /** Pairs with equal scores, and those of the prior. */
  readonly kinds: readonly Kind[];
  /** Number of pairs, including those of the prior. */
  readonly total: number;
}

interface Kind {
  readonly count: number;
  readonly shape: number;
  /** Wins, draws and losses of the first player in seat 0, then in seat 1. */
  readonly results: Float64Array;
}

/**
 * The weight of each of n pairs has a gamma distribution of shape (n − 2) / n. The weighted mean then has the variance s² / n,
 * which matters if meetings have few pairs; with shape 1 it would be smaller by a factor of (n − 1) / (n + 1).
 */
function prepare(
  { game, players, pairs }: Meeting,
  prior: number,
  names: readonly string[],
  games: readonly string[],
): Prepared {
  const n = pairs.reduce((sum, { count }) => sum + count, 0);
  const shape = Math.max(0.25, (n - 2) / n);
  const kind = (scores: readonly [number, number], count: number, shape: number): Kind => ({
    count,
    shape,
    // Any other score between 0 and 1 counts as that fraction of a win and the rest of a loss.
    results: Float64Array.from(scores.flatMap((score) => (score === 0.5 ? [0, 1, 0] : [score, 0, 1 - score]))),
  });
  const kinds = [
    ...pairs.map(({ scores, count }) => kind(scores, count, shape)),
    kind([0, 0], prior, 1),
    kind([1, 1], prior, 1),
  ];
  const [first, second] = [names.indexOf(players[0]), names.indexOf(players[1])];
  return { first, second, game: games.indexOf(game), kinds, total: n + 2 * prior };
}

/**
 * The results of a meeting with weighted pairs. The weights are scaled to sum to the number of pairs: a draw of the bootstrap
 * changes the results, not the number of games.
 */
function weighed({ first, second, game, kinds, total }: Prepared, weigh: Weigh): Series[] {
  const sums = new Float64Array(6);
  let all = 0;
  for (const { count, shape, results } of kinds) {
    const weight = weigh(count, shape);
    all += weight;
    for (let i = 0; i < 6; i++) sums[i] += weight * results[i];
  }
  const sum = (i: number): number => (sums[i] * total) / all;
  return [
    { first, second, game, wins: sum(0), draws: sum(1), losses: sum(2) },
    { first: second, second: first, game, wins: sum(5), draws: sum(4), losses: sum(3) },
  ];
}

/** The groups of players that chains of games link, in order of first appearance. */
function linked(meetings: readonly Meeting[]): string[][] {
  const groups: string[][] = [];
  for (const { players } of meetings) {
    const touched = groups.filter((group) => players.some((name) => group.includes(name)));
    const merged = [...new Set([...touched.flat(), ...players])];
    const at = touched[0] === undefined ? groups.length : groups.indexOf(touched[0]);
    groups.splice(at, touched[0] === undefined ? 0 : 1, merged);
    for (const group of touched.slice(1)) groups.splice(groups.indexOf(group), 1);
  }
  return groups;
}

/**
 * For each player, whether the games bound its rating from below and from above (Ford 1957). Its rating is measured from that of
 * the anchor, or from the mean of all. Player i is bounded from above if each of these has scored against i, or against a
 * player who has scored against i, and so on.
 */
function boundedEnds(names: readonly string[], meetings: readonly Meeting[], zero: number) {
  const took = names.map(() => names.map(() => false));
  names.forEach((_, i) => {
    took[i][i] = true;
  });
  for (const { players, pairs } of meetings) {
    const [a, b] = [names.indexOf(players[0]), names.indexOf(players[1])];
    for (const { scores } of pairs) {
      for (const score of scores) {
        if (score > 0) took[a][b] = true;
        if (score < 1) took[b][a] = true;
      }
    }
  }
  // Warshall's closure.
  for (const middle of took.keys()) {
    for (const row of took) {
      if (!row[middle]) continue;
      for (const j of names.keys()) row[j] ||= took[middle][j];
    }
  }
  const origins = zero >= 0 ? [zero] : [...names.keys()];
  return names.map((_, i) => ({
    below: origins.every((origin) => took[i][origin]),
    above: origins.every((origin) => took[origin][i]),
  }));
}
