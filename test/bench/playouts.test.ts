/** The random games that the benchmark counts are whole games of the games it names. */
import { describe, expect, it } from "vitest";
import { plainLoop, withFeatures, withText } from "../../bench/sections/playouts.ts";
import { getGame } from "../../src/games/registry.ts";
import { ttt } from "../../src/games/ttt.ts";

describe("random games", () => {
  it("are the same in the plain loop and through the API, to every feature", () => {
    for (const seed of [1, 2, 77]) expect(plainLoop(500, seed)).toEqual(withFeatures(ttt, 500, seed));
  });

  it.each(["ttt", "kuhn", "leduc", "negotiation", "connect-four", "kuhn-match:hands=3"])(
    "of %s are the same through features and through text",
    (id) => {
      const game = getGame(id);
      const [features, text] = [withFeatures(game, 100, 5), withText(game, 100, 5)];
      expect([text.decisions, text.returns]).toEqual([features.decisions, features.returns]);
      expect(features.decisions).toBeGreaterThan(100);
      expect(features.written).not.toBe(0);
      expect(text.written).toBeGreaterThan(100 * features.decisions);
    },
  );

  it.each([
    // What uniform play is worth to seat 0, and the standard deviation of one game.
    ["ttt", 0.58492 - 0.2881, 0.89],
    ["kuhn", 0.125, 1.4],
  ])("of %s are uniformly random", (id, value, deviation) => {
    const games = 40_000;
    const { returns } = withFeatures(getGame(id), games, 3);
    expect(Math.abs(returns / games - value)).toBeLessThan((4 * deviation) / Math.sqrt(games));
  });
});
