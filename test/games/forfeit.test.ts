/** The price of a forfeit, which is never worth paying. */
import { expect, it } from "vitest";
import { forfeitReturns } from "../../src/games/forfeit.ts";
import { gameIds, getGame } from "../../src/games/registry.ts";

it.each(gameIds)("a forfeit of %s costs more than any loss, and gives less than the largest win", (id) => {
  const game = getGame(id);
  for (const offender of [0, 1] as const) {
    const returns = forfeitReturns(game, offender);
    const [own, other] = offender === 0 ? returns : [returns[1], returns[0]];
    expect(own).toBeLessThan(game.utility.min);
    expect(other).toBeGreaterThan(0);
    expect(other).toBeLessThan(game.utility.max);
  }
});

it.each([
  ["ttt", -1.5, 0.5],
  ["kuhn", -3, 1],
  ["leduc", -19.5, 6.5],
] as const)("%s: %f and %f", (id, own, other) => {
  expect(forfeitReturns(getGame(id), 0)).toEqual([own, other]);
  expect(forfeitReturns(getGame(id), 1)).toEqual([other, own]);
});
