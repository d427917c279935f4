/** A bonus for one role: returns and values shift by it, and all else is the inner game's. */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import type { Game } from "../../src/games/game.ts";
import { getGame, innerGamesOf } from "../../src/games/registry.ts";
import { bruteForceNashConv, reachable, uniformReference } from "../reference/brute-force.ts";

const CASES = [
  { spec: "biased:of=kuhn,bonus=1", id: "biased", inner: "kuhn", bonus: 1 },
  { spec: "biased:bonus=4", id: "biased:bonus=4", inner: "kuhn", bonus: 4 },
  { spec: "biased:bonus=2,of=ttt-draw", id: "biased:of=ttt-draw:bonus=2", inner: "ttt-draw", bonus: 2 },
  {
    spec: "biased:hands=2,of=kuhn-match,bonus=3",
    id: "biased:of=kuhn-match:hands=2:bonus=3",
    inner: "kuhn-match:hands=2",
    bonus: 3,
  },
];

describe.each(CASES)("$spec", ({ spec, id, inner: innerId, bonus }) => {
  const game = getGame(spec);
  const inner = getGame(innerId);

  it("is one game with one id", () => {
    expect(game.id).toBe(id);
    expect(getGame(id)).toBe(game);
  });

  it("has the states, keys and texts of the inner game, with other returns", () => {
    const nodes = reachable(game);
    expect(nodes.length).toBe(reachable(inner).length);
    for (const { state, turn } of nodes) {
      const there = inner.turn(state);
      if (there.kind === "end") {
        const [first, second] = there.returns;
        assert.deepEqual(turn, { kind: "end", returns: [first + bonus, second - bonus] });
      } else {
        assert.deepEqual(turn, there);
      }
      if (there.kind !== "player") continue;
      const texts = (g: Game) => [g.infosetKey, g.observe, g.prompt].map((text) => text?.(state, there.player));
      assert.deepEqual(texts(game), texts(inner));
      assert.deepEqual(game.canonical?.(state), inner.canonical?.(state));
    }
  });

  it("shifts the value by the bonus, and no NashConv", () => {
    const [own, there] = [game, inner].map((g) => bruteForceNashConv(g, uniformReference));
    expect(own?.value).toBeCloseTo((there?.value as number) + bonus, 12);
    expect(own?.nashConv).toBeCloseTo(there?.nashConv as number, 12);
  });
});

it.each([1, 4])("Kuhn poker with a bonus of %i has the value −1/18 + b in Kuhn's equilibria", (bonus) => {
  const game = getGame(`biased:of=kuhn,bonus=${bonus}`);
  const family = game.equilibrium?.() as ReadonlyMap<string, readonly number[]>;
  const solved = bruteForceNashConv(game, (key) => family.get(key) as readonly number[]);
  expect(solved.value).toBeCloseTo(-1 / 18 + bonus, 12);
  expect(solved.nashConv).toBeCloseTo(0, 12);
});

it("tells which games it can be made of", () => {
  expect(innerGamesOf("biased")).toMatchObject({ default: "kuhn" });
  expect(innerGamesOf("biased")?.games).not.toContain("biased");
  expect(innerGamesOf("kuhn")).toBeUndefined();
});
