/** Ladders: the curve in order, forgetting where there is some and seldom where there is none. */
import { describe, expect, it } from "vitest";
import { type Ladder, ladderOf, type Rung, spreadOver } from "../../src/arena/ladder.ts";
import { type Fixture, fixturesOf } from "../../src/arena/tournament.ts";
import { getGame } from "../../src/games/registry.ts";
import type { Player } from "../../src/players/player.ts";
import { uniform } from "../../src/policies/policy.ts";
import { Rng } from "../../src/util/rng.ts";

/** A ladder of simulated checkpoints: `strength[i]` is the log-odds of the i-th of winning against the last, `random`. */
function simulated(strengths: readonly number[], pairs: number, seed: string, draws?: number): Ladder {
  const rungs: Rung[] = strengths.map((_, i) => ({ update: 10 * (i + 1), player: `run@${10 * (i + 1)}` }));
  const players: Player[] = [...rungs.map(({ player }) => player), "random"].map((name) => ({
    ...{ kind: "policy", name, plays: () => true, policy: () => uniform },
  }));
  const tournament = { games: [getGame("ttt")], players, pairs, seed: 1, gauntlet: false };
  const rng = new Rng(seed);
  const strengthOf = ({ name }: Player): number => strengths[rungs.findIndex(({ player }) => player === name)] ?? 0;
  const fixtures: Fixture[] = fixturesOf(tournament);
  for (const { players: both, played } of fixtures) {
    for (let index = 0; index < 2 * pairs; index++) {
      const [first, second] = index % 2 === 0 ? both : [both[1], both[0]];
      const win = 1 / (1 + Math.exp(strengthOf(second) - strengthOf(first)));
      played.set(index, rng.next() < win ? [1, -1] : [-1, 1]);
    }
  }
  return ladderOf(fixtures, rungs, draws);
}

describe("a ladder", () => {
  it("is the checkpoints in order, measured from random", () => {
    const { curve, anchors, forgotten } = simulated([0.5, 1, 2], 200, "rising");
    expect(curve.map(({ update }) => update)).toEqual([10, 20, 30]);
    // 400 Elo are odds of ten.
    for (const [i, strength] of [0.5, 1, 2].entries()) {
      const { rating, ci95 } = curve[i] as Ladder["curve"][0];
      expect(Math.abs(rating - (400 * strength) / Math.LN10)).toBeLessThan(60);
      expect(ci95[0] < rating && rating < ci95[1]).toBe(true);
    }
    expect(anchors).toEqual([{ player: "random", rating: 0, ci95: [0, 0] }]);
    expect(forgotten).toEqual([]);
  });

  it("says what was forgotten, against the best before it", () => {
    const { curve, forgotten } = simulated([0.5, 2, 1, 2, 0.2], 200, "falling");
    const best = (curve[1]?.rating as number) >= (curve[3]?.rating as number) ? 20 : 40;
    expect(forgotten.map(({ update, than }) => [update, than])).toEqual([
      [30, 20],
      [50, best],
    ]);
    for (const { update, than, difference, probability } of forgotten) {
      const [now, best] = [update, than].map((wanted) => curve.find((one) => one.update === wanted));
      expect(difference).toBeCloseTo((now?.rating as number) - (best?.rating as number), 9);
      expect(difference).toBeLessThan(-80);
      expect(probability).toBeGreaterThan(0.995);
    }
  });

  it("seldom says so where nothing was", () => {
    const alarms = Array.from(
      { length: 40 },
      (_, i) => simulated([1, 1, 1, 1], 25, `level ${i}`, 200).forgotten.length,
    );
    expect(alarms.filter((count) => count > 0).length).toBeLessThan(6);
  });

  it("of one checkpoint has nothing to compare it with", () => {
    expect(simulated([1], 20, "one")).toMatchObject({ curve: [{ update: 10 }], forgotten: [] });
  });
});

it.each([
  [[1, 2, 3], 5, [1, 2, 3]],
  [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 4, [1, 4, 7, 10]],
  [[1, 2, 3, 4, 5], 2, [1, 5]],
  [[1, 2, 3, 4, 5], 1, [5]],
])("%j, at most %d: %j", (all, most, chosen) => {
  expect(spreadOver(all, most)).toEqual(chosen);
});

it("with a wanted one in the place of the nearest between the ends", () => {
  const all = [10, 20, 30, 40, 50, 60, 70, 80, 90];
  expect(spreadOver(all, 3)).toEqual([10, 50, 90]);
  expect(spreadOver(all, 3, 80)).toEqual([10, 80, 90]);
  expect(spreadOver(all, 5, 60)).toEqual([10, 30, 60, 70, 90]);
  expect(spreadOver(all, 5, 90)).toEqual(spreadOver(all, 5));
  expect(spreadOver(all, 2, 50)).toEqual([10, 90]);
});
