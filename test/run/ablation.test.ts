/** The grid of an ablation, what its runs' metrics say, and its tables. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type Ablation,
  cellsOf,
  collapsed,
  entropiesAt,
  type GameResult,
  isFinished,
  type RunResult,
  readResult,
  runNameOf,
  settingText,
} from "../../src/run/ablation.ts";
import { ablationText } from "../../src/run/tables/ablation-table.ts";
import { UserError } from "../../src/util/errors.ts";

describe("the grid", () => {
  it("holds every combination, the last setting varying fastest", () => {
    const cells = cellsOf([
      { key: "rl.magnet.kind", values: ["averaged", "none"] },
      { key: "rl.magnet.every", values: [10, 40] },
    ]);
    expect(cells.map(({ label }) => label)).toEqual([
      "rl.magnet.kind=averaged rl.magnet.every=10",
      "rl.magnet.kind=averaged rl.magnet.every=40",
      "rl.magnet.kind=none rl.magnet.every=10",
      "rl.magnet.kind=none rl.magnet.every=40",
    ]);
    expect(cells[2]?.settings).toEqual({ "rl.magnet.kind": "none", "rl.magnet.every": 10 });
  });

  it("takes lists and texts as values", () => {
    const games = cellsOf([{ key: "games", values: [["kuhn"], ["kuhn", "ttt"]] }]);
    expect(games.map(({ label }) => label)).toEqual(["games=kuhn", "games=kuhn,ttt"]);
    expect(games.map((cell) => runNameOf(cell, 2))).toEqual(["games_kuhn_s2", "games_kuhn_ttt_s2"]);
    const [mix] = cellsOf([{ key: "rl.opponents", values: ["self=0.5,pool=0.5"] }]);
    expect(mix?.label).toBe("rl.opponents=self=0.5,pool=0.5");
    // A text as it is, and not in quotes: the key's own type reads it.
    expect(["self=0.5", ["kuhn"], 0.5, { episodes: 3 }].map(settingText)).toEqual([
      "self=0.5",
      '["kuhn"]',
      "0.5",
      '{"episodes":3}',
    ]);
  });

  it("without axes is one cell, the base", () => {
    const cells = cellsOf([]);
    expect(cells).toEqual([{ label: "", slug: "base", settings: {} }]);
    expect(cells.map((cell) => runNameOf(cell, 1))).toEqual(["base_s1"]);
  });

  it("names every run in letters that file systems take, no two alike", () => {
    const values = ["self=0.5,pool=0.5", "self=0.5, pool=0.5", "SELF=0.5,pool=0.5", "a/../b", "x".repeat(300), "…"];
    const cells = cellsOf([
      { key: "rl.opponents", values },
      { key: "games", values: [["negotiation:maxQuantity=5"], ["kuhn"]] },
    ]);
    const names = cells.flatMap((cell) => [1, 1000].map((seed) => runNameOf(cell, seed)));
    expect(names).toHaveLength(24);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(24);
  });
});

/** A run's folder with these lines of metrics. */
function runWith(...lines: (object | string)[]): string {
  const dir = mkdtempSync(join(tmpdir(), "spiral-ablation-"));
  mkdirSync(join(dir, "a"));
  const text = lines.map((line) => (typeof line === "string" ? line : `${JSON.stringify(line)}\n`)).join("");
  writeFileSync(join(dir, "a", "metrics.jsonl"), text);
  return dir;
}

const measured = (nashConv: number, greedyNashConv = 0.5) => ({ kuhn: { nashConv, greedyNashConv } });
const LINES = [
  { update: 0, episodes: 0, decisions: 0, evaluation: measured(0.9), seconds: 0.1 },
  { update: 4, episodes: 64, entropy: { kuhn: 0.6 }, evaluation: measured(0.1), seconds: 1 },
  { update: 6, episodes: 96, entropy: { kuhn: 0.5 }, seconds: 2 },
  { update: 8, episodes: 128, entropy: { kuhn: 0.4 }, evaluation: measured(0.3, 1), seconds: 3 },
];

