/** Intervals against published values and against what they promise: to cover the truth 95 times in 100. */
import { describe, expect, it } from "vitest";
import { median } from "../../src/util/median.ts";
import { wilson } from "../../src/util/wilson-interval.ts";

describe("Wilson's interval", () => {
  it("has the values of Newcombe's table (1998, method 3)", () => {
    const table: [number, number, number, number][] = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ];
    for (const [k, n, low, high] of table) {
      expect(wilson(k, n).low).toBeCloseTo(low, 4);
      expect(wilson(k, n).high).toBeCloseTo(high, 4);
    }
  });

  it("is symmetric, holds k/n, and ends at 0 and 1 exactly", () => {
    for (const n of [1, 2, 7, 100, 12_345]) {
      for (const k of new Set([0, 1, n >> 1, n])) {
        const { low, high } = wilson(k, n);
        expect(1 - wilson(n - k, n).high).toBeCloseTo(low, 12);
        expect(low <= k / n && k / n <= high && low >= 0 && high <= 1).toBe(true);
      }
      expect(wilson(0, n).low).toBe(0);
      expect(wilson(n, n).high).toBe(1);
    }
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  });

  it("covers the true share about 95 times in 100, also where the normal interval does not", () => {
    const n = 40;
    const coverage = (p: number, interval: (k: number) => { low: number; high: number }): number => {
      let total = 0;
      let chance = (1 - p) ** n;
      for (let k = 0; k <= n; k++) {
        const { low, high } = interval(k);
        if (low <= p && p <= high) total += chance;
        chance *= ((n - k) / (k + 1)) * (p / (1 - p));
      }
      return total;
    };
    const shares = Array.from({ length: 49 }, (_, i) => (i + 1) / 50);
    const covered = shares.map((p) => coverage(p, (k) => wilson(k, n)));
    expect(covered.reduce((a, b) => a + b, 0) / covered.length).toBeCloseTo(0.95, 2);
    expect(Math.min(...covered)).toBeGreaterThan(0.9);
    const normal = (k: number) => {
      const half = 1.96 * Math.sqrt(((k / n) * (1 - k / n)) / n);
      return { low: k / n - half, high: k / n + half };
    };
    expect(coverage(0.02, normal)).toBeLessThan(0.6);
  });
});

describe("the median", () => {
  it("is the middle, or the mean of the two middles, by size and not by spelling", () => {
    expect(median([3])).toBe(3);
    expect(median([10, 9, 100])).toBe(10);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([-1, -20, 5])).toBe(-1);
  });

  it("leaves its list as it was", () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});
