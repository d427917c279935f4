/** Spearman's rank correlation of weighted points: Pearson's of their ranks, where equal values share the middle of their ranks. */

/** Differences below this are rounding. */
const ROUNDING = 1e-9;

/** −1 … 1; undefined if all values of either are the same. Weights are positive. */
export function weightedSpearman(
  x: readonly number[],
  y: readonly number[],
  weights: readonly number[],
): number | undefined {
  const [a, b] = [ranks(x, weights), ranks(y, weights)];
  const total = weights.reduce((sum, w) => sum + w, 0);
  // The mean of midranks is half of all weight.
  const product = (p: Float64Array, q: Float64Array): number =>
    weights.reduce((sum, w, i) => sum + w * (p[i] - total / 2) * (q[i] - total / 2), 0);
  const [aa, bb] = [product(a, a), product(b, b)];
  const flat = ROUNDING * total ** 3;
  return aa <= flat || bb <= flat ? undefined : product(a, b) / Math.sqrt(aa * bb);
}

/** The weight of all smaller values, and half of that of the equal ones. */
function ranks(values: readonly number[], weights: readonly number[]): Float64Array {
  const order = [...values.keys()].sort((i, j) => values[i] - values[j]);
  const result = new Float64Array(values.length);
  let below = 0;
  for (let start = 0; start < order.length; ) {
    let [end, own] = [start, 0];
    while (end < order.length && values[order[end]] - values[order[start]] <= ROUNDING) own += weights[order[end++]];
    for (let k = start; k < end; k++) result[order[k]] = below + own / 2;
    below += own;
    start = end;
  }
  return result;
}