describe("a run's metrics", () => {
  it("give the last evaluation and the best, the last entropy, and what it cost", () => {
    expect(readResult(runWith(...LINES), "a", 5)).toEqual({
      seed: 5,
      run: "a",
      seconds: 3,
      episodes: 128,
      games: { kuhn: { nashConv: 0.3, greedyNashConv: 1, bestNashConv: 0.1, entropy: 0.4 } },
    });
  });

  it("give the best of more evaluations than a function takes arguments", () => {
    const line = (nashConv: number) =>
      `${JSON.stringify({ update: 1, episodes: 8, seconds: 1, evaluation: measured(nashConv) })}\n`;
    const text = `${line(0.1)}${line(0.2).repeat(150_000)}`;
    expect(readResult(runWith(text), "a", 1).games.kuhn).toMatchObject({ nashConv: 0.2, bestNashConv: 0.1 });
  });

  it("give nothing of a game that has no exact value", () => {
    const last = {
      update: 8,
      episodes: 1,
      seconds: 1,
      evaluation: { large: { meanReturnVsRandom: 0.5 }, ...measured(0.2) },
    };
    expect(Object.keys(readResult(runWith(last), "a", 1).games)).toEqual(["kuhn"]);
  });

  it("give the entropy as it was logged at an update, or before it", () => {
    const run = join(runWith(...LINES), "a");
    expect([3, 4, 7, 100].map((update) => entropiesAt(run, update).kuhn)).toEqual([undefined, 0.6, 0.5, 0.4]);
  });

  it.each<[string, string, RegExp]>([
    ["of one torn line", runWith('{"update":8,"epi'), /metrics\.jsonl holds no whole line.*\. Delete .*a /],
    ["empty", runWith(), /metrics\.jsonl holds no whole line with an evaluation/],
    ["missing", mkdtempSync(join(tmpdir(), "spiral-ablation-")), /metrics\.jsonl holds no whole line/],
  ])("that are %s: exit 3, with the place", (_, dir, reason) => {
    const read = () => readResult(dir, "a", 1);
    expect(read).toThrow(UserError);
    expect(read).toThrow(reason);
    expect(read).toThrow(expect.objectContaining({ exitCode: 3 }));
  });

  it("are read line by line: a line that is damaged is left out and named", () => {
    const damaged = ["null", '"x"', "{}", "[1]", "7", '{"update":', `{"update":8,"episodes":1,"seconds":1e999}`];
    const bad = { update: 9, episodes: 1, seconds: 1, evaluation: { kuhn: { nashConv: "0" } } };
    const text = [...damaged, ...LINES.map((line) => JSON.stringify(line)), JSON.stringify(bad), "torn"].join("\n");
    const dir = runWith(text);
    const problems: string[] = [];
    expect(readResult(dir, "a", 5, (problem) => problems.push(problem))).toEqual(readResult(runWith(...LINES), "a", 5));
    expect(problems).toHaveLength(damaged.length + 1);
    for (const line of [1, 2, 3, 4, 5, 6, 7, 12]) {
      expect(problems.join("\n")).toMatch(
        new RegExp(`metrics\\.jsonl:${line}: not a line of metrics \\(.+\\); left out`),
      );
    }
    expect(problems.at(-1)).toContain("evaluation.kuhn.nashConv: ");
    expect(entropiesAt(join(dir, "a"), 7)).toEqual({ kuhn: 0.5 });
  });

  it("count where the manifest says that the run is finished", () => {
    const dir = runWith(...LINES);
    const path = join(dir, "a", "manifest.json");
    const manifest = { schema: 1, spiral: "0.1.0", name: "a", argv: [], games: ["kuhn"], seed: 1, updates: 8 };
    const rest = { node: "v20", platform: "linux-x64", backend: "js", started: "", resumed: [], ended: null };
    expect(isFinished(dir, "a")).toBe(false);
    for (const status of ["running", "interrupted", "failed", "finished"]) {
      writeFileSync(path, JSON.stringify({ ...manifest, ...rest, status }));
      expect(isFinished(dir, "a")).toBe(status === "finished");
    }
    writeFileSync(path, "{");
    expect(() => isFinished(dir, "a")).toThrow(/manifest\.json is not valid JSON/);
  });
});

