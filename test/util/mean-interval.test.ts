/** Student's interval: its points against the distribution function, and its arithmetic against a textbook's data. */
import { describe, expect, it } from "vitest";
import { meanInterval, student975 } from "../../src/util/mean-interval.ts";

/** P(T ≤ t) for d degrees of freedom: with t = √d tan φ the density is proportional to cos^(d−1) φ, integrated by Simpson's rule. */
function distribution(t: number, d: number): number {
  const integral = (to: number): number => {
    const steps = 4000;
    const height = (i: number): number => Math.cos((to * i) / steps) ** (d - 1);
    let sum = height(0) + height(steps);
    for (let i = 1; i < steps; i++) sum += height(i) * (i % 2 === 0 ? 2 : 4);
    return (sum * to) / steps / 3;
  };
  return 0.5 + integral(Math.atan(t / Math.sqrt(d))) / integral(Math.PI / 2) / 2;
}

it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 20, 30, 100, 1000])("t(%i) has 97.5 %% below it", (d) => {
  expect(distribution(student975(d), d)).toBeCloseTo(0.975, 6);
});

describe("an interval", () => {
  it("of the extra sleep of ten patients (Student 1908): 1.58, from 0.70 to 2.46", () => {
    const { mean, ci95 } = meanInterval([1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4]);
    expect(mean).toBeCloseTo(1.58, 12);
    expect(ci95?.map((x) => x.toFixed(3))).toEqual(["0.700", "2.460"]);
  });

  it("ends at the least possible value, and is not there where nothing shows the spread", () => {
    expect(meanInterval([0.1, 0.5, 0.2], 0).ci95?.[0]).toBe(0);
    expect(meanInterval([0.1, 0.5, 0.2]).ci95?.[0]).toBeLessThan(0);
    expect(meanInterval([3])).toEqual({ mean: 3, ci95: null });
    expect(meanInterval([3, 3, 3])).toEqual({ mean: 3, ci95: null });
    expect(() => meanInterval([])).toThrow(RangeError);
  });
});
