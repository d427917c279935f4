/** What a match's pairs say: by hand, and against the truth of 400 simulated matches. */
import { describe, expect, it } from "vitest";
import { eloOfScore, scoreOfElo } from "../../src/arena/elo.ts";
import { type PairReturns, pairScores, scoreOf, summarise, Tally } from "../../src/arena/summary.ts";
import { getGame } from "../../src/games/registry.ts";
import { Rng } from "../../src/util/rng.ts";

const [ttt, kuhn] = [getGame("ttt"), getGame("kuhn")];

function tallyOf(...pairs: readonly PairReturns[]): Tally {
  const tally = new Tally();
  for (const pair of pairs) tally.add(pair);
  return tally;
}

/** Chances of the first player in seat 0 and in seat 1, each [win, draw]. */
type Chances = readonly [readonly [number, number], readonly [number, number]];

const drawn = ([win, draw]: readonly [number, number], u: number): number => (u < win ? 1 : u < win + draw ? 0 : -1);

/** A match of so many pairs; the games of a pair share some of their luck. */
function simulated(chances: Chances, pairs: number, rng: Rng): Tally {
  const tally = new Tally();
  for (let pair = 0; pair < pairs; pair++) {
    const luck = rng.next();
    const [a, b] = [drawn(chances[0], luck), drawn(chances[1], rng.next() < 0.3 ? luck : rng.next())];
    tally.add([a, -a, -b, b]);
  }
  return tally;
}

describe("a summary", () => {
  it("is what the games say, by hand", () => {
    // Won both; won and lost; drawn and lost, lost and drawn.
    const summary = summarise(ttt, tallyOf([1, -1, -1, 1], [1, -1, 1, -1], [0, 0, 1, -1], [-1, 1, 0, 0]));
    expect(summary).toMatchObject({ pairs: 4, wins: 3, draws: 2, losses: 3, forfeits: [0, 0], score: 0.5 });
    expect(summary.meanReturn.mean).toBe(0);
    expect(summary.elo.difference).toBe(0);
    // Seat 0 earned 1 −1 in the first pair, 1 1, 0 1, −1 0.
    expect(summary.seatAdvantage.mean).toBeCloseTo(2 * ((1 - 1 + 1 + 1 + 0 + 1 - 1 + 0) / 8), 12);
    expect(summary.superiority).toBeCloseTo(0.5, 1);
  });

  it("counts a forfeit as lost, at its price", () => {
    // The first forfeits in seat 0, the second in seat 0.
    const summary = summarise(ttt, tallyOf([-1.5, 0.5, 1, -1], [1, -1, -1.5, 0.5]));
    expect(summary).toMatchObject({ wins: 2, draws: 0, losses: 2, forfeits: [1, 1], score: 0.5 });
    expect(summary.meanReturn.mean).toBeCloseTo((-1.5 - 1 + 1 + 0.5) / 4, 12);
    expect(scoreOf(kuhn, 0.5, -1.5)).toBe(1);
    expect(scoreOf(kuhn, -1.5, 0.5)).toBe(0);
  });

  it("scores chips by how many", () => {
    expect([-2, -1, 0, 1, 2].map((chips) => scoreOf(kuhn, chips, -chips))).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(pairScores(kuhn, [1, -1, 2, -2])).toEqual([0.75, 0]);
    // Loses three hands of four, and money nevertheless wins.
    const summary = summarise(kuhn, tallyOf([-1, 1, 1, -1], [2, -2, -1, 1], [-1, 1, -2, 2], [-1, 1, 1, -1]));
    expect(summary.score).toBeCloseTo(0.5 + summary.meanReturn.mean / 4, 12);
  });

  it("does not pretend to know more than 50 games lost by nobody can tell", () => {
    const won = summarise(ttt, tallyOf(...Array<PairReturns>(25).fill([1, -1, -1, 1])));
    expect(won.meanReturn).toMatchObject({ mean: 1, ci95: [expect.any(Number), 1] });
    expect(won.meanReturn.ci95[0]).toBeLessThan(0.95);
    expect(won.elo).toMatchObject({ difference: Infinity, ci95: [expect.any(Number), Infinity] });
    expect(won.elo.ci95[0]).toBeGreaterThan(300);
    expect(won.elo.ci95[0]).toBeLessThan(800);
    expect(won.superiority).toBeLessThan(1);
    const drawn = summarise(ttt, tallyOf(...Array<PairReturns>(25).fill([0, 0, 0, 0])));
    expect(drawn.meanReturn.ci95[0]).toBeLessThan(-0.02);
    expect(drawn.meanReturn.ci95[1]).toBeGreaterThan(0.02);
    expect(drawn.seatAdvantage.ci95[0]).toBeLessThan(-0.02);
  });

  it("does not depend on the order of the pairs, and changes sign with the players", () => {
    const pairs: PairReturns[] = [[1, -1, -1, 1], [0, 0, 1, -1], [1, -1, 1, -1], [0, 0, 1, -1], [-1, 1, 0, 0]]; // biome-ignore format: a table
    const there = summarise(ttt, tallyOf(...pairs));
    expect(summarise(ttt, tallyOf(...[...pairs].reverse()))).toEqual(there);
    const swapped = pairs.map(([a, b, c, d]): PairReturns => [c, d, a, b]);
    const back = summarise(ttt, tallyOf(...swapped));
    expect(back.meanReturn.mean).toBe(-there.meanReturn.mean);
    expect([back.wins, back.losses]).toEqual([there.losses, there.wins]);
    expect(back.elo.difference).toBeCloseTo(-there.elo.difference, 9);
    expect(back.seatAdvantage).toEqual(there.seatAdvantage);
  });
});

