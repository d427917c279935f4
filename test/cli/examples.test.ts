/** The examples of the documentation that are cheap, run in this process; `npm run docs` writes them. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CHEAP_PAGES, examplesOf, isShown, shownOf } from "../../bench/lib/examples.ts";
import { folder, spiral } from "./spiral.ts";

describe.each(CHEAP_PAGES)("%s", (path) => {
  const examples = examplesOf(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8"));

  it.each(examples)("spiral $argv", async ({ argv, shown }) => {
    const { code, out } = await spiral(folder(), ...argv);
    expect(code).toBe(0);
    if (!isShown(out, shown)) expect(shown).toEqual(shownOf(out, shown));
  });
});

describe("an example", () => {
  const output = "a 12 ms\nb\nc is long\nd\n";
  it.each<[string, string[], boolean]>([
    ["the whole output", ["a 12 ms", "b", "c is long", "d"], true],
    ["another time", ["a 7 ms", "b", "c is long", "d"], true],
    ["lines left out", ["a 12 ms", "…", "d"], true],
    ["the rest of a line left out", ["a 12 ms", "b", "c is …", "d"], true],
    ["the end left out", ["a 12 ms", "…"], true],
    ["a missing end", ["a 12 ms", "b"], false],
    ["another line", ["a 12 ms", "x", "c is long", "d"], false],
    ["another order", ["…", "d", "…", "b", "…"], false],
  ])("with %s", (_, shown, expected) => {
    expect(isShown(output, shown)).toBe(expected);
  });

  it("is written anew with as many lines as it shows", () => {
    expect(shownOf(output, ["a 12 ms", "…", "x"])).toEqual(["a 12 ms", "…", "d"]);
    expect(shownOf(output, ["x"])).toEqual(["a 12 ms", "b", "c is long", "d"]);
  });
});
