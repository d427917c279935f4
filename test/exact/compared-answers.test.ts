import { describe, expect, it } from "vitest";
import { compareAnswers, significant } from "../../src/exact/compared-answers.ts";
import { uniforms } from "../../src/util/bootstrap-interval.ts";

/** Counts of `samples` answers at each set, forfeits last. */
function answers(strategies: readonly (readonly number[])[], samples: number, u: () => number): number[][] {
  return strategies.map((probabilities) => {
    const counts = [...probabilities.map(() => 0), 0];
    for (let k = 0; k < samples; k++) {
      let x = u();
      const slot = probabilities.findIndex((p) => {
        x -= p;
        return x < 0;
      });
      counts[slot < 0 ? probabilities.length : slot]++;
    }
    return counts;
  });
}

const one = [
  [0.5, 0.5],
  [0.9, 0.1],
  [1, 0],
  [0.3, 0.6],
];

describe("two lots of answers", () => {
  it("of one strategy are told apart in 5 % of cases at most", () => {
    const u = uniforms("null");
    let alarms = 0;
    for (let i = 0; i < 100; i++)
      alarms += compareAnswers(answers(one, 20, u), answers(one, 20, u), { deals: 99, draws: 1 }).p <= 0.05 ? 1 : 0;
    // With 5 %, eight or more of 60 come up about once in 80 tries.
    expect(alarms).toBeLessThanOrEqual(7);
  });

  it("are told apart by a change at one set, and by a small one at all", () => {
    const u = uniforms("change");
    const atOne = compareAnswers(answers(one, 30, u), answers([[1, 0], ...one.slice(1)], 30, u));
    expect(atOne.p).toBeLessThan(0.01);
    expect(atOne.sets.map(({ p }) => p < 0.01)).toEqual([true, false, false, false]);
    const even = Array(30).fill([0.5, 0.5]);
    const everywhere = compareAnswers(answers(even, 30, u), answers(Array(30).fill([0.7, 0.3]), 30, u), {
      deals: 499,
      draws: 10,
    });
    expect(everywhere.p).toBeLessThan(0.01);
    expect(everywhere.sets.filter(({ p }) => p < 0.01)).toHaveLength(0);
  });

  it("have the total variation of their shares, forfeits included, and that of sampling beside it", () => {
    const { totalVariation, bySampling, ci95, sets } = compareAnswers([[10, 0, 0]], [[5, 0, 5]]);
    expect(totalVariation).toBe(0.5);
    expect(sets[0]?.totalVariation).toBe(0.5);
    // 5 of the 20 answers are forfeits, and each deal gives x of them to the first ten: TV = |2x − 5| / 10.
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
    const expected = [0, 1, 2, 3, 4, 5].reduce(
      (sum, x) => sum + ((choose(5, x) * choose(15, 10 - x)) / choose(20, 10)) * (Math.abs(2 * x - 5) / 10),
      0,
    );
    expect(bySampling).toBeCloseTo(expected, 1);
    expect(ci95[0]).toBeGreaterThan(0);
    expect(ci95[1]).toBeLessThanOrEqual(1);
    expect(compareAnswers([[7, 3, 0]], [[7, 3, 0]])).toMatchObject({ totalVariation: 0, p: 1 });
  });

  it("that never vary are told apart by the change alone", () => {
    const same = [[10, 0, 0]];
    expect(compareAnswers(same, same)).toMatchObject({ totalVariation: 0, bySampling: 0, p: 1 });
    expect(compareAnswers(same, [[0, 10, 0]]).p).toBeLessThan(0.01);
  });
});

it("Holm's correction is stricter with the number of comparisons, step by step", () => {
  expect(significant([0.04])).toEqual([true]);
  expect(significant([0.04, 0.04])).toEqual([false, false]);
  expect(significant([0.04, 0.01])).toEqual([true, true]);
  expect(significant([0.2, 0.01, 0.03])).toEqual([false, true, false]);
});
