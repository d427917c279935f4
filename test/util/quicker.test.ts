/** It takes the quicker way nearly always, finds out when that changes, and is not led astray by a slow try. */
import { expect, it } from "vitest";
import { Quicker } from "../../src/util/quicker.ts";

/** The ways taken in so many turns, where the n-th takes `cost(way, n)`. */
function taken(turns: number, cost: (way: 0 | 1, turn: number) => number): number[] {
  let now = 0;
  const quicker = new Quicker(() => now);
  return Array.from({ length: turns }, (_, turn) => {
    const way = quicker.begin();
    now += cost(way, turn);
    quicker.end();
    return way;
  });
}
const share = (ways: readonly number[], way: number) => ways.filter((w) => w === way).length / ways.length;

it("tries both, and keeps to the quicker", () => {
  expect(
    share(
      taken(640, (way) => [3, 2][way] as number),
      1,
    ),
  ).toBe(61 / 64);
  expect(
    share(
      taken(640, (way) => [2, 3][way] as number),
      0,
    ),
  ).toBe(61 / 64);
  expect(taken(7, (way) => [3, 2][way] as number)).toEqual([0, 0, 0, 1, 1, 1, 1]);
  // By less than a tenth, the costlier is not worth it.
  expect(taken(7, (way) => [3, 2.75][way] as number).at(-1)).toBe(0);
  expect(taken(7, (way) => [3, 2.65][way] as number).at(-1)).toBe(1);
});

it("is not led astray by a try that was disturbed", () => {
  expect(
    share(
      taken(640, (way, turn) => (turn % 64 === 4 ? 100 : ([3, 2][way] as number))),
      1,
    ),
  ).toBe(61 / 64);
});

it("changes its mind when the other becomes the quicker", () => {
  const ways = taken(640, (way, turn) => (turn < 320 ? [2, 3] : [3, 2])[way] as number);
  expect(share(ways.slice(0, 320), 0)).toBe(61 / 64);
  expect(share(ways.slice(320), 1)).toBe(61 / 64);
});
