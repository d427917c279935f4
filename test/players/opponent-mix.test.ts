/** The text of `rl.opponents`. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseOpponents } from "../../src/players/opponent-mix.ts";

const KNOWN = ["self", "pool", "random", "minimax"];
const parse = (text: string) => parseOpponents(text, KNOWN);

describe("reads", () => {
  it("one name, with a fraction or without", () => {
    expect(parse("pool")).toEqual([{ name: "pool", fraction: 1 }]);
    expect(parse("pool=1")).toEqual([{ name: "pool", fraction: 1 }]);
    expect(parse(" random ")).toEqual([{ name: "random", fraction: 1 }]);
  });

  it("mixtures in their order, spaces between them or not", () => {
    expect(parse("self=0.7,random=0.3")).toEqual([
      { name: "self", fraction: 0.7 },
      { name: "random", fraction: 0.3 },
    ]);
    expect(parse("minimax=.5, self=.25, pool=.25")).toEqual([
      { name: "minimax", fraction: 0.5 },
      { name: "self", fraction: 0.25 },
      { name: "pool", fraction: 0.25 },
    ]);
    // Tenths do not sum to 1 in binary.
    expect(parse("self=0.1,pool=0.2,random=0.7").length).toBe(3);
  });

  it("every mixture whose fractions sum to 1", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 4 }), (weights) => {
        const sum = weights.reduce((a, b) => a + b);
        const shares = weights.map((w, i) => ({ name: KNOWN[i] as string, fraction: w / sum }));
        expect(parse(shares.map(({ name, fraction }) => `${name}=${fraction}`).join())).toEqual(shares);
      }),
    );
  });
});

describe("refuses", () => {
  it.each([
    ["", /unknown opponent ""\. Opponents: self, pool, random, minimax/],
    ["slef", /unknown opponent "slef"\. Did you mean "self"\? Opponents: self, pool, random, minimax/],
    ["self=0.5,bob=0.5", /unknown opponent "bob"/],
    ["self,", /unknown opponent ""/],
    ["Self", /unknown opponent "Self"/],
    ["self=0", /the fraction of self is "0"; it takes a number above 0 and at most 1/],
    ["self=-0.5,pool=1.5", /the fraction of self is "-0.5"/],
    ["self=1.5", /the fraction of self is "1.5"/],
    ["self=", /the fraction of self is ""/],
    ["self=half", /the fraction of self is "half"/],
    ["self=NaN", /the fraction of self is "NaN"/],
    ["self=0.5=0.5", /the fraction of self is "0.5=0.5"/],
    ["self=1=", /the fraction of self is "1="/],
    ["self,pool", /the fractions must be given and sum to 1/],
    ["self=0.5,pool", /the fractions must be given and sum to 1/],
    ["self=0.5", /the fractions must be given and sum to 1/],
    ["self=0.5,pool=0.6", /the fractions must be given and sum to 1/],
    ["self=0.5,pool=0.49999", /the fractions must be given and sum to 1/],
    ["self=0.5,self=0.5", /self is named twice/],
    ["pool,pool", /pool is named twice/],
  ])("%j", (text, problem) => {
    expect(() => parse(text)).toThrow(problem);
  });
});
