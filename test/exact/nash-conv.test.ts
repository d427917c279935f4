/** Exact exploitability: known values, and equality with two references that share no code with it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bestResponseValue } from "../../src/exact/best-response.ts";
import { compiledGame } from "../../src/exact/compiled-game.ts";
import { evaluateExactly, nashConv } from "../../src/exact/nash-conv.ts";
import { strategyOf } from "../../src/exact/strategy.ts";
import { getGame } from "../../src/games/registry.ts";
import { greedy, type Policy, uniform } from "../../src/policies/policy.ts";
import { randomPolicy } from "../helpers.ts";
import { bruteForceNashConv } from "../reference/brute-force.ts";
import { historyBestResponse, referenceOf } from "../reference/whole-game.ts";

const exploit = (id: string, policy: Policy) => {
  const compiled = compiledGame(getGame(id));
  return nashConv(compiled, strategyOf(compiled, policy));
};
const seed = fc.nat(1_000_000);

describe("uniform play", () => {
  it.each([
    ["kuhn", 11 / 12, 12],
    ["kuhn-match", 1.11503, 5],
    ["ttt", 1.91966, 5],
    ["negotiation", 1.7886, 4],
    ["negotiation:maxQuantity=2", 1.6932, 4],
  ] as const)("%s: NashConv %d", (id, value, digits) => {
    expect(exploit(id, uniform).nashConv).toBeCloseTo(value, digits);
  });

  it("says which seat gains what", () => {
    expect(exploit("kuhn", uniform).bestResponse).toEqual([expect.closeTo(1 / 2, 12), expect.closeTo(5 / 12, 12)]);
    expect(exploit("ttt", uniform).bestResponse).toEqual([expect.closeTo(0.99479, 5), expect.closeTo(0.92487, 5)]);
  });
});

describe("policies at random", () => {
  it.each([
    ["kuhn", 60],
    ["kuhn-match:hands=2", 15],
    ["ttt", 3],
    ["negotiation:maxQuantity=1:maxTurns=5", 15],
    ["negotiation:maxQuantity=2:maxTurns=4", 8],
  ] as const)("%s: as brute force over states has it", (id, numRuns) => {
    const game = getGame(id);
    fc.assert(
      fc.property(seed, (s) => {
        const policy = randomPolicy(s);
        const found = exploit(id, policy);
        const expected = bruteForceNashConv(game, referenceOf(game, policy));
        expect(found.nashConv).toBeCloseTo(expected.nashConv, 10);
        expect(found.bestResponse[0]).toBeCloseTo(expected.bestResponse[0], 10);
        expect(found.bestResponse[1]).toBeCloseTo(expected.bestResponse[1], 10);
        // Best responses gain, and no more than the game is worth.
        expect(found.nashConv).toBeGreaterThanOrEqual(-1e-12);
        expect(found.nashConv).toBeLessThanOrEqual(game.utility.max - game.utility.min + 1e-12);
      }),
      { numRuns, seed: 7 },
    );
  });

  it.each([
    ["kuhn", 40],
    ["kuhn-match:hands=2", 6],
    ["negotiation:maxQuantity=1:maxTurns=4", 6],
  ] as const)("%s: as a walk over every history has it, with nothing merged", (id, numRuns) => {
    const game = getGame(id);
    fc.assert(
      fc.property(seed, (s) => {
        const policy = randomPolicy(s);
        const { bestResponse } = exploit(id, policy);
        for (const seat of [0, 1] as const) {
          expect(bestResponse[seat]).toBeCloseTo(historyBestResponse(game, referenceOf(game, policy), seat), 10);
        }
      }),
      { numRuns, seed: 8 },
    );
  });

  it("what a best response earns depends on the other seat's part alone", () => {
    const compiled = compiledGame(getGame("kuhn-match"));
    const [a, b] = [strategyOf(compiled, randomPolicy(1)), strategyOf(compiled, randomPolicy(2))];
    const seatOf = (entry: number) =>
      compiled.infosets[compiled.infosets.findIndex((_, i) => compiled.firstEntry[i + 1] > entry)]?.player;
    const mixed = a.map((p, entry) => (seatOf(entry) === 0 ? p : b[entry]));
    expect(bestResponseValue(compiled, mixed, 1)).toBe(bestResponseValue(compiled, a, 1));
    expect(bestResponseValue(compiled, mixed, 0)).toBe(bestResponseValue(compiled, b, 0));
    expect(bestResponseValue(compiled, a, 0)).not.toBe(bestResponseValue(compiled, b, 0));
  });
});

describe("evaluateExactly", () => {
  it("measures a policy as it samples, and its likeliest actions, ties to the first", () => {
    const lowest: Policy = {
      name: "lowest",
      distributions: (sets) => sets.map(({ actions }) => Float64Array.from(actions, (_, slot) => (slot === 0 ? 1 : 0))),
    };
    const measured = evaluateExactly(getGame("ttt"), uniform);
    expect(measured?.nashConv).toBe(exploit("ttt", uniform).nashConv);
    expect(measured?.greedyNashConv).toBe(exploit("ttt", lowest).nashConv);
    expect(measured?.greedyNashConv).toBe(2);
    const policy = randomPolicy(3);
    expect(evaluateExactly(getGame("kuhn"), policy)?.greedyNashConv).toBe(exploit("kuhn", greedy(policy)).nashConv);
  });

  it("does not measure what cannot be walked", () => {
    expect(evaluateExactly(getGame("negotiation-private"), uniform)).toBeUndefined();
  });
});
