/** The fit against closed forms, and against a likelihood written down a second time. */
import { describe, expect, it } from "vitest";
import { type Fit, fitDavidson, type Series } from "../../src/arena/davidson.ts";
import { Rng } from "../../src/util/rng.ts";

const series = (first: number, second: number, wins: number, draws: number, losses: number, game = 0): Series => ({
  first,
  second,
  game,
  wins,
  draws,
  losses,
});

function logLikelihood({ strengths, firstSeat, draws }: Fit, all: readonly Series[]): number {
  let sum = 0;
  for (const { first, second, game, wins, draws: drawn, losses } of all) {
    const a = Math.exp((strengths[first] as number) + (firstSeat[game] as number));
    const b = Math.exp(strengths[second] as number);
    const d = Math.exp(draws[game] as number) * Math.sqrt(a * b);
    const total = a + b + d;
    sum += wins * Math.log(a / total) + losses * Math.log(b / total) + (drawn > 0 ? drawn * Math.log(d / total) : 0);
  }
  return sum;
}

describe("two players", () => {
  it("have the odds that they had", () => {
    const fit = fitDavidson(2, 1, [series(0, 1, 30, 20, 10), series(1, 0, 10, 20, 30)]);
    expect(fit.strengths[1]).toBeCloseTo(-Math.log(3), 9);
    expect(fit.firstSeat[0]).toBeCloseTo(0, 9);
    expect(fit.draws[0]).toBeCloseTo(Math.log(20 / Math.sqrt(300)), 9);
  });

  it("and a seat have theirs", () => {
    // Odds of 8 in seat 0 and of 2 in seat 1: a strength of ln 4 and a seat of ln 2.
    const fit = fitDavidson(2, 1, [series(0, 1, 80, 0, 10), series(1, 0, 10, 0, 20)]);
    expect(fit.strengths[1]).toBeCloseTo(-Math.log(4), 9);
    expect(fit.firstSeat[0]).toBeCloseTo(Math.log(2), 9);
    expect(fit.draws[0]).toBe(-Infinity);
  });
});

it("three players without draws and seats are Bradley and Terry's, by their fixed point", () => {
  const wins = [
    [0, 14, 9],
    [6, 0, 11],
    [3, 9, 0],
  ];
  const p = [1, 1, 1];
  for (let i = 0; i < 2000; i++) {
    const next = p.map((own, a) => {
      const won = (wins[a] as number[]).reduce((x, y) => x + y, 0);
      const met = p.map((other, b) =>
        a === b ? 0 : ((wins[a]?.[b] as number) + (wins[b]?.[a] as number)) / (own + other),
      );
      return won / met.reduce((x, y) => x + y, 0);
    });
    next.forEach((x, a) => {
      p[a] = x / (next[0] as number);
    });
  }
  const all = [0, 1, 2].flatMap((a) =>
    [0, 1, 2].flatMap((b) =>
      a === b ? [] : series(a, b, (wins[a]?.[b] as number) / 2, 0, (wins[b]?.[a] as number) / 2),
    ),
  );
  const { strengths } = fitDavidson(3, 1, all);
  for (const a of [1, 2]) expect(strengths[a]).toBeCloseTo(Math.log(p[a] as number), 7);
});

describe("any results", () => {
  const rng = new Rng("davidson");
  const random = (players: number, games: number): Series[] =>
    Array.from({ length: players }, (_, a) => a).flatMap((a) =>
      Array.from({ length: players }, (_, b) => b).flatMap((b) =>
        a === b
          ? []
          : Array.from({ length: games }, (_, g) =>
              series(a, b, 1 + 40 * rng.next() ** 3, g === 0 ? 0 : 30 * rng.next(), 1 + 40 * rng.next() ** 3, g),
            ),
      ),
    );

  it("are fitted at the top of the likelihood, wherever the search begins", () => {
    for (const [players, games] of [
      [2, 1],
      [5, 2],
      [9, 3],
    ] as const) {
      // biome-ignore format: a table
      const all = random(players, games);
      const fit = fitDavidson(players, games, all);
      const top = logLikelihood(fit, all);
      for (const part of ["strengths", "firstSeat", "draws"] as const) {
        for (let i = part === "strengths" ? 1 : 0; i < fit[part].length; i++) {
          if (fit[part][i] === -Infinity) continue;
          for (const step of [-0.01, 0.01]) {
            const moved = { ...fit, [part]: fit[part].map((x, k) => (k === i ? x + step : x)) };
            expect(logLikelihood(moved, all)).toBeLessThan(top);
          }
          const slope = (step: number) => logLikelihood({ ...fit, [part]: fit[part].map((x, k) => (k === i ? x + step : x)) }, all); // biome-ignore format: a line
          expect(Math.abs(slope(1e-5) - slope(-1e-5)) / 2e-5).toBeLessThan(1e-3);
        }
      }
      const far: Fit = {
        strengths: fit.strengths.map((_, i) => (i === 0 ? 0 : i % 2 ? 12 : -12)),
        firstSeat: fit.firstSeat.map(() => 9),
        draws: fit.draws.map((x) => (x === -Infinity ? x : -9)),
      };
      const again = fitDavidson(players, games, all, far);
      for (const [i, x] of fit.strengths.entries()) expect(again.strengths[i]).toBeCloseTo(x, 6);
    }
  });
});
