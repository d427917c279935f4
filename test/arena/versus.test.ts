/** Matches: counts that add up, seats that balance, intervals that cover the exact value as often as they promise. */
import { describe, expect, it } from "vitest";
import { versus } from "../../src/arena/versus.ts";
import { minimax } from "../../src/exact/minimax.ts";
import { getGame } from "../../src/games/registry.ts";
import { GameGraph } from "../../src/graph/game-graph.ts";
import { nash } from "../../src/players/opponents.ts";
import { type Policy, uniform } from "../../src/policies/policy.ts";
import { play } from "../../src/selfplay/play.ts";
import { Rng } from "../../src/util/rng.ts";
import { randomPolicy } from "../helpers.ts";
import { bruteForceNashConv } from "../reference/brute-force.ts";
import { referenceOf } from "../reference/whole-game.ts";

const [kuhn, ttt] = [getGame("kuhn"), getGame("ttt")];
const always = (slot: number): Policy => ({
  name: `always-${slot}`,
  distributions: (sets) => sets.map(({ actions }) => Float64Array.from(actions, (_, s) => (s === slot ? 1 : 0))),
});

/** The exact mean return of `first` against `second`, each in either seat half the time. */
function exactMean(first: Policy, second: Policy): number {
  const value = (seats: readonly [Policy, Policy]) => {
    const references = seats.map((policy) => referenceOf(kuhn, policy));
    return bruteForceNashConv(kuhn, (key, player, count, state) => {
      const reference = references[player];
      if (!reference) throw new Error(`no seat ${player}`);
      return reference(key, player, count, state);
    }).value;
  };
  return (value([first, second]) - value([second, first])) / 2;
}

describe("a match", () => {
  it("counts every game once, and the mean is what the counts say", async () => {
    for (const episodes of [2, 10, 4096, 4098, 9000]) {
      const result = await versus(ttt, randomPolicy(1), randomPolicy(2), episodes, new Rng("count"));
      expect([result.opponent, result.episodes]).toEqual(["random-2", episodes]);
      expect(result.wins + result.draws + result.losses).toBe(episodes);
      expect(result.meanReturn).toBeCloseTo((result.wins - result.losses) / episodes, 12);
    }
  });

  it("is a function of its seed, and of the policies' order with the sign", async () => {
    const [a, b] = [randomPolicy(5), randomPolicy(6)];
    const run = (seed: string) => versus(kuhn, a, b, 6000, new Rng(seed));
    expect(await run("1")).toEqual(await run("1"));
    expect(await run("1")).not.toEqual(await run("2"));
    const [forth, back] = [await run("1"), await versus(kuhn, b, a, 6000, new Rng("1"))];
    expect(back.meanReturn).toBeLessThan(-forth.meanReturn + 0.2);
    expect(back.meanReturn).toBeGreaterThan(-forth.meanReturn - 0.2);
    expect(Math.abs(forth.meanReturn)).toBeGreaterThan(0.3);
  });

  it("takes pairs of games only", async () => {
    await expect(versus(kuhn, uniform, uniform, 7, new Rng("odd"))).rejects.toThrow("7 games");
  });

  it("is the same however often its graph is grown anew", async () => {
    const played = async (maxNodes: number) => {
      let graphs = 0;
      const initial = () => {
        graphs++;
        return ttt.initial();
      };
      const counted = { ...ttt, initial };
      const result = await versus(counted, randomPolicy(1), randomPolicy(2), 9000, new Rng("graph"), { maxNodes });
      return { graphs, result };
    };
    const [one, many] = [await played(Number.POSITIVE_INFINITY), await played(1)];
    expect([one.graphs, many.graphs]).toEqual([1, 3]);
    expect(many.result).toEqual(one.result);
  });

  it("gives either seat to the policy equally often", async () => {
    // Who moves first always wins when both take the lowest cell.
    const even = await versus(ttt, always(0), always(0), 500, new Rng("seats"));
    expect([even.wins, even.draws, even.losses, even.meanReturn]).toEqual([250, 0, 250, 0]);
  });

  it("shares each deal within a pair, so that the luck of the cards cancels", async () => {
    // Both always bet and call: the higher card wins 2, and the pair's two games cancel to nothing.
    const calling = { ...always(1), name: "other" };
    const result = await versus(kuhn, always(1), calling, 2000, new Rng("luck"));
    expect([result.wins, result.losses, result.meanReturn]).toEqual([1000, 1000, 0]);
    // 1000 pairs alike do not prove that the next is, but nearly.
    expect(result.ci95[0]).toBeLessThan(0);
    expect(result.ci95[1] - result.ci95[0]).toBeLessThan(0.02);
  });

  it("credits the policy and not its opponent", async () => {
    // Betting always against folding always wins the ante in every game.
    const result = await versus(kuhn, always(1), always(0), 400, new Rng("credit"));
    expect([result.wins, result.losses, result.meanReturn]).toEqual([400, 0, 1]);
    const best = await versus(ttt, minimax(ttt), uniform, 1000, new Rng("credit"));
    expect(best.losses).toBe(0);
    expect(best.wins).toBeGreaterThan(850);
  });

  it("against itself is a match of two players", async () => {
    const result = await versus(kuhn, uniform, uniform, 4000, new Rng("self"));
    expect([result.wins, result.losses].every((n) => n > 1500)).toBe(true);
    expect(result.ci95[0] < 0 && 0 < result.ci95[1]).toBe(true);
  });
});

