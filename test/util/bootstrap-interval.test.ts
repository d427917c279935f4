/** The bootstrap against Jeffreys' interval, which it must be for two outcomes, and against the truth of simulated values. */
import { describe, expect, it } from "vitest";
import {
  bootstrapMeans,
  boundedMean,
  gamma,
  meanOf,
  middle95,
  quantile,
  shareAbove,
  uniforms,
} from "../../src/util/bootstrap-interval.ts";
import { Rng } from "../../src/util/rng.ts";

const UNIT = { min: 0, max: 1 };

/** P(X ≤ x) of a Beta(a, b), by the midpoint rule in t with x = sin²(t), which takes the poles away. */
function betaCdf(x: number, a: number, b: number): number {
  const steps = 20_000;
  const area = (to: number): number => {
    let sum = 0;
    for (let i = 0; i < steps; i++) {
      const t = ((i + 0.5) * to) / steps;
      sum += Math.sin(t) ** (2 * a - 1) * Math.cos(t) ** (2 * b - 1);
    }
    return (sum * to) / steps;
  };
  return area(Math.asin(Math.sqrt(x))) / area(Math.PI / 2);
}

describe("the interval", () => {
  it.each([
    [8, 10],
    [1, 20],
    [27, 50],
  ])("of %d in %d is Jeffreys'", (k, n) => {
    const counts = new Map([
      [1, k],
      [0, n - k],
    ]);
    const [low, high] = middle95(bootstrapMeans(counts, UNIT, 40_000));
    expect(betaCdf(low, k + 0.5, n - k + 0.5)).toBeCloseTo(0.025, 2);
    expect(1 - betaCdf(high, k + 0.5, n - k + 0.5)).toBeCloseTo(0.025, 2);
  });

  it("holds the mean and has a width, however alike the values are", () => {
    for (const value of [0, 0.3, 1]) {
      for (const n of [1, 2, 50]) {
        const { mean, ci95 } = boundedMean(new Map([[value, n]]), UNIT);
        expect(mean).toBe(value);
        expect(ci95[0]).toBeLessThanOrEqual(value);
        expect(ci95[1]).toBeGreaterThanOrEqual(value);
        expect(ci95[1] - ci95[0]).toBeGreaterThan(0.5 / (n + 1));
        expect(ci95[0] >= 0 && ci95[1] <= 1).toBe(true);
      }
    }
  });

  it("is a function of the values, not of the order in which they came, nor of their units", () => {
    const one = boundedMean(
      new Map([
        [0, 3],
        [0.5, 5],
        [1, 4],
      ]),
      UNIT,
    );
    const other = boundedMean(
      new Map([
        [1, 4],
        [0, 3],
        [0.5, 5],
      ]),
      UNIT,
    );
    expect(other).toEqual(one);
    const chips = boundedMean(
      new Map([
        [-10, 3],
        [0, 5],
        [10, 4],
      ]),
      { min: -10, max: 10 },
    );
    expect(chips.ci95[0]).toBeCloseTo(20 * one.ci95[0] - 10, 12);
  });

  it("has the standard error's width where values are many", () => {
    const { ci95 } = boundedMean(
      new Map([
        [0, 50_000],
        [1, 50_000],
      ]),
      UNIT,
    );
    const half = 1.96 * Math.sqrt(0.25 / 100_000);
    expect((ci95[1] - ci95[0]) / 2 / half).toBeCloseTo(1, 1);
    expect((ci95[1] + ci95[0]) / 2).toBeCloseTo(0.5, 3);
  });

  it("needs a value", () => {
    expect(() => boundedMean(new Map(), UNIT)).toThrow(RangeError);
  });

  it.each<[string, readonly (readonly [value: number, probability: number])[]]>([
    ["lopsided ones", [[0, 0.03], [0.5, 0.1], [1, 0.87]]], // biome-ignore format: a table
    ["five values", [[0, 0.1], [0.25, 0.2], [0.5, 0.4], [0.75, 0.2], [1, 0.1]]], // biome-ignore format: a table
  ])("covers the mean of %s about as often as it says, with 20 of them", (_what, distribution) => {
    const truth = distribution.reduce((sum, [value, p]) => sum + p * value, 0);
    const rng = new Rng("cover");
    let covered = 0;
    for (let match = 0; match < 600; match++) {
      const counts = new Map<number, number>();
      for (let i = 0; i < 20; i++) {
        let at = 0;
        for (let u = rng.next(); u >= (distribution[at]?.[1] as number) && at + 1 < distribution.length; at++) {
          u -= distribution[at]?.[1] as number;
        }
        const value = distribution[at]?.[0] as number;
        counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      const { ci95 } = boundedMean(counts, UNIT, 300);
      if (ci95[0] <= truth && truth <= ci95[1]) covered++;
    }
    expect(covered / 600).toBeGreaterThan(0.92);
    expect(covered / 600).toBeLessThan(0.99);
  });
});

describe("its parts", () => {
  it.each([0.5, 1, 3.5, 400])("a gamma variate of shape %d has its mean and variance", (shape) => {
    const uniform = uniforms("gamma");
    const n = 40_000;
    const values = Array.from({ length: n }, () => gamma(shape, uniform));
    const mean = values.reduce((a, b) => a + b, 0) / n;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
    expect(Math.abs(mean - shape)).toBeLessThan(4 * Math.sqrt(shape / n));
    expect(variance / shape).toBeGreaterThan(0.95);
    expect(variance / shape).toBeLessThan(1.06);
    expect(values.every((x) => x > 0)).toBe(true);
  });

  it("quantiles are interpolated, and keep infinities", () => {
    const sorted = Float64Array.of(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, 2, 3);
    expect(quantile(sorted, 0.1)).toBe(Number.NEGATIVE_INFINITY);
    expect(quantile(sorted, 0.75)).toBe(2.5);
    expect(quantile(sorted, 0.5)).toBe(1);
    expect(quantile(sorted, 1)).toBe(3);
  });

  it("a share of draws is never quite none or all", () => {
    const draws = Float64Array.of(1, 2, 2, 3);
    expect(shareAbove(draws, 2)).toBe((1 + 1 + 0.5) / 5);
    expect(shareAbove(draws, 5)).toBe(0.1);
    expect(shareAbove(draws, 0)).toBe(0.9);
  });

  it("means are weighted by counts", () => {
    expect(
      meanOf(
        new Map([
          [1, 3],
          [5, 1],
        ]),
      ),
    ).toBe(2);
  });
});
