/**
 * Ratings of many players from the pairs that they played, on the Elo scale, with intervals: a difference of D between two players
 * means that a win is 10^(D / 400) times as likely as a loss, draws and the seat apart (davidson.ts).
 *
 * A weak prior keeps them finite: to all that a player has played, one pair is added, half of it won and half of it lost, spread
 * evenly over its opponents and games. Intervals are of the bootstrap over pairs (util/bootstrap.ts): each draw weighs the pairs, those of the
 * prior too, and is fitted again. An end that only the prior holds is infinite: where a player never took anything from a group of
 * others, nothing says how far above it they are.
 */
import { END_WEIGHT, gamma, middle95, uniforms } from "../util/bootstrap.ts";
import { type Fit, fitDavidson, type Series } from "./davidson.ts";
import { ELO_PER_LOGIT } from "./elo.ts";

/** Pairs of two players in one game. */
export interface Meeting {
  readonly game: string;
  readonly players: readonly [string, string];
  /** Scores of the first player in seat 0 and in seat 1, in [0, 1], and how many pairs had them. */
  readonly pairs: readonly { readonly scores: readonly [number, number]; readonly count: number }[];
}

export interface Rating {
  readonly player: string;
  readonly rating: number;
  /** 95 %; infinite where nothing bounds it. */
  readonly ci95: readonly [number, number];
  /** Ratings of different groups have nothing to do with each other: no chain of games links them. */
  readonly group: number;
}

export interface Ratings {
  /** Best first, group by group; players without a game are left out. */
  readonly players: readonly Rating[];
  /** What sitting in seat 0 is worth in each game, in Elo. */
  readonly firstSeat: Readonly<Record<string, number>>;
  /** The probability that `a` is truly weaker than `b`, by the bootstrap. */
  weaker(a: string, b: string): number;
}

const DRAWS = 2000;

/** The weight of `count` equal pairs; where it is drawn, from a gamma distribution of `shape` for each of them. */
type Weigh = (count: number, shape: number) => number;

/** `anchor` is the player whose rating is 0; in groups without it, and where there is none, the mean is. */
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
      const weaker = as.reduce((n, x, i) => n + (x < (bs[i] as number) ? 1 : 0), 0.5);
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
    const origin = zero >= 0 ? (strengths[zero] as number) : strengths.reduce((a, b) => a + b, 0) / strengths.length;
    return strengths.map((strength) => (strength - origin) * ELO_PER_LOGIT);
  };

  const best = fitWith((count) => count);
  const ratings = ratingsOf(best);
  const uniform = uniforms(`ratings ${JSON.stringify(meetings)}`);
  const samples = names.map(() => new Float64Array(draws));
  for (let draw = 0; draw < draws; draw++) {
    ratingsOf(fitWith((count, shape) => gamma(count * shape, uniform) / shape, best)).forEach((rating, i) => {
      (samples[i] as Float64Array)[draw] = rating;
    });
  }
  const bounded = boundedEnds(names, meetings, zero);
  return {
    players: names.map((player, i): Rating => {
      const rating = ratings[i] as number;
      const [low, high] = middle95((samples[i] as Float64Array).slice().sort());
      const { below, above } = bounded[i] as { below: boolean; above: boolean };
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
    firstSeat: Object.fromEntries(games.map((game, g) => [game, (best.firstSeat[g] as number) * ELO_PER_LOGIT])),
    samples: new Map(names.map((name, i) => [name, samples[i] as Float64Array])),
  };
}

/** A meeting as the model takes it, by the numbers of its players and its game. */
interface Prepared {
  readonly first: number;
  readonly second: number;
  readonly game: number;
  /** Pairs that fell out alike, and those of the prior. */
  readonly kinds: readonly Kind[];
  /** How many pairs there are, those of the prior counted. */
  readonly total: number;
}

interface Kind {
  readonly count: number;
  readonly shape: number;
  /** Wins, draws and losses of the first player in seat 0, then in seat 1. */
  readonly results: Float64Array;
}

/**
 * Gamma variates of shape (n − 2) / n for each of n pairs give their means the variance s² / n that few pairs of many meetings
 * need; of shape 1 it would be less by a factor of (n − 1) / (n + 1).
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
    // What is neither won, drawn nor lost outright is won by the share that the score says.
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
 * The results of a meeting whose pairs are weighed so. Whatever the weights, they are made to sum to the number of pairs: a
 * draw says how they fell out and not how many there were.
 */
function weighed({ first, second, game, kinds, total }: Prepared, weigh: Weigh): Series[] {
  const sums = new Float64Array(6);
  let all = 0;
  for (const { count, shape, results } of kinds) {
    const weight = weigh(count, shape);
    all += weight;
    for (let i = 0; i < 6; i++) sums[i] = (sums[i] as number) + weight * (results[i] as number);
  }
  const sum = (i: number): number => ((sums[i] as number) * total) / all;
  return [
    { first, second, game, wins: sum(0), draws: sum(1), losses: sum(2) },
    { first: second, second: first, game, wins: sum(5), draws: sum(4), losses: sum(3) },
  ];
}

/** The players in groups that games link, in order of first appearance. */
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
 * For each player, whether the games bound its rating from below and from above. Player i is bounded from above if whoever its
 * rating is measured by has taken something from i, or from one who has from i, and so on (Ford 1957).
 */
function boundedEnds(names: readonly string[], meetings: readonly Meeting[], zero: number) {
  const took = names.map(() => names.map(() => false));
  names.forEach((_, i) => {
    (took[i] as boolean[])[i] = true;
  });
  for (const { players, pairs } of meetings) {
    const [a, b] = [names.indexOf(players[0]), names.indexOf(players[1])];
    for (const { scores } of pairs) {
      for (const score of scores) {
        if (score > 0) (took[a] as boolean[])[b] = true;
        if (score < 1) (took[b] as boolean[])[a] = true;
      }
    }
  }
  // Warshall's closure.
  for (const middle of took.keys()) {
    for (const row of took) {
      if (!row[middle]) continue;
      for (const j of names.keys()) row[j] ||= took[middle]?.[j] as boolean;
    }
  }
  const origins = zero >= 0 ? [zero] : [...names.keys()];
  return names.map((_, i) => ({
    below: origins.every((origin) => took[i]?.[origin]),
    above: origins.every((origin) => took[origin]?.[i]),
  }));
}
