/** The faster way is taken nearly always, also after a change, and in spite of a try that was disturbed. */
import { expect, it } from "vitest";
import { FasterOfTwo } from "../../src/util/faster-of-two.ts";

/** The ways taken in `turns` calls. The n-th takes the time `cost(way, n)`. */
function taken(turns: number, cost: (way: 0 | 1, turn: number) => number): number[] {
  let now = 0;
  const faster = new FasterOfTwo(() => now);
  return Array.from({ length: turns }, (_, turn) => {
    const way = faster.begin();
    now += cost(way, turn);
    faster.end();
    return way;
  });
}
const share = (ways: readonly number[], way: number) => ways.filter((w) => w === way).length / ways.length;

it("tries both ways, and takes the faster", () => {
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
  // Way 1 is not taken if it is faster by less than a tenth.
  expect(taken(7, (way) => [3, 2.75][way] as number).at(-1)).toBe(0);
  expect(taken(7, (way) => [3, 2.65][way] as number).at(-1)).toBe(1);
});

it("ignores a try that was disturbed", () => {
  expect(
    share(
      taken(640, (way, turn) => (turn % 64 === 4 ? 100 : ([3, 2][way] as number))),
      1,
    ),
  ).toBe(61 / 64);
});

it("changes when the other way becomes the faster", () => {
  const ways = taken(640, (way, turn) => (turn < 320 ? [2, 3] : [3, 2])[way] as number);
  expect(share(ways.slice(0, 320), 0)).toBe(61 / 64);
  expect(share(ways.slice(320), 1)).toBe(61 / 64);
});
