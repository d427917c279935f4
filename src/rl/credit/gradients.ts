/**
 * How far the gradients of B independent batches are from the exact one, g*. With y_b = g_b − g*,
 *
 *   |bias|² = Σ_{b ≠ c} y_b · y_c / (B (B − 1))        variance = Σ_b y_b · y_b / B − |bias|²
 *
 * The length of the mean of y would be too large by its variance. All figures are relative to the length of g*.
 */
import { dot, productsOf } from "./products.ts";

export interface GradientCredit {
  /** Of the gradient of one batch with the exact one; the mean over batches. */
  readonly cosine: number;
  /** |E g − g*|² / |g*|². Below 0 by chance where it is smaller than its error. */
  readonly squaredBias: number;
  /** The standard error of `squaredBias` if there is no bias. */
  readonly squaredBiasError: number;
  /** The variance of one batch's gradient, summed over the weights, over |g*|². */
  readonly variance: number;
}

/** The gradients of at least two batches, and g*; null if g* is 0. */
export function judgeGradients(gradients: readonly Float32Array[], exact: Float64Array): GradientCredit | null {
  const square = dot(exact, exact);
  if (square === 0) return null;
  const along = gradients.map((g) => dot(g, exact));
  const cosines = gradients.map((g, b) => along[b] / Math.sqrt(square * dot(g, g) || 1));
  // (g_b − g*) · (g_c − g*) / |g*|²
  const product = (b: number, c: number): number =>
    (dot(gradients[b], gradients[c]) - along[b] - along[c]) / square + 1;
  const B = gradients.length;
  const { own, pairs, squaredPairs } = productsOf(B, product);
  const squaredBias = pairs / (B * (B - 1));
  return {
    cosine: cosines.reduce((sum, cosine) => sum + cosine, 0) / B,
    squaredBias,
    squaredBiasError: Math.sqrt(2 * squaredPairs) / (B * (B - 1)),
    variance: own / B - squaredBias,
  };
}
