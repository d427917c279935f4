/** Values of games against those that are known, and the strategies against the brute-force evaluator. */
import { describe, expect, it } from "vitest";
import { compiledGame } from "../../src/exact/compiled-game.ts";
import { expectedValue } from "../../src/exact/expected-value.ts";
import { solve } from "../../src/exact/solve.ts";
import { type Strategy, strategyOf } from "../../src/exact/strategy.ts";
import { getGame } from "../../src/games/registry.ts";
import { randomPolicy } from "../helpers.ts";
import { bruteForceNashConv, type ReferencePolicy } from "../reference/brute-force.ts";
import { referenceOf } from "../reference/whole-game.ts";

/** A strategy as the reference asks for it. */
function referenceFor(id: string, strategy: Strategy): ReferencePolicy {
  const { infosets, firstEntry } = compiledGame(getGame(id));
  const table = new Map(
    infosets.map(({ player, key }, i) => [`${player} ${key}`, [...strategy.slice(firstEntry[i], firstEntry[i + 1])]]),
  );
  return (key, player) => table.get(`${player} ${key}`) ?? [];
}

describe("solve", () => {
  it.each([
    ["kuhn", -1 / 18, 1e-4],
    ["kuhn-match", -0.00687, 1e-3],
    ["leduc", -0.0856, 0.01],
  ])("%s: the value %d, and a strategy within the tolerance, by CFR+", (id, known, tolerance) => {
    const { method, value, nashConv, iterations, strategy } = solve(getGame(id), { tolerance });
    expect(method).toBe("CFR+");
    expect(iterations).toBeGreaterThan(0);
    const reference = bruteForceNashConv(getGame(id), referenceFor(id, strategy));
    expect(reference.nashConv).toBeLessThanOrEqual(tolerance);
    expect(nashConv).toBeCloseTo(reference.nashConv, 10);
    expect(value).toBeCloseTo(reference.value, 10);
    expect(Math.abs(value - known)).toBeLessThan(tolerance);
  });

  it.each([
    ["ttt", 0],
    ["ttt-draw", -1],
    ["negotiation", 0],
  ])("%s: the value %d, and perfect play, by backward induction", (id, known) => {
    const { method, value, nashConv, iterations, strategy } = solve(getGame(id));
    expect({ method, iterations }).toEqual({ method: "backward induction", iterations: undefined });
    const reference = bruteForceNashConv(getGame(id), referenceFor(id, strategy));
    expect(Math.abs(reference.nashConv)).toBeLessThan(1e-12);
    expect(nashConv).toBeGreaterThanOrEqual(0);
    expect(nashConv).toBeLessThan(1e-12);
    expect([value, reference.value]).toEqual([expect.closeTo(known, 12), expect.closeTo(known, 12)]);
  });

  it("stops at the limit of iterations, and says how far it has come", () => {
    const kuhn = getGame("kuhn");
    const first = solve(kuhn, { tolerance: 1e-9, maxIterations: 1 });
    expect(first.iterations).toBe(1);
    const { iterations, nashConv, strategy } = solve(kuhn, { tolerance: 1e-9, maxIterations: 100 });
    expect(iterations).toBe(100);
    expect(nashConv).toBeGreaterThan(1e-9);
    expect(nashConv).toBeLessThan(first.nashConv);
    expect(nashConv).toBeCloseTo(bruteForceNashConv(kuhn, referenceFor("kuhn", strategy)).nashConv, 12);
  });

  it("iterates on while the tolerance is not reached, and no further", () => {
    const [coarse, fine] = [0.1, 1e-3].map((tolerance) => solve(getGame("kuhn"), { tolerance }));
    expect(fine?.nashConv).toBeLessThanOrEqual(1e-3);
    expect(coarse?.nashConv).toBeGreaterThan(1e-3);
    expect(coarse?.iterations).toBeLessThan(fine?.iterations as number);
  });
});

it.each(["kuhn", "ttt", "negotiation:maxQuantity=1:maxTurns=3"])(
  "expectedValue of %s at random is the reference's",
  (id) => {
    const game = getGame(id);
    const compiled = compiledGame(game);
    for (const seed of [1, 2]) {
      const policy = randomPolicy(seed);
      const { value } = bruteForceNashConv(game, referenceOf(game, policy));
      expect(expectedValue(compiled, strategyOf(compiled, policy))).toBeCloseTo(value, 10);
    }
  },
);
