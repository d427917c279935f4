/** Products of vectors, one from each of several batches. */

/** Sums over the products y_b · y_c of B vectors. */
export interface Products {
  /** Σ_b y_b · y_b. */
  readonly own: number;
  /** Σ_{b ≠ c} y_b · y_c. If the vectors are independent of mean μ, it is B (B − 1) |μ|² on average: noise adds nothing. */
  readonly pairs: number;
  /** Σ_{b ≠ c} (y_b · y_c)². If μ = 0, twice this is the variance of `pairs`. */
  readonly squaredPairs: number;
}

/** `product(b, c)` is y_b · y_c, asked for c ≤ b. */
export function productsOf(B: number, product: (b: number, c: number) => number): Products {
  let [own, pairs, squaredPairs] = [0, 0, 0];
  for (let b = 0; b < B; b++) {
    own += product(b, b);
    for (let c = 0; c < b; c++) {
      const value = product(b, c);
      pairs += 2 * value;
      squaredPairs += 2 * value * value;
    }
  }
  return { own, pairs, squaredPairs };
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
