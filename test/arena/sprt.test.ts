/** The sequential test: its likelihood ratio against closed forms and brute force, its errors against what it promises. */
import { describe, expect, it } from "vitest";
import { scoreOfElo } from "../../src/arena/elo.ts";
import { type Sprt, sprtBounds, sprtState } from "../../src/arena/sprt.ts";
import { Rng } from "../../src/util/rng.ts";

const test: Sprt = { elo0: 0, elo1: 20, alpha: 0.05, beta: 0.05 };

describe("the log-likelihood ratio", () => {
  it("is the binomial one where pairs are won or lost", () => {
    const { llr } = sprtState(
      new Map([
        [1, 70],
        [0, 50],
      ]),
      test,
    );
    const s1 = scoreOfElo(20);
    expect(llr).toBeCloseTo(70 * Math.log(s1 / 0.5) + 50 * Math.log((1 - s1) / 0.5), 3);
  });

  it("compares the likeliest distributions with those means, found by brute force", () => {
    const counts = { lost: 30, drawn: 100, won: 41 };
    /** The largest likelihood among distributions on 0, ½, 1 with mean s: p(1) = s − p(½) / 2. */
    const largest = (s: number): number => {
      let best = -Infinity;
      for (let i = 1; i < 100_000; i++) {
        const drawn = (i / 100_000) * 2 * Math.min(s, 1 - s);
        const won = s - drawn / 2;
        const lost = 1 - won - drawn;
        const value = counts.lost * Math.log(lost) + counts.drawn * Math.log(drawn) + counts.won * Math.log(won);
        if (value > best) best = value;
      }
      return best;
    };
    const scores = new Map([
      [0, counts.lost],
      [0.5, counts.drawn],
      [1, counts.won],
    ]);
    expect(sprtState(scores, test).llr).toBeCloseTo(largest(scoreOfElo(20)) - largest(0.5), 3);
    expect(sprtState(scores, { ...test, elo0: -35, elo1: 60 }).llr).toBeCloseTo(
      largest(scoreOfElo(60)) - largest(scoreOfElo(-35)),
      3,
    );
  });

  it("is finite for what nobody expects: all drawn, all won, all lost, one pair", () => {
    for (const value of [0, 0.25, 0.5, 1]) {
      for (const n of [1, 10, 1000]) {
        const { llr } = sprtState(new Map([[value, n]]), test);
        expect(Number.isFinite(llr)).toBe(true);
        expect(Math.sign(llr)).toBe(value > 0.5 ? 1 : -1);
      }
    }
    expect(sprtState(new Map([[0.5, 300]]), test).verdict).toBe("H0");
    expect(sprtState(new Map([[1, 300]]), test).verdict).toBe("H1");
  });
});

it("Wald's bounds", () => {
  expect(sprtBounds(test)).toEqual([Math.log(0.05 / 0.95), Math.log(0.95 / 0.05)]);
  expect(sprtBounds({ ...test, alpha: 0.01, beta: 0.1 })).toEqual([Math.log(0.1 / 0.99), Math.log(0.9 / 0.01)]);
});

describe("its errors", () => {
  /** Distribution of a pair's score over 0, ¼, ½, ¾, 1 whose mean is that of the Elo difference, from a shape tilted to it. */
  function pairScores(elo: number, shape: readonly number[]): number[] {
    const target = scoreOfElo(elo);
    const tilted = (t: number): number[] => {
      const weights = shape.map((p, k) => p * Math.exp(t * k));
      const total = weights.reduce((a, b) => a + b, 0);
      return weights.map((w) => w / total);
    };
    let [low, high] = [-5, 5];
    for (let i = 0; i < 60; i++) {
      const middle = (low + high) / 2;
      const mean = tilted(middle).reduce((sum, p, k) => sum + (p * k) / 4, 0);
      if (mean < target) low = middle;
      else high = middle;
    }
    return tilted(low);
  }

  /** The share of 400 tests that accept H1. */
  function accepted(sprt: Sprt, elo: number, shape: readonly number[]): number {
    const p = pairScores(elo, shape);
    const rng = new Rng(`sprt ${elo} ${shape}`);
    let h1 = 0;
    for (let run = 0; run < 400; run++) {
      const scores = new Map<number, number>();
      for (;;) {
        let k = 0;
        for (let u = rng.next(); u >= (p[k] as number) && k < 4; k++) u -= p[k] as number;
        scores.set(k / 4, (scores.get(k / 4) ?? 0) + 1);
        const { verdict } = sprtState(scores, sprt);
        if (verdict === "undecided") continue;
        if (verdict === "H1") h1++;
        break;
      }
    }
    return h1 / 400;
  }

  // Two standard errors of 400 tests are 0.022.
  it.each<[string, Sprt, number[]]>([
    ["few draws", { elo0: 0, elo1: 60, alpha: 0.05, beta: 0.05 }, [0.2, 0.1, 0.4, 0.1, 0.2]],
    ["many draws", { elo0: 0, elo1: 20, alpha: 0.05, beta: 0.05 }, [0.005, 0.06, 0.87, 0.06, 0.005]],
    ["unequal errors, a lopsided pair", { elo0: 150, elo1: 220, alpha: 0.02, beta: 0.1 }, [0.1, 0.1, 0.4, 0.2, 0.2]],
  ])("%s: are within alpha and beta", (_what, sprt, shape) => {
    expect(accepted(sprt, sprt.elo0, shape)).toBeLessThan(sprt.alpha + 0.022);
    expect(1 - accepted(sprt, sprt.elo1, shape)).toBeLessThan(sprt.beta + 0.022);
  });
});
