/** The arithmetic of the benchmark. */
import { describe, expect, it } from "vitest";
import { machineName } from "../../bench/lib/machine.ts";
import { figure, milliseconds, reached, repeat, short } from "../../bench/lib/measure.ts";
import { type Evaluation, goodFrom } from "../../bench/sections/training.ts";

describe("a figure", () => {
  it("has the median, the range and the number of its values, and the median of their CPU time", () => {
    expect(figure("f", "games/s", [5, 1, 9, 2], { cpu: [0.3, 0.1, 0.2] })).toEqual({
      name: "f",
      unit: "games/s",
      median: 3.5,
      min: 1,
      max: 9,
      repetitions: 4,
      cpuSeconds: 0.2,
    });
    expect(figure("f", "s", [7])).toEqual({ name: "f", unit: "s", median: 7, min: 7, max: 7, repetitions: 1 });
    expect(() => figure("f", "s", [])).toThrow("nothing was measured");
  });

  it("of times is in milliseconds, and its CPU time in seconds", () => {
    const took = [
      { wall: 0.002, cpu: 0.001 },
      { wall: 0.004, cpu: 0.005 },
      { wall: 0.003, cpu: 0.003 },
    ];
    expect(milliseconds("f", took, { also: { rows: 12 } })).toEqual({
      name: "f",
      unit: "ms",
      median: 3,
      min: 2,
      max: 4,
      repetitions: 3,
      cpuSeconds: 0.003,
      also: { rows: 12 },
    });
  });

  it("reaches its target from above or from below, by its median", () => {
    const at = (median: number, target?: { least: number } | { most: number }) =>
      reached(figure("f", "s", [median - 10, median, median + 10], target ? { target } : {}));
    expect(at(5)).toBe(undefined);
    expect([at(5, { least: 5 }), at(4.9, { least: 5 })]).toEqual([true, false]);
    expect([at(5, { most: 5 }), at(5.1, { most: 5 })]).toEqual([true, false]);
  });
});

describe("repeat", () => {
  it("repeats at least and at most so often, after calls that do not count", () => {
    const counted = (effort: { least: number; most: number; seconds: number; warmUp: number }) => {
      let calls = 0;
      // As long as a repetition is at the least, so that each is one call.
      const took = repeat(effort, () => {
        calls++;
        for (const end = performance.now() + 3; performance.now() < end; );
      });
      return [took.length, calls];
    };
    // One call more than said warms up.
    expect(counted({ least: 3, most: 9, seconds: 0, warmUp: 2 })).toEqual([3, 6]);
    expect(counted({ least: 1, most: 4, seconds: 1000, warmUp: 0 })).toEqual([4, 5]);
  });

  it("says what one call takes where a repetition is many", () => {
    let calls = 0;
    const took = repeat({ least: 2, most: 2, seconds: 0, warmUp: 100 }, () => calls++);
    expect(took.length).toBe(2);
    expect(calls).toBeGreaterThan(150);
    for (const { wall } of took) expect(wall).toBeGreaterThan(0);
  });
});

it.each([
  [1_430_000, "1.43 M"],
  [153_000_000, "153 M"],
  [65_200, "65.2 k"],
  [65_000, "65 k"],
  [9_999, "9999"],
  [12, "12"],
  [8.314, "8.31"],
  [0.00271, "0.00271"],
  [0, "0"],
])("%d is short for %s", (value, text) => {
  expect(short(value)).toBe(text);
});

it("names machines for files", () => {
  expect(machineName(2, "AMD EPYC")).toBe("2-cores-amd-epyc");
  expect(machineName(1, "Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz")).toBe("1-core-intel-xeon-e5-2680-v4");
});

describe("a run plays well", () => {
  const at = (wall: number, nashConv: number, greedyNashConv: number): Evaluation => ({
    wall,
    cpu: undefined,
    games: { kuhn: { nashConv, greedyNashConv: 1 }, ttt: { nashConv: 1, greedyNashConv } },
  });

  it("from the evaluation after the last bad one", () => {
    const runs = [at(1, 1, 2), at(2, 0.009, 0), at(3, 0.011, 0), at(4, 0.01, 0), at(5, 0.001, 0)];
    expect(goodFrom(runs)?.wall).toBe(4);
    expect(goodFrom([at(1, 0, 0)])?.wall).toBe(1);
  });

  it("never, where it does not at its end, or nothing is known", () => {
    expect(goodFrom([at(1, 0.001, 0), at(2, 0.001, 1)])).toBe(undefined);
    expect(goodFrom([])).toBe(undefined);
    expect(goodFrom([{ wall: 1, cpu: undefined, games: {} }])).toBe(undefined);
  });
});
