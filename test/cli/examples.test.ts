/** The examples of the documentation that are cheap, run in this process; `npm run docs` writes them, and runs the others. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import {
  argvOf,
  CHEAP_PAGES,
  COSTLY_PAGES,
  examplesOf,
  filesOf,
  isShown,
  shownOf,
  typedIn,
} from "../../bench/lib/examples.ts";
import { folder, spiral } from "./spiral.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const textOf = (path: string): string => readFileSync(join(root, path), "utf8");

afterEach(() => process.chdir(root));

/** In order, as an example uses what those before it have made. */
const pagesInFolders = CHEAP_PAGES.flatMap((pages) => {
  const cwd = folder();
  return pages.map((path) => ({ path, cwd }));
});

describe.each(pagesInFolders)("$path", ({ path, cwd }) => {
  it.each(examplesOf(textOf(path)))("$command", async ({ command, withErrors, shown }) => {
    process.chdir(cwd);
    const argv = argvOf(command);
    const { out, err } = argv
      ? await spiral("runs", ...argv)
      : { out: execFileSync("sh", ["-c", command], { encoding: "utf8" }), err: "" };
    const output = withErrors ? err + out : out;
    if (shown.length > 0 && !isShown(output, shown)) expect(shown).toEqual(shownOf(output, shown));
  });
});

it("every page with an example is in a list", () => {
  const pages = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).map((path) =>
    join("docs", path),
  );
  const withExample = ["README.md", "CONTRIBUTING.md", ...pages].filter(
    (path) => path.endsWith(".md") && examplesOf(textOf(path)).length > 0,
  );
  expect([...CHEAP_PAGES, ...COSTLY_PAGES].flat().sort()).toEqual(withExample.sort());
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
    const lines = "{\n  1\n}\n{\n  2\n}\n{\n  3\n}\n";
    expect(shownOf(lines, ["…", "{", "  2", "]", "…"])).toEqual(["…", "{", "  2", "}", "…"]);
  });

  it("keeps what is left out of its lines", () => {
    expect(shownOf(output, ["a 7 ms", "x", "c is …", "d"])).toEqual(["a 7 ms", "b", "c is …", "d"]);
  });

  it.each([
    ['"seconds": 0.0015,', '"seconds": 12,'],
    ["| rae | no | 1.2 (1.1 – 1.4) | 51,200 |", "| rae | no | 11.3 | 51,200 |"],
    [
      "wasm     usable   17 GFLOPS      89 k rows/s     ← auto",
      "wasm     usable   0.92 GFLOPS   151 k rows/s    ← auto",
    ],
    ["Saved in runs/2026-11-23_2305_kuhn_s1", "Saved in runs/2027-01-01_0000_kuhn_s1"],
  ])("is the same on another machine: %s", (shown, output) => {
    expect(isShown(output, [shown])).toBe(true);
  });

  it("is a command in a block without a language or of a console", () => {
    const page = "```\n$ spiral a b\nc\n$ cat d\n```\n```sh\n$ e\n```\n```console\n$ spiral 'f'\ng\n\n```\n";
    const examples = examplesOf(page);
    expect(examples).toEqual([
      { command: "spiral a b", withErrors: false, shown: ["c"], at: 2 },
      { command: "cat d", withErrors: false, shown: [], at: 4 },
      { command: "spiral 'f'", withErrors: true, shown: ["g"], at: 10 },
    ]);
    expect(examples.map(({ command }) => argvOf(command))).toEqual([["a", "b"], undefined, undefined]);
  });

  it("has the files that the page shows, and what is typed", () => {
    expect(filesOf("```yaml a.yaml\nb: 1\n```\n```ts\nc\n```\n")).toEqual([["a.yaml", "b: 1\n"]]);
    expect(typedIn(["Your move: bet", "You win: +1", "Enter for another game, q to leave: q"])).toBe("bet\nq\n");
  });
});
