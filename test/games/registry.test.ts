import { describe, expect, it } from "vitest";
import { compiledGame } from "../../src/exact/compiled-game.ts";
import { gameIds, gameWithoutTalk, getGame, splitGames } from "../../src/games/registry.ts";
import { sizes } from "../../src/games/sizes.ts";
import { UserError } from "../../src/util/errors.ts";

const problems = (spec: string): readonly string[] => {
  try {
    getGame(spec);
  } catch (error) {
    if (error instanceof UserError && error.exitCode === 2) return error.problems;
    throw error;
  }
  return [];
};

describe("the registry", () => {
  it("lists its games", () => {
    const known = ["ttt", "ttt-draw", "kuhn", "kuhn-match", "leduc", "negotiation", "negotiation-private"];
    expect(gameIds).toEqual(expect.arrayContaining(known));
  });

  it("makes each game once, whatever it is called", () => {
    expect(getGame("negotiation:maxQuantity=3")).toBe(getGame("negotiation"));
    expect(getGame("negotiation:maxTurns=4:maxQuantity=5")).toBe(getGame("negotiation:maxQuantity=5:maxTurns=4"));
    expect(getGame("negotiation:maxTurns=4:maxQuantity=5").id).toBe("negotiation:maxQuantity=5:maxTurns=4");
    expect(getGame("kuhn-match:hands=5").id).toBe("kuhn-match");
  });

  it("makes games with talk of the games without", () => {
    const talking = getGame("negotiation:talk=on,maxTurns=4");
    expect(talking.id).toBe("negotiation:maxTurns=4:talk=on");
    expect(talking.withoutTalk).toBe(getGame("negotiation:maxTurns=4"));
    expect(talking).toMatchObject({ walkable: false, version: talking.withoutTalk?.version });
    expect(getGame("negotiation-private:bundles=on,talk=on").id).toBe("negotiation-private:talk=on:bundles=on");
    expect(getGame("negotiation:talk=off")).toBe(getGame("negotiation"));
    expect(getGame("biased:of=negotiation,talk=on,bonus=2").withoutTalk).toMatchObject({
      utility: { min: -3, max: 3 },
    });
    expect(() => gameWithoutTalk("negotiation:talk=on")).toThrow(/leaves talk out.* without: negotiation\.$/);
    expect(problems("negotiation:talk=yes")).toEqual(['negotiation:talk is "yes"; it takes off or on.']);
  });

  it("tells parameters from games in a list", () => {
    const list = "kuhn,connect-four:columns=4,rows=4, ttt,negotiation:maxTurns=4:maxQuantity=5, maxTurns=6,leduc";
    expect(splitGames(list)).toEqual([
      "kuhn",
      "connect-four:columns=4,rows=4",
      "ttt",
      "negotiation:maxTurns=4:maxQuantity=5, maxTurns=6",
      "leduc",
    ]);
    expect(getGame("connect-four:columns=4, rows=4")).toBe(getGame("connect-four:columns=4:rows=4"));
  });

  it("says what is walkable", () => {
    const [small, large] = [
      [
        "ttt",
        "ttt-draw",
        "connect-four:rows=4:columns=4",
        "kuhn",
        "kuhn-match",
        "leduc",
        "liars-dice",
        "liars-dice-match:dice=1",
        "negotiation",
        "pig:target=10",
      ],
      [
        "connect-four",
        "connect-four:rows=5:columns=4",
        "negotiation-private",
        "negotiation:maxQuantity=10",
        "negotiation:maxQuantity=5:maxTurns=20",
        "liars-dice:dice=2",
        "liars-dice-match",
        "pig:target=11",
      ],
    ];
    expect([...small, ...large].filter((spec) => getGame(spec).walkable)).toEqual(small);
  });

  it("knows the sizes of the walkable games without parameters", () => {
    expect([...sizes.keys()].sort()).toEqual(gameIds.filter((id) => getGame(id).walkable).sort());
    for (const [id, size] of sizes) {
      const { kind, infosets } = compiledGame(getGame(id));
      expect({ id, states: kind.length, informationSets: infosets.length }).toEqual({ id, ...size });
    }
  });

  it.each([
    { spec: "khun", says: [/Unknown game "khun"\. Did you mean "kuhn"\? Games: .*kuhn-match/] },
    { spec: "constructor", says: [/Unknown game "constructor"/] },
    { spec: "kuhn:hands=3", says: [/Game kuhn has no parameter "hands"\. It has no parameters\./] },
    {
      spec: "kuhn-match:hand=3",
      says: [/no parameter "hand"\. Did you mean "hands"\? Its parameters: hands, opener\./],
    },
    { spec: "connect-four:cols=4", says: [/Separate them by commas: connect-four:rows=6,columns=7,connect=4$/] },
    { spec: "kuhn-match:hands=26", says: [/kuhn-match:hands is "26"; it takes a whole number from 1 to 25\./] },
    { spec: "kuhn-match:hands=", says: [/hands is ""/] },
    { spec: "kuhn-match:hands=0x3", says: [/hands is "0x3"/] },
    { spec: "kuhn-match:hands=3=4", says: [/hands is "3=4"/] },
    { spec: "biased:of=khun", says: [/^biased:of is "khun"; it takes one of these games: .*\. Did you mean "kuhn"\?/] },
    { spec: "biased:of=biased,bonus=2", says: [/^biased:of is "biased"; it takes one of these games: ttt, .*/] },
    { spec: "biased:of=", says: [/^biased:of is ""/] },
    { spec: "biased:bonus=0", says: [/biased:bonus is "0"; it takes a whole number from 1 to 100\./] },
    { spec: "biased:hands=3", says: [/Game biased has no parameter "hands"\..* Its parameters: of, bonus\./] },
    { spec: "biased:of=kuhn-match,hands=26", says: [/biased:hands is "26"; it takes a whole number from 1 to 25\./] },
    { spec: "negotiation:maxQuantity=99:turns=3", says: [/maxQuantity is "99"/, /no parameter "turns"/] },
  ])("names every problem of $spec", ({ spec, says }) => {
    const found = problems(spec);
    expect(found.length).toBe(says.length);
    says.forEach((pattern, i) => {
      expect(found[i]).toMatch(pattern);
    });
  });
});
