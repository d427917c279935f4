/** Several owners' arrays in one list, and each owner's out of it again. */
import { expect, it } from "vitest";
import { withoutPrefix, withPrefix } from "../../src/nn/weights.ts";

const array = (name: string, value: number) => ({ name, shape: [1], values: Float32Array.of(value) });

it("each owner gets its own arrays back, in order, and nobody else's", () => {
  const of = (value: number) => [array("layer0.weight", value), array("adam.v.0", value)];
  const file = ["pool.1", "pool.10", "pool"].flatMap((owner, i) => withPrefix(owner, of(i)));
  expect(file.map(({ name }) => name).slice(0, 3)).toEqual([
    "pool.1.layer0.weight",
    "pool.1.adam.v.0",
    "pool.10.layer0.weight",
  ]);
  expect(withoutPrefix("pool.1", file)).toEqual(of(0));
  expect(withoutPrefix("pool.10", file)).toEqual(of(1));
  expect(withoutPrefix("poo", file)).toEqual([]);
});
