/** Intervals for the figures that tables show. */

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The standard normal's 97.5 % point. */
const Z95 = 1.959963984540054;

/** Wilson's 95 % interval for a share of k in n (Wilson 1927); honest near 0 and 1, where the normal one is not. */
export function wilson(k: number, n: number): Interval {
  if (n === 0) return { low: 0, high: 1 };
  const z2 = (Z95 * Z95) / n;
  const centre = (k / n + z2 / 2) / (1 + z2);
  const half = (Z95 / (1 + z2)) * Math.sqrt(((k / n) * (1 - k / n)) / n + z2 / (4 * n));
  // At the ends the bound is exactly 0 or 1, which rounding may miss.
  return { low: k === 0 ? 0 : centre - half, high: k === n ? 1 : centre + half };
}

export interface MeanEstimate {
  readonly mean: number;
  /** 95 %, normal. */
  readonly ci95: readonly [number, number];
}

/** Mean of independent values and its 95 % interval. Fewer than two values bound nothing: the interval is infinite. */
export function meanWithInterval(values: ArrayLike<number>): MeanEstimate {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i] as number;
  const mean = n === 0 ? 0 : sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += ((values[i] as number) - mean) ** 2;
  const half = n < 2 ? Number.POSITIVE_INFINITY : Z95 * Math.sqrt(squares / (n - 1) / n);
  return { mean, ci95: [mean - half, mean + half] };
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
