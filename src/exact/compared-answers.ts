/**
 * Whether two lots of answers can come from one strategy: a player was asked K times at each information set in one wording, and
 * as often in another. By information set, the shares p and q of the actions, forfeits among them, differ by
 *
 *   TV = ½ Σ_a |p_a − q_a|
 *
 * which is above 0 by sampling alone. So each set's answers are dealt anew to the two wordings, again and again (a permutation
 * test, exact if the wording does not matter). Two statistics are compared with those of the deals: the mean of TV over the
 * sets, which sees a small change everywhere, and the greatest standardised TV, which sees a change at one set (Westfall and
 * Young 1993: its law holds for all sets at once).
 *
 *   p = min(1, 2 min(p_mean, p_greatest))        Holm's step-down correction over the wordings that are compared
 *
 * The interval of the mean TV is a band around it, as that of NashConv: |TV − TV^| ≤ ½ Σ_a |(p_a − q_a) − (p^_a − q^_a)|, its law by
 * draws from the Dirichlet distribution with ½ added, around their mean.
 */
import { gamma, quantile, uniforms } from "../util/bootstrap-interval.ts";

/** Counts of each answer at one information set, forfeits last. [A + 1] */
type Counts = readonly number[];

export interface ComparedAnswers {
  /** Mean over the sets. */
  readonly totalVariation: number;
  readonly ci95: readonly [number, number];
  /** The mean that sampling alone gives. */
  readonly bySampling: number;
  /** That the two are one strategy, by both statistics. */
  readonly p: number;
  readonly sets: readonly {
    readonly totalVariation: number;
    readonly bySampling: number;
    /** Corrected for the number of sets. */
    readonly p: number;
  }[];
}

const DEALS = 1999;
const DRAWS = 1000;
const PRIOR = 0.5;

/** Compares the answers at the same sets, of which there is at least one. `draws`: for the interval. */
export function compareAnswers(
  one: readonly Counts[],
  other: readonly Counts[],
  { deals = DEALS, draws = DRAWS }: { readonly deals?: number; readonly draws?: number } = {},
): ComparedAnswers {
  const uniform = uniforms(`deals ${JSON.stringify([one, other])}`);
  const seen = one.map((counts, i) => totalVariation(counts, other[i] as Counts));
  // [deals][sets]
  const dealt = Array.from({ length: deals }, () =>
    one.map((counts, i) => dealtAnew(counts, other[i] as Counts, uniform)),
  );
  const { means, spreads } = lawOfDeals(one, other, dealt);
  const standard = (tv: number, i: number): number => (spreads[i] > 0 ? (tv - means[i]) / spreads[i] : 0);
  const greatest = dealt.map((tv) => Math.max(...tv.map(standard)));
  const pOf = (x: number, among: readonly number[]): number =>
    (1 + among.filter((y) => y >= x - 1e-9).length) / (1 + among.length);
  const sets = seen.map((tv, i) => ({ totalVariation: tv, bySampling: means[i], p: pOf(standard(tv, i), greatest) }));
  const mean = meanOf(seen);
  const pMean = pOf(mean, dealt.map(meanOf));
  const reach = quantile(furthestDraws(one, other, draws, uniform), 0.95);
  return {
    totalVariation: mean,
    ci95: [Math.max(0, mean - reach), Math.min(1, mean + reach)],
    bySampling: meanOf(means),
    p: Math.min(1, 2 * Math.min(pMean, ...sets.map(({ p }) => p))),
    sets,
  };
}

/**
 * Mean and standard deviation of TV over the deals, by set. Sets with the same answers in all have the same law, and get the same
 * numbers, so that equal differences rank equally.
 */
function lawOfDeals(
  one: readonly Counts[],
  other: readonly Counts[],
  dealt: readonly (readonly number[])[],
): { readonly means: readonly number[]; readonly spreads: readonly number[] } {
  const keys = one.map((counts, i) => {
    const both = counts.map((count, a) => count + ((other[i] as Counts)[a] as number));
    return JSON.stringify([sumOf(counts), both.sort((a, b) => a - b)]);
  });
  const laws = new Map<string, { mean: number; spread: number }>();
  for (const key of new Set(keys)) {
    const values = dealt.flatMap((tv) => tv.filter((_, i) => keys[i] === key));
    const mean = meanOf(values);
    laws.set(key, { mean, spread: Math.sqrt(meanOf(values.map((tv) => (tv - mean) ** 2))) });
  }
  return {
    means: keys.map((key) => laws.get(key)?.mean ?? 0),
    spreads: keys.map((key) => laws.get(key)?.spread ?? 0),
  };
}

/** Holm's correction: which p-values are significant at 5 % over the family. */
export function significant(ps: readonly number[], level = 0.05): boolean[] {
  const order = [...ps.keys()].sort((a, b) => ps[a] - ps[b]);
  const failed = order.findIndex((i, rank) => ps[i] > level / (ps.length - rank));
  const found = new Set(failed < 0 ? order : order.slice(0, failed));
  return ps.map((_, i) => found.has(i));
}

function totalVariation(one: Counts, other: Counts): number {
  const [n, m] = [sumOf(one), sumOf(other)];
  return 0.5 * one.reduce((sum, count, a) => sum + Math.abs(count / n - (other[a] as number) / m), 0);
}

/** TV of the same answers, dealt to the two wordings at random. */
function dealtAnew(one: Counts, other: Counts, uniform: () => number): number {
  const left = one.map((count, a) => count + (other[a] as number));
  const first = one.map(() => 0);
  let total = sumOf(left);
  for (let k = sumOf(one); k > 0; k--) {
    let u = uniform() * total--;
    let a = 0;
    while (u >= left[a]) u -= left[a++];
    left[a]--;
    first[a]++;
  }
  return totalVariation(first, left);
}

/** Draws of the mean over sets of how far a difference p − q lies from its mean, ascending. */
function furthestDraws(
  one: readonly Counts[],
  other: readonly Counts[],
  draws: number,
  uniform: () => number,
): Float64Array {
  const differences = one.map((counts, i) => ({ p: counts, q: other[i] as Counts }));
  const expected = (counts: Counts): number[] => normalised(counts.map((k) => k + PRIOR));
  const drawn = (counts: Counts): number[] => normalised(counts.map((k) => gamma(k + PRIOR, uniform)));
  const centres = differences.map(({ p, q }) => difference(expected(p), expected(q)));
  return Float64Array.from({ length: draws }, () =>
    meanOf(
      differences.map(({ p, q }, i) => {
        const centre = centres[i] as number[];
        return 0.5 * difference(drawn(p), drawn(q)).reduce((sum, d, a) => sum + Math.abs(d - centre[a]), 0);
      }),
    ),
  ).sort();
}

const sumOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const meanOf = (values: readonly number[]): number => sumOf(values) / values.length;
const difference = (p: readonly number[], q: readonly number[]): number[] => p.map((x, a) => x - q[a]);

function normalised(weights: readonly number[]): number[] {
  const sum = sumOf(weights);
  return weights.map((w) => w / sum);
}
