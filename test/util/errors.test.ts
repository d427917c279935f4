/** Suggestions for misspelt words, and the distance behind them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assertNever, didYouMean, editDistance, UserError } from "../../src/util/errors.ts";

const word = fc.string({ maxLength: 8, unit: fc.constantFrom("a", "b", "c") });

describe("the edit distance", () => {
  it("counts insertions, deletions, substitutions and swaps of neighbours", () => {
    const cases: [string, string, number][] = [
      ["", "", 0],
      ["", "abc", 3],
      ["kitten", "sitting", 3],
      ["khun", "kuhn", 1],
      ["ca", "abc", 3],
    ];
    for (const [a, b, distance] of cases) expect(editDistance(a, b), `${a} ${b}`).toBe(distance);
  });

  it("is symmetric, 0 only for equals, and no more than the longer word", () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const d = editDistance(a, b);
        expect(d).toBe(editDistance(b, a));
        expect(d === 0).toBe(a === b);
        expect(d <= Math.max(a.length, b.length) && d >= Math.abs(a.length - b.length)).toBe(true);
      }),
    );
  });
});

describe("did you mean", () => {
  const games = ["ttt", "kuhn", "kuhn-match", "negotiation", "negotiation-private"];

  it("names the nearest within reach", () => {
    expect(didYouMean("khun", games)).toBe(' Did you mean "kuhn"?');
    expect(didYouMean("Negociation", games)).toBe(' Did you mean "negotiation"?');
    expect(didYouMean("kuhnmatch", games)).toBe(' Did you mean "kuhn-match"?');
  });

  it("is silent where nothing is near", () => {
    expect(didYouMean("chess", games)).toBe("");
    expect(didYouMean("", games)).toBe("");
    expect(didYouMean("ttt", [])).toBe("");
  });
});

describe("a UserError", () => {
  it("carries its exit code, and each problem as a line", () => {
    const error = new UserError(2, ["first", "second"]);
    expect([error.exitCode, error.problems, error.message]).toEqual([2, ["first", "second"], "first\nsecond"]);
    expect(new UserError(3, "alone").problems).toEqual(["alone"]);
  });
});

it("assertNever says what it was given", () => {
  expect(() => assertNever("new member" as never)).toThrow('"new member"');
});
