/** Rank correlation: known values, and weights against points that are repeated. */
import { describe, expect, it } from "vitest";
import { weightedSpearman } from "../../src/util/weighted-spearman.ts";

const ones = (n: number): number[] => Array(n).fill(1);

describe("Spearman's rank correlation", () => {
  it("has the textbook's value: 1 − 6 Σ d² / (n (n² − 1)) without ties", () => {
    const x = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
    const y = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
    expect(weightedSpearman(x, y, ones(10))).toBeCloseTo(1 - (6 * 194) / 990, 12);
  });

  it("is 1 for any rising relation, −1 for a falling one, and unknown where all values are equal", () => {
    expect(weightedSpearman([1, 2, 3], [1, 10, 11], [5, 1, 0.1])).toBeCloseTo(1, 12);
    expect(weightedSpearman([1, 2, 3], [3, 2, -7], [5, 1, 0.1])).toBeCloseTo(-1, 12);
    expect(weightedSpearman([1, 2, 3], [4, 4, 4], ones(3))).toBeUndefined();
    expect(weightedSpearman([], [], [])).toBeUndefined();
  });

  it("counts a point of weight n as n points, and shares the ranks of ties, those up to rounding too", () => {
    const [x, y, n] = [
      [1, 2, 2 + 1e-13, 5],
      [3, 1, 1, 2],
      [2, 1, 3, 2],
    ];
    const repeated = (values: number[]): number[] => values.flatMap((v, i) => Array<number>(n[i] as number).fill(v));
    expect(weightedSpearman(x, y, n)).toBeCloseTo(weightedSpearman(repeated(x), repeated(y), ones(8)) as number, 12);
    // The ranks of y: 7.5, 2.5, 2.5, 5.5, with their weights; of x: 1.5, 4.5, 4.5, 7.5.
    const [a, b] = [
      [-3, 0, 0, 3],
      [3, -2, -2, 1],
    ] as const;
    const product = (p: readonly number[], q: readonly number[]): number =>
      n.reduce((sum, w, i) => sum + w * (p[i] as number) * (q[i] as number), 0);
    expect(weightedSpearman(x, y, n)).toBeCloseTo(product(a, b) / Math.sqrt(product(a, a) * product(b, b)), 12);
  });
});
