/**
 * The mean of independent values, such as the results of some seeds, with a 95 % interval by Student's t (Student 1908):
 *
 *   mean ± t(n − 1) s / √n,   s² = Σ (x − mean)² / (n − 1)
 *
 * t(d) is the 97.5 % point of the distribution with d degrees of freedom. The interval assumes that the mean is about normal. For many
 * values from a known range, bootstrap-interval.ts assumes less.
 */

export interface MeanInterval {
  readonly mean: number;
  /** null if there are no two different values: equal values do not show how much others would differ. */
  readonly ci95: readonly [number, number] | null;
}

/** `values` holds at least one. No value can lie below `min`, so the interval ends there. */
export function meanInterval(values: readonly number[], min = Number.NEGATIVE_INFINITY): MeanInterval {
  const n = values.length;
  if (n === 0) throw new RangeError("no values");
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  if (new Set(values).size < 2) return { mean, ci95: null };
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1);
  const half = student975(n - 1) * Math.sqrt(variance / n);
  return { mean, ci95: [Math.max(min, mean - half), mean + half] };
}

/** t(d) for d = 1 … 10. */
const POINTS = [
  12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139,
] as const;

/** The standard normal's 97.5 % point. */
const Z = 1.959963984540054;

/** t(d); above 10 by its expansion in 1/d (Abramowitz and Stegun 26.7.5), to within 1e-5. */
export function student975(d: number): number {
  const known = POINTS[d - 1];
  if (known !== undefined) return known;
  const terms = [
    (Z ** 3 + Z) / 4,
    (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96,
    (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384,
    (79 * Z ** 9 + 776 * Z ** 7 + 1482 * Z ** 5 - 1920 * Z ** 3 - 945 * Z) / 92160,
  ];
  return terms.reduce((sum, term, i) => sum + term / d ** (i + 1), Z);
}
