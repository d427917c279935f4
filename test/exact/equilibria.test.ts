/** Minimax, CFR+ and the closed form: each is an equilibrium by the exact evaluator, and by brute force. */
import { describe, expect, it } from "vitest";
import { cfrPlus, cfrPolicy } from "../../src/exact/cfr.ts";
import { type CompiledGame, compiledGame } from "../../src/exact/compiled-game.ts";
import { minimax } from "../../src/exact/minimax.ts";
import { evaluateExactly, nashConv } from "../../src/exact/nash-conv.ts";
import type { Strategy } from "../../src/exact/strategy.ts";
import { getGame } from "../../src/games/registry.ts";
import { nash } from "../../src/players/opponents.ts";
import type { Policy } from "../../src/policies/policy.ts";
import { play } from "../../src/selfplay/play.ts";
import { randomPolicy, wholeGraph } from "../helpers.ts";
import { bruteForceNashConv } from "../reference/brute-force.ts";
import { referenceOf } from "../reference/whole-game.ts";

const exactly = (id: string, policy: Policy) => evaluateExactly(getGame(id), policy)?.nashConv;

describe("minimax", () => {
  it.each(["ttt", "negotiation", "negotiation:maxQuantity=1:maxTurns=3"])("%s: cannot be exploited at all", (id) => {
    const policy = minimax(getGame(id));
    expect(exactly(id, policy)).toBe(0);
    expect(evaluateExactly(getGame(id), policy)?.greedyNashConv).toBe(0);
  });

  it("is an equilibrium of tic-tac-toe by brute force too", () => {
    const game = getGame("ttt");
    const { nashConv: found, value } = bruteForceNashConv(game, referenceOf(game, minimax(game)));
    expect([found, value]).toEqual([expect.closeTo(0, 12), expect.closeTo(0, 12)]);
  });

  it("takes every move that keeps the value, each alike", () => {
    const graph = wholeGraph(getGame("ttt"));
    const at = (key: string) => {
      const infoset = graph.infosets.find((set) => set.key === key);
      if (!infoset) throw new Error(`no board ${key}`);
      const [distribution] = minimax(getGame("ttt")).distributions([infoset]);
      return Object.fromEntries(infoset.actions.map((a, slot) => [a, distribution?.[slot]]));
    };
    // Against a corner only the centre holds; against the centre only the corners; two in a row must be stopped.
    expect(at("X........")).toEqual({ 1: 0, 2: 0, 3: 0, 4: 1, 5: 0, 6: 0, 7: 0, 8: 0 });
    expect(at("....X....")).toEqual({ 0: 0.25, 1: 0, 2: 0.25, 3: 0, 5: 0, 6: 0.25, 7: 0, 8: 0.25 });
    expect(at("XX..O....")).toMatchObject({ 2: 1 });
    expect(Object.values(at(".........")).every((p) => p === 1 / 9)).toBe(true);
  });

  it("never loses a game, and beats players at random", () => {
    const graph = wholeGraph(getGame("ttt"));
    const policies = [minimax(getGame("ttt")), randomPolicy(11)] as const;
    const [t] = play([{ graph, episodes: 2000, policies, paired: true, chanceKey: 1, actionKey: 2 }]);
    const returns = Array.from({ length: 2000 }, (_, e) => t?.returns[e * 2 + (e & 1)]);
    expect(Math.min(...returns)).toBe(0);
    expect(returns.filter((r) => r === 1).length).toBeGreaterThan(1000);
  });
});

/** The average strategy after so many iterations. */
function averageAfter(compiled: CompiledGame, iterations: number): Strategy {
  const solver = cfrPlus(compiled);
  solver.iterate(iterations);
  return solver.average();
}

describe("CFR+", () => {
  it("on Kuhn poker falls as measured: below 0.01 in 50 iterations, 1e-3 in 250, to the value −1/18", () => {
    const compiled = compiledGame(getGame("kuhn"));
    const at = (iterations: number) => nashConv(compiled, averageAfter(compiled, iterations)).nashConv;
    expect(at(50)).toBeLessThan(1e-2);
    expect(at(250)).toBeLessThan(1e-3);
    const game = getGame("kuhn");
    const { nashConv: found, value } = bruteForceNashConv(game, referenceOf(game, cfrPolicy(game)));
    expect(found).toBeLessThan(1e-3);
    expect(value).toBeCloseTo(-1 / 18, 4);
  });

  it("on the match of five hands finds its value, −0.00687, and hardly can be exploited", () => {
    const game = getGame("kuhn-match");
    const { nashConv: found, value } = bruteForceNashConv(game, referenceOf(game, nash(game)));
    expect(found).toBeLessThan(2e-3);
    expect(Math.abs(value - -0.00687)).toBeLessThan(2e-4);
  });

  it("starts uniform", () => {
    const compiled = compiledGame(getGame("kuhn"));
    expect([...averageAfter(compiled, 0)]).toEqual(Array(24).fill(0.5));
  });

  it("goes on where it stood: 3 and 4 iterations are 7", () => {
    const compiled = compiledGame(getGame("kuhn"));
    const solver = cfrPlus(compiled);
    solver.iterate(3);
    const early = solver.average();
    const copy = [...early];
    solver.iterate(4);
    expect(solver.iterations).toBe(7);
    expect(solver.average()).toEqual(averageAfter(compiled, 7));
    // What was handed out stays as it was.
    expect([...early]).toEqual(copy);
  });

  it("on Kuhn poker keeps falling, to below 1e-4 in 4000 iterations", () => {
    const compiled = compiledGame(getGame("kuhn"));
    const solver = cfrPlus(compiled);
    const distances = [10, 90, 900, 3000].map((times) => {
      solver.iterate(times);
      return nashConv(compiled, solver.average()).nashConv;
    });
    expect(distances).toEqual([...distances].sort((a, b) => b - a));
    expect(distances.at(-1)).toBeLessThan(1e-4);
  });
});

describe("the closed form for Kuhn poker", () => {
  it("is an equilibrium, whichever member of the family is asked for", () => {
    const game = getGame("kuhn");
    expect(exactly("kuhn", nash(game))).toBeLessThan(1e-12);
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const near = randomPolicy(seed);
      const graph = wholeGraph(game);
      const member = nash(game, (key) => {
        const infoset = graph.infosets.find((set) => set.key === key);
        return infoset && Array.from(near.distributions([infoset])[0] ?? []);
      });
      expect(exactly("kuhn", member)).toBeLessThan(1e-12);
    }
  });

  it("played in every hand of a match is no equilibrium of the match", () => {
    // The member of the family with α = 1/5.
    const bets: Record<string, number> = { "J:": 1 / 5, "Q:kb": 1 / 5 + 1 / 3, "K:": 3 / 5 };
    const hand = nash(getGame("kuhn"), (key) => [1 - (bets[key] ?? 0), bets[key] ?? 0]);
    const { infosets } = compiledGame(getGame("kuhn"));
    const inMatch: Policy = {
      name: "hand",
      distributions: (sets) =>
        sets.map(({ key }) => {
          const set = infosets.find((candidate) => candidate.key === key.split(":").slice(2).join(":"));
          if (!set) throw new Error(key);
          return hand.distributions([set])[0] as Float64Array;
        }),
    };
    expect(exactly("kuhn-match", inMatch)).toBeCloseTo(0.3066, 4);
  });
});
