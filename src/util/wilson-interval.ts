/** Wilson's interval for a share. */

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The standard normal's 97.5 % point. */
const Z95 = 1.959963984540054;

/** Wilson's 95 % interval for a share of k in n (Wilson 1927). Unlike the normal interval, it holds near 0 and 1 too. */
export function wilson(k: number, n: number): Interval {
  if (n === 0) return { low: 0, high: 1 };
  const z2 = (Z95 * Z95) / n;
  const centre = (k / n + z2 / 2) / (1 + z2);
  const half = (Z95 / (1 + z2)) * Math.sqrt(((k / n) * (1 - k / n)) / n + z2 / (4 * n));
  // For k = 0 and k = n one bound is exactly 0 or 1, which rounding may miss.
  return { low: k === 0 ? 0 : centre - half, high: k === n ? 1 : centre + half };
}
