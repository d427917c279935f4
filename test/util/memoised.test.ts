import { expect, it } from "vitest";
import { memoised } from "../../src/util/memoised.ts";

it("computes once for each key, whatever the value", () => {
  const keys: object[] = [];
  const calls = memoised((key: object) => {
    keys.push(key);
    return undefined;
  });
  const [a, b] = [{}, {}];
  for (const key of [a, b, a, b, a]) expect(calls(key)).toBeUndefined();
  expect(keys).toEqual([a, b]);
  expect(keys[0]).toBe(a);
});

it("computes again after an error", () => {
  let calls = 0;
  const second = memoised((_: object) => {
    calls += 1;
    if (calls === 1) throw new Error("not yet");
    return calls;
  });
  const key = {};
  expect(() => second(key)).toThrow("not yet");
  expect([second(key), second(key)]).toEqual([2, 2]);
});
