/**
 * The mean of independent values from a bounded range, with a 95 % interval, by the Bayesian bootstrap (Rubin 1981). A draw
 * weighs the n values by a flat Dirichlet distribution, w ∝ Gamma(1) each, and takes the weighted mean. The interval lies
 * between quantiles of many draws.
 *
 * If all values are equal, every draw is the same and the interval would have width 0. So the two ends of the range take part
 * with half a value's weight each, w ∝ Gamma(½). For a share of two outcomes the result is Jeffreys' interval (Brown, Cai and
 * DasGupta 2001). With many values, the ends hardly matter.
 *
 * Equal values are drawn together, as Gamma(k), so the cost does not grow with n. The draws depend on the values alone: the
 * same values give the same interval.
 */
import { Rng, streamAt, uniformOf } from "./rng.ts";

/** How often each value occurred; a count may be a fraction. */
export type Counts = ReadonlyMap<number, number>;

export interface Range {
  readonly min: number;
  readonly max: number;
}

export interface Estimate {
  readonly mean: number;
  /** The 95 % interval. It contains `mean`, and its width is 0 only if the width of the range is. */
  readonly ci95: readonly [number, number];
}

/** With so many draws, the ends of an interval are uncertain by about 4 % of a standard error. */
const DRAWS = 5000;
/** Weight of an end of the range, in values. */
export const END_WEIGHT = 0.5;

export function meanOf(counts: Counts): number {
  let [n, sum] = [0, 0];
  for (const [value, count] of counts) {
    n += count;
    sum += count * value;
  }
  return sum / n;
}

/** Means of `draws` bootstrap draws, ascending. `counts` holds at least one value, all within the range. */
export function bootstrapMeans(counts: Counts, { min, max }: Range, draws = DRAWS): Float64Array {
  if (counts.size === 0) throw new RangeError("no values");
  const weights = new Map(counts);
  for (const end of [min, max]) weights.set(end, (weights.get(end) ?? 0) + END_WEIGHT);
  const values = [...weights.keys()].sort((a, b) => a - b);
  const shapes = values.map((value) => weights.get(value) as number);
  const uniform = uniforms(`bootstrap ${shapes}`);
  const means = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    let [total, sum] = [0, 0];
    for (let i = 0; i < values.length; i++) {
      const weight = gamma(shapes[i], uniform);
      total += weight;
      sum += weight * values[i];
    }
    means[draw] = sum / total;
  }
  return means.sort();
}

/** The mean with its 95 % interval. */
export function boundedMean(counts: Counts, range: Range, draws?: number): Estimate {
  return estimate(counts, bootstrapMeans(counts, range, draws));
}

/** The mean with its 95 % interval, from draws of `bootstrapMeans`. */
export function estimate(counts: Counts, means: Float64Array): Estimate {
  const mean = meanOf(counts);
  const [low, high] = middle95(means);
  return { mean, ci95: [Math.min(low, mean), Math.max(high, mean)] };
}

/** The middle 95 % of ascending draws. */
export function middle95(sorted: Float64Array): [number, number] {
  return [quantile(sorted, 0.025), quantile(sorted, 0.975)];
}

/** The value below which one more draw would lie with probability `p`; between two draws, interpolated. */
export function quantile(sorted: Float64Array, p: number): number {
  const at = Math.min(Math.max(p * (sorted.length + 1) - 1, 0), sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below];
  const high = sorted[Math.min(below + 1, sorted.length - 1)];
  // If both are the same infinity, their difference is NaN.
  return low === high ? low : low + (at - below) * (high - low);
}

/** The share of draws above `x`. Draws equal to `x` count half. It is never 0 or 1, which no number of draws can show. */
export function shareAbove(means: Float64Array, x: number): number {
  let above = 0.5;
  for (const mean of means) above += mean > x ? 1 : mean === x ? 0.5 : 0;
  return above / (means.length + 1);
}

/** A source of uniform numbers in [0, 1). The same name gives the same numbers. */
export function uniforms(name: string): () => number {
  const key = new Rng(name).key();
  const stream = streamAt(key, 0);
  let draw = 0;
  return () => uniformOf(stream, key, draw++);
}

/** A gamma variate of this shape and scale 1 (Marsaglia and Tsang 2000). */
export function gamma(shape: number, uniform: () => number): number {
  if (shape < 1) return gamma(shape + 1, uniform) * uniform() ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    // A standard normal, by Box and Muller.
    const x = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
    // A product takes a fraction of the time of a power.
    const root = 1 + c * x;
    const v = root * root * root;
    if (v <= 0) continue;
    const u = 1 - uniform();
    const squared = x * x;
    // The first condition implies the second, and takes no logarithms.
    if (u < 1 - 0.0331 * squared * squared) return d * v;
    if (Math.log(u) < squared * 0.5 + d - d * v + d * Math.log(v)) return d * v;
  }
}