describe("intervals of 400 matches", () => {
  it.each<[string, number, Chances]>([
    ["even, few draws", 50, [[0.55, 0.05], [0.4, 0.05]]], // biome-ignore format: a table
    ["even, few draws", 500, [[0.55, 0.05], [0.4, 0.05]]], // biome-ignore format: a table
    ["won nine times in ten", 50, [[0.93, 0], [0.87, 0]]], // biome-ignore format: a table
    ["won nine times in ten", 500, [[0.93, 0], [0.87, 0]]], // biome-ignore format: a table
    ["mostly drawn", 50, [[0.1, 0.85], [0.04, 0.85]]], // biome-ignore format: a table
    ["mostly drawn", 500, [[0.1, 0.85], [0.04, 0.85]]], // biome-ignore format: a table
    ["seat 0 wins nearly always", 50, [[0.95, 0], [0.1, 0]]], // biome-ignore format: a table
  ])("%s, %d pairs: cover the truth 92 to 98 times in 100", (name, pairs, chances) => {
    const expectation = ([win, draw]: readonly [number, number]) => 2 * win + draw - 1;
    const [seat0, seat1] = [expectation(chances[0]), expectation(chances[1])];
    const meanReturn = (seat0 + seat1) / 2;
    const truth = { meanReturn, elo: eloOfScore((1 + meanReturn) / 2), seatAdvantage: seat0 - seat1 };
    const covered = { meanReturn: 0, elo: 0, seatAdvantage: 0 };
    const rng = new Rng(`coverage ${name} ${pairs}`);
    for (let match = 0; match < 400; match++) {
      const summary = summarise(ttt, simulated(chances, pairs, rng), 100);
      for (const figure of ["meanReturn", "elo", "seatAdvantage"] as const) {
        const [low, high] = summary[figure].ci95;
        if (low <= truth[figure] && truth[figure] <= high) covered[figure]++;
      }
    }
    for (const count of Object.values(covered)) {
      expect(count / 400, JSON.stringify(covered)).toBeGreaterThanOrEqual(0.92);
      expect(count / 400, JSON.stringify(covered)).toBeLessThanOrEqual(0.98);
    }
  });

  it("between equals, superiority is as often in one tenth of its range as in another", () => {
    const tenths = new Array<number>(10).fill(0);
    const rng = new Rng("superiority");
    for (let match = 0; match < 600; match++) {
      const { superiority } = summarise(ttt, simulated([[0.5, 0.3], [0.2, 0.3]], 60, rng), 150); // biome-ignore format: a table
      const tenth = Math.min(9, Math.floor(superiority * 10));
      tenths[tenth] = (tenths[tenth] as number) + 1;
    }
    for (const count of tenths) {
      expect(count).toBeGreaterThan(35);
      expect(count).toBeLessThan(90);
    }
  });

  it("superiority is the share of matches in which the first player is the better one", () => {
    // Differences of all sizes are equally likely, and so is either sign.
    const quarters = [0, 1, 2, 3].map(() => ({ matches: 0, said: 0, was: 0 }));
    const rng = new Rng("better");
    for (let match = 0; match < 700; match++) {
      const edge = 0.3 * (2 * rng.next() - 1);
      const { superiority } = summarise(ttt, simulated([[0.5 + edge, 0], [0.5 + edge, 0]], 40, rng), 200); // biome-ignore format: a table
      const quarter = quarters[Math.floor(superiority * 4)] as { matches: number; said: number; was: number };
      quarter.matches++;
      quarter.said += superiority;
      quarter.was += edge > 0 ? 1 : 0;
    }
    for (const { matches, said, was } of quarters) expect(Math.abs(said - was)).toBeLessThan(1.5 * Math.sqrt(matches));
    expect(quarters[0]?.said).toBeLessThan(0.1 * (quarters[0]?.matches as number));
  });
});

describe("the Elo scale", () => {
  it("is the logistic curve", () => {
    expect(scoreOfElo(400)).toBeCloseTo(10 / 11, 12);
    expect(eloOfScore(0.75)).toBeCloseTo(400 * Math.log10(3), 9);
    for (const elo of [-700, -20, 0, 5, 350]) expect(eloOfScore(scoreOfElo(elo))).toBeCloseTo(elo, 9);
    expect([eloOfScore(0), eloOfScore(1)]).toEqual([-Infinity, Infinity]);
  });
});
