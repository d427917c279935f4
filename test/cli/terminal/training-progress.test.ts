/** What training shows of itself. */
import { expect, it } from "vitest";
import { sparkline } from "../../../src/cli/terminal/training-progress.ts";

it("the curve of a long run fits its width, from high to low", () => {
  const points = Array.from({ length: 300_000 }, (_, i) => 10 ** (-3 * (i / 300_000)));
  const curve = sparkline(points, 8);
  expect(curve).toBe("▇▆▅▅▄▃▂▁");
});