const result = (nashConv: number, bestNashConv = nashConv, entropy = 0.5): GameResult => ({
  nashConv,
  greedyNashConv: 1,
  bestNashConv,
  entropy,
});

it.each([
  ["that stays at its best", result(0.01), false],
  ["that ends at twice its best", result(0.2, 0.1), false],
  ["that ends above twice its best", result(0.21, 0.1), true],
  ["that rises within the noise", result(0.02, 0.001), false],
  ["that rises above the noise", result(0.021, 0.001), true],
  ["that never got anywhere", result(1.9), false],
  ["whose play is a single line", result(0, 0, 0.0009), true],
  ["whose play is hardly varied", result(0, 0, 0.001), false],
])("a run %s: collapsed or not", (_, measure, expected) => {
  expect(collapsed(measure)).toBe(expected);
});

const run = (seed: number, games: RunResult["games"], seconds = 1): RunResult => ({
  seed,
  run: `x_s${seed}`,
  seconds,
  episodes: 1000 * seed,
  games,
});
const ablation = (more: Partial<Ablation>): Ablation => ({
  name: "mine",
  updates: 8,
  seeds: 3,
  cells: [],
  variance: [],
  ...more,
});

describe("the table", () => {
  it("of one game: median and range, or one number where they are alike, and the mean with its interval", () => {
    const runs = [run(1, { kuhn: result(0.5) }), run(2, { kuhn: result(0.1) }), run(3, { kuhn: result(0.2) }, 2.5)];
    const text = ablationText(
      ablation({ about: "Why.\n", cells: [{ label: "rl.advantage=rae", settings: {}, runs }] }),
    );
    expect(text).toBe(
      [
        "## mine",
        "",
        "Why.",
        "",
        "8 updates, 3 seeds; median (range) over seeds, mean [95 % interval].",
        "",
        "|  | kuhn, NashConv | mean [95 %] | greedy | collapsed | seconds | games |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        "| rl.advantage=rae | 0.2000 (0.1000 – 0.5000) | 0.2667 [0.0000, 0.7838] | 1.00 | no | 1.0 (1.0 – 2.5) | 2,000 |",
        "",
      ].join("\n"),
    );
  });

  it("of several games: a dash where a cell has none of it, and how many runs collapsed", () => {
    const text = ablationText(
      ablation({
        updates: null,
        seeds: 1,
        cells: [
          { label: "games=kuhn", settings: {}, runs: [run(1, { kuhn: result(0.5, 0.1) })] },
          { label: "games=kuhn,ttt", settings: {}, runs: [run(1, { kuhn: result(0.25), ttt: result(0) })] },
          { label: "games=large", settings: {}, runs: [run(1, {})] },
        ],
      }),
    );
    expect(text.split("\n").slice(2)).toEqual([
      "1 seed; median (range) over seeds.",
      "",
      "|  | kuhn, NashConv | greedy | collapsed | ttt, NashConv | greedy | collapsed | seconds | games |",
      `|${" ---: |".repeat(9).replace(" ---: ", " --- ")}`,
      "| games=kuhn | 0.5000 | 1.00 | **1 of 1** | – | – | – | 1.0 | 1,000 |",
      "| games=kuhn,ttt | 0.2500 | 1.00 | no | 0.0000 | 1.00 | no | 1.0 | 1,000 |",
      "| games=large | – | – | – | – | – | – | 1.0 | 1,000 |",
      "",
    ]);
  });

  it("is written in another form where one is given", () => {
    const cells = [{ label: "a", settings: {}, runs: [run(1, { kuhn: result(0.5, 0.1) })] }];
    const text = ablationText(ablation({ cells, seeds: 1 }), {
      heading: (name) => name.toUpperCase(),
      strong: (bad) => `${bad}!`,
      table: (header, rows) => [header, ...rows].map((row) => row.join("; ")).join("\n"),
    });
    expect(text).toBe(
      "MINE\n\n8 updates, 1 seed; median (range) over seeds.\n\n; kuhn, NashConv; greedy; collapsed; seconds; games\n" +
        "a; 0.5000; 1.00; 1 of 1!; 1.0; 1,000\n",
    );
  });

  it("has as many columns in every line, whatever there is to show", () => {
    const cells = [{ label: "", settings: {}, runs: [run(1, {})] }];
    const lines = ablationText(ablation({ cells }))
      .split("\n")
      .filter((line) => line.startsWith("|"));
    expect(lines.map((line) => line.split("|").length)).toEqual([5, 5, 5]);
  });

  it("of thoughts: a row per cell and game, words by role, gaps, and how many seeds are how far apart", () => {
    const role = (thinking: number, information?: number, invalid = 0) => ({
      ...{ thinking, invalid, truncated: 0 },
      ...(information === undefined ? {} : { information }),
    });
    const of = (first: number, second: number): GameResult => ({
      ...result(0.25),
      writing: { first: role(first, 0.125), second: role(second, 0.5, 0.5) },
    });
    const apart = [of(0.25, 1.5), of(3, 1), of(1, 1.25)].map((game, i) => run(i + 1, { kuhn: game }));
    const both = [run(1, { kuhn: of(1, 1.5), ttt: { ...result(0), writing: { X: role(0, 0) } } })];
    const silent = [run(1, { kuhn: { ...result(0.5), writing: { first: role(0), second: role(0) } } })];
    const cells = [apart, both, silent].map((runs, i) => ({ label: `cell ${i}`, settings: {}, runs }));
    const text = ablationText(ablation({ cells }));
    expect(text.split("\n").slice(-5, -1)).toEqual([
      `| --- |${" ---: |".repeat(9)}`,
      "| cell 0 | 1.00 (0.25 – 3.00) | 1.25 (1.00 – 1.50) | 1.25 (0.25 – 2.00) | 2 of 3 | 1 of 3 | 1 of 3 | 0.13 | 0.50 | 0.25 (0.00 – 0.50) |",
      "| cell 1: kuhn | 1.00 | 1.50 | 0.50 | 0 of 1 | 1 of 1 | 0 of 1 | 0.13 | 0.50 | 0.25 (0.00 – 0.50) |",
      "| cell 1: ttt | 0.00 | – | – | – | – | – | 0.00 | – | 0.00 |",
    ]);
    expect(ablationText(ablation({ cells: cells.slice(2) }))).not.toContain("Words of thought");
  });

  it("of the variance: a row per game and checkpoint, ratios over seeds, a dash where there are none", () => {
    const at = (seed: number, update: number, rae: number | null) => ({
      ...{ game: "kuhn", seed, update, entropy: seed / 10 },
      ratios: { none: rae === null ? null : 1, rae },
    });
    const variance = [at(1, 2, 0.5), at(1, 4, null), at(2, 2, 0.75), at(3, 2, 0.25)];
    const text = ablationText(ablation({ cells: [{ label: "", settings: {}, runs: [run(1, {})] }], variance }));
    expect(text).toContain("Variance of the policy gradient");
    expect(text.split("\n").slice(-5, -1)).toEqual([
      "| game | update | entropy | none | rae |",
      "| --- | ---: | ---: | ---: | ---: |",
      "| kuhn | 2 | 0.20 | 1.00 | 0.50 (0.25 – 0.75) |",
      "| kuhn | 4 | 0.10 | – | – |",
    ]);
  });
});