describe("the interval", () => {
  it.each([
    ["nash against nash", nash(kuhn), { ...nash(kuhn), name: "other" }],
    ["uniform against nash", uniform, nash(kuhn)],
    ["a lopsided pair", randomPolicy(3), randomPolicy(4)],
  ] as const)("%s: covers the exact mean about 95 times in 100", async (_, a, b) => {
    const exact = exactMean(a, b);
    const root = new Rng("intervals");
    let covered = 0;
    const widths: number[] = [];
    for (let i = 0; i < 80; i++) {
      const { ci95, meanReturn } = await versus(kuhn, a, b, 300, root.fork("match", i), { bootstrapDraws: 1000 });
      if (ci95[0] <= exact && exact <= ci95[1]) covered++;
      widths.push(ci95[1] - ci95[0]);
      expect(Math.abs((ci95[0] + ci95[1]) / 2 - meanReturn)).toBeLessThan(0.1 * (ci95[1] - ci95[0]));
    }
    expect(covered / 80).toBeGreaterThan(0.87);
    // And it is of use: four times the games, half the width.
    const wide = await versus(kuhn, a, b, 1200, new Rng("wide"));
    const mean = widths.reduce((x, y) => x + y, 0) / widths.length;
    expect((wide.ci95[1] - wide.ci95[0]) / mean).toBeGreaterThan(0.4);
    expect((wide.ci95[1] - wide.ci95[0]) / mean).toBeLessThan(0.6);
  });
});

it("the equilibrium of Kuhn poker against itself earns −1/18 in the first seat, +1/18 in the second", () => {
  const episodes = 60_000;
  const policy = nash(kuhn);
  const plan = { graph: new GameGraph(kuhn), episodes, policies: [policy, policy] as const, paired: false };
  const [t] = play([{ ...plan, chanceKey: new Rng("c").key(), actionKey: new Rng("a").key() }]);
  const sums = [0, 0];
  t?.returns.forEach((r, i) => {
    sums[i % 2] = (sums[i % 2] as number) + r;
  });
  // A game's standard deviation is about 1.3, the mean's about 0.005.
  expect(Math.abs((sums[0] as number) / episodes + 1 / 18)).toBeLessThan(0.02);
  expect(sums[1]).toBe(-(sums[0] as number));
});
