/** Ratings: by hand, of players whose strengths are known, and of those about whom little can be said. */
import { describe, expect, it } from "vitest";
import { ELO_PER_LOGIT } from "../../src/arena/elo.ts";
import { type Meeting, type Rating, rate } from "../../src/arena/ratings.ts";
import { Rng } from "../../src/util/rng.ts";

type Scores = readonly [number, number];

const meeting = (a: string, b: string, pairs: readonly (readonly [Scores, number])[], game = "g"): Meeting => ({
  game,
  players: [a, b],
  pairs: pairs.map(([scores, count]) => ({ scores, count })),
});

const WON: Scores = [1, 1];
const LOST: Scores = [0, 0];
const SPLIT: Scores = [1, 0];

const of = (players: readonly Rating[], name: string): Rating => {
  const found = players.find(({ player }) => player === name);
  if (!found) throw new Error(`no rating of ${name}`);
  return found;
};

describe("ratings", () => {
  const meetings = [
    meeting("a", "b", [[WON, 40], [LOST, 10], [SPLIT, 50]]), // biome-ignore format: a table
    meeting("b", "c", [[WON, 40], [LOST, 10], [SPLIT, 50]]), // biome-ignore format: a table
    meeting("a", "c", [[WON, 60], [LOST, 2], [SPLIT, 38]]), // biome-ignore format: a table
  ];

  it("are sorted, sum to 0, or are measured from an anchor", () => {
    const free = rate(meetings).players;
    expect(free.map(({ player }) => player)).toEqual(["a", "b", "c"]);
    expect(free.reduce((sum, { rating }) => sum + rating, 0)).toBeCloseTo(0, 9);
    const anchored = rate(meetings, "c").players;
    expect(of(anchored, "c")).toMatchObject({ rating: 0, ci95: [0, 0] });
    for (const name of ["a", "b"]) {
      expect(of(anchored, name).rating).toBeCloseTo(of(free, name).rating - of(free, "c").rating, 6);
    }
    for (const { rating, ci95 } of [...free, ...anchored]) {
      expect(ci95[0] <= rating && rating <= ci95[1]).toBe(true);
    }
  });

  it("do not depend on the order of meetings or of players in them", () => {
    const turned = [...meetings].reverse().map(({ game, players: [a, b], pairs }) => ({
      game,
      players: [b, a] as const,
      // The other's scores, with its seats in order.
      pairs: pairs.map(({ scores: [s0, s1], count }) => ({ scores: [1 - s1, 1 - s0] as const, count })),
    }));
    const [one, two] = [rate(meetings, undefined, 50).players, rate(turned, undefined, 50).players];
    for (const { player, rating } of one) expect(of(two, player).rating).toBeCloseTo(rating, 6);
  });

  it("take the seat apart: who wins every game in seat 0 is no better for it", () => {
    const { players, firstSeat } = rate([meeting("a", "b", [[SPLIT, 99], [WON, 1]])]); // biome-ignore format: a table
    expect(firstSeat.g).toBeGreaterThan(500);
    expect(Math.abs(of(players, "a").rating)).toBeLessThan(200);
    const none = rate([meeting("a", "b", [[WON, 25], [LOST, 25], [SPLIT, 25], [[0, 1], 25]])]); // biome-ignore format: a table
    expect(none.firstSeat.g).toBeCloseTo(0, 6);
  });

  it("are the match's Elo difference where nothing is drawn and seats are alike", () => {
    const three = [[WON, 45], [LOST, 5], [SPLIT, 75], [[0, 1], 75]] as const; // biome-ignore format: a table
    const { players } = rate([meeting("a", "b", three)]);
    // 240 of 400 games, and one pair of the prior.
    const odds = 241 / 161;
    expect(of(players, "a").rating - of(players, "b").rating).toBeCloseTo(ELO_PER_LOGIT * Math.log(odds), 0);
  });

  it("have no end where nothing bounds them, and one where something does", () => {
    const { players } = rate(
      [meeting("best", "middle", [[WON, 50]]), meeting("middle", "last", [[SPLIT, 50]])],
      "last",
    );
    expect(of(players, "best").ci95).toEqual([expect.any(Number), Infinity]);
    expect(of(players, "best").ci95[0]).toBeGreaterThan(200);
    expect(of(players, "middle").ci95.every(Number.isFinite)).toBe(true);
    // From the mean's side all hang on how far above them the best is.
    for (const { ci95 } of rate([meeting("a", "b", [[WON, 9]])]).players) {
      expect(ci95.filter(Number.isFinite)).toHaveLength(1);
    }
    // A cycle bounds everyone, though every meeting is one-sided.
    const cycle = [["a", "b"], ["b", "c"], ["c", "a"]].map(([a = "", b = ""]) => meeting(a, b, [[WON, 20]])); // biome-ignore format: a table
    for (const { rating, ci95 } of rate(cycle).players) {
      expect(rating).toBeCloseTo(0, 6);
      expect(ci95.every(Number.isFinite)).toBe(true);
    }
  });

  it("of players whom no games link are of different groups", () => {
    const apart = [meeting("a", "b", [[WON, 3], [LOST, 1]]), meeting("c", "d", [[WON, 1], [LOST, 3]], "h")]; // biome-ignore format: a table
    const { players, weaker } = rate(apart, "d");
    expect(players.map(({ player, group }) => `${player}${group}`)).toEqual(["a0", "b0", "d1", "c1"]);
    expect(of(players, "d").rating).toBe(0);
    expect(of(players, "a").rating + of(players, "b").rating).toBeCloseTo(0, 9);
    expect(() => weaker("a", "c")).toThrow(RangeError);
    // One more meeting links them, whatever the game and the order.
    expect(new Set(rate([...apart, meeting("d", "a", [[SPLIT, 1]])]).players.map(({ group }) => group)).size).toBe(1);
    expect(rate([]).players).toEqual([]);
    expect(rate([meeting("a", "b", [])]).players).toEqual([]);
  });

  it("say how likely one is truly weaker", () => {
    const { weaker } = rate(meetings);
    expect(weaker("a", "c")).toBeLessThan(0.01);
    expect(weaker("c", "a")).toBeGreaterThan(0.99);
    const even = rate([meeting("a", "b", [[WON, 30], [LOST, 30]])]); // biome-ignore format: a table
    expect(even.weaker("a", "b")).toBeGreaterThan(0.4);
    expect(even.weaker("a", "b")).toBeLessThan(0.6);
  });
});

describe("players of known strength", () => {
  const elo: Readonly<Record<string, number>> = { a: -300, b: -50, c: 0, d: 120, e: 230 };
  const names = Object.keys(elo);

  /** Everyone against everyone, in a game with draws and a seat and in one without. */
  function simulated(rng: Rng, pairs: number): Meeting[] {
    const result = (difference: number, draws: number): number => {
      const win = Math.exp(difference / ELO_PER_LOGIT / 2);
      const u = rng.next() * (win + 1 / win + draws);
      return u < win ? 1 : u < win + draws ? 0.5 : 0;
    };
    return ["seat", "plain"].flatMap((game) => {
      const [seat, draws] = game === "seat" ? [80, 0.6] : [0, 0];
      return names.flatMap((a, i) =>
        names.slice(i + 1).map((b) => {
          const counts = new Map<string, { scores: Scores; count: number }>();
          for (let pair = 0; pair < pairs; pair++) {
            const difference = (elo[a] as number) - (elo[b] as number);
            const scores: Scores = [result(difference + seat, draws), result(difference - seat, draws)];
            const known = counts.get(scores.join());
            counts.set(scores.join(), { scores, count: (known?.count ?? 0) + 1 });
          }
          return { game, players: [a, b] as const, pairs: [...counts.values()] };
        }),
      );
    });
  }

  it.each([
    [10, 80, undefined],
    [100, 80, "b"],
  ])("%d pairs: are rated within their intervals about 95 times in 100", (pairs, tournaments, anchor) => {
    const mean = names.reduce((sum, name) => sum + (elo[name] as number), 0) / names.length;
    const origin = anchor === undefined ? mean : (elo[anchor] as number);
    const rng = new Rng(`tournaments of ${pairs}`);
    let [covered, all, seat] = [0, 0, 0];
    for (let i = 0; i < tournaments; i++) {
      const { players, firstSeat } = rate(simulated(rng, pairs), anchor, 60);
      seat += (firstSeat.seat as number) / tournaments;
      for (const { player, ci95 } of players) {
        if (player === anchor) continue;
        const truth = (elo[player] as number) - origin;
        all++;
        if (ci95[0] <= truth && truth <= ci95[1]) covered++;
      }
    }
    expect(covered / all).toBeGreaterThan(0.91);
    expect(covered / all).toBeLessThan(0.985);
    expect(Math.abs(seat - 80)).toBeLessThan(6);
  });
});
