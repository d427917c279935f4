/** Several runs, ablations and tournaments in one page: their figures are those of the command line. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageSource } from "../../src/cli/page/page-source.ts";
import { reportContents } from "../../src/cli/page/report-contents.ts";
import { servedPage } from "../../src/cli/page/served-page.ts";
import type { PageContents, PageTable } from "../../src/page/contents.ts";
import { pageHtml } from "../../src/page/html.ts";
import type { PackedContents } from "../../src/page/packed.ts";
import { type Episode, formatEpisode } from "../../src/record/episode.ts";
import { edit, folder, spiral } from "../cli/spiral.ts";
import { evaluatedRun } from "../run/curves/runs.ts";

const dir = folder();
const home = process.cwd();
beforeAll(async () => {
  process.chdir(dir);
  for (const [i, seed] of [1, 2, 3].entries()) {
    evaluatedRun("ablations/grid", `none_s${seed}`, {
      seed,
      nashConv: [0.9, 0.6 + i / 10],
      sets: ["rl.averaging=0.5"],
    });
    evaluatedRun("ablations/grid", `some_s${seed}`, { seed, nashConv: [0.9, 0.1] });
  }
  evaluatedRun("runs", "a", { nashConv: [0.75, 0.5] });
  evaluatedRun("runs", "b", { nashConv: [0.75, 0.25], sets: ["rl.averaging=0.5"] });
  await spiral(
    "runs",
    "arena",
    "nash",
    "random",
    "sloppy",
    "--games",
    "kuhn,ttt-draw",
    "--pairs",
    "3",
    "--out",
    "tournaments/cup",
  );
});
afterAll(() => process.chdir(home));

const NOTHING = { names: false, allGames: false };
const shown = (...specs: string[]): PageContents =>
  reportContents(
    pageSource(specs, "runs", () => {}),
    NOTHING,
  ).contents;
const cellsIn = (line: string): string[] => line.trim().split(/ {2,}/);
/** Every row of the tables, as the command prints it. */
const rowsOf = (tables: readonly PageTable[] | undefined): string[][] =>
  (tables ?? []).flatMap(({ rows }) => rows.map((row) => row.filter((cell) => cell !== "")));

describe("an ablation", () => {
  it("has a curve for each cell, with a band over its seeds", () => {
    const { charts, runs, facts } = shown("grid");
    expect(Object.fromEntries(facts)).toMatchObject({ runs: "6", cells: "2", seeds: "1, 2, 3" });
    const chart = charts?.find(({ title }) => title === "NashConv of kuhn, exact");
    expect(chart?.curves.map(({ name }) => name)).toEqual([
      "rl.averaging=0.5",
      expect.stringMatching(/^rl\.averaging=0\.9/),
    ]);
    // 0.7 ± 4.302653 · 0.1 / √3, by Student's t with 2 degrees of freedom; equal values have no interval.
    const half = (4.302653 * 0.1) / Math.sqrt(3);
    const [first, last] = chart?.curves[0]?.points ?? [];
    expect(first).toEqual([0, 0.9]);
    expect(last).toEqual([10, 0.7, expect.closeTo(0.7 - half, 5), expect.closeTo(0.7 + half, 5)]);
    expect(chart?.curves[1]?.points).toEqual([
      [0, 0.9],
      [10, 0.1],
    ]);
    expect(runs?.map(({ title }) => title)).toEqual([
      "rl.averaging=0.5 · seed 1",
      expect.stringMatching(/^rl\.averaging=0\.9.* · seed 1$/),
    ]);
  });

  it("is one from its first run on", () => {
    mkdirSync("ablations/begun");
    cpSync("ablations/grid/none_s1", "ablations/begun/none_s1", { recursive: true });
    expect(Object.fromEntries(shown("begun").facts)).toMatchObject({ runs: "1", cells: "1" });
  });

  it("has the table of spiral compare", async () => {
    const { out } = await spiral("runs", "compare", "ablations/grid");
    const lines = out.split("\n").map(cellsIn);
    const rows = rowsOf(shown("grid").tables);
    expect(rows).toHaveLength(3);
    expect(rows.flat().join(" ")).toContain("0.7000 [0.4516, 0.9484]");
    for (const row of rows) expect(lines).toContainEqual(row);
  });
});

describe("several runs", () => {
  it("are curves of their own, and pages of their own in the file", () => {
    const source = pageSource(["a", "b"], "runs", () => {});
    const { contents, pages } = reportContents(source, { ...NOTHING, names: true });
    expect(contents.charts?.[0]?.curves.map(({ name, points }) => [name, points.at(-1)])).toEqual([
      ["a", [10, 0.5]],
      ["b", [10, 0.25]],
    ]);
    const html = pageHtml(contents, { script: "", style: "" }, pages);
    const packed: PackedContents = JSON.parse(/id="contents">(.*?)<\/script>/s.exec(html)?.[1] ?? "");
    expect(packed.runs).toEqual([
      { key: "0", title: "a" },
      { key: "1", title: "b" },
    ]);
    expect(packed.pages?.["1"]).toMatchObject({ title: "b", games: ["kuhn"] });
    expect(packed.pages?.["1"]?.metrics.at(-1)?.evaluation?.kuhn?.nashConv).toBe(0.25);
  });

  it("are named by their settings and seeds, unless names are asked for", () => {
    evaluatedRun("runs", "secret", { sets: ["rl.averaging=0.7"] });
    edit("runs/secret/manifest.json", (text) =>
      text.replace('"status"', '"init":{"run":"hidden-run","checkpoint":"000004","sha256":""},"status"'),
    );
    const { contents, pages } = reportContents(
      pageSource(["a", "secret"], "runs", () => {}),
      NOTHING,
    );
    const data = JSON.stringify([contents, ...pages.values()]);
    for (const name of ["secret", "hidden-run", dir]) expect(data).not.toContain(name);
    expect(contents.runs?.map(({ title }) => title)).toEqual([
      expect.stringMatching(/rl\.averaging=0\.9.* · seed 1$/),
      expect.stringMatching(/init=\(\d\).* · seed 1$/),
    ]);
    rmSync("runs/secret", { recursive: true });
  });

  it("are served under their names, and those that come later too", async () => {
    cpSync("ablations/grid", "ablations/growing", { recursive: true });
    const { overview, run } = servedPage(
      pageSource(["growing"], "runs", () => {}),
      5,
    );
    const { runs, mark } = await overview.contents();
    expect(runs).toHaveLength(6);
    expect(await run("none_s1")?.contents()).toMatchObject({ title: "none_s1", games: ["kuhn"] });
    for (const name of ["none_s4", "../runs/a", "../../runs/a", "__proto__", ""]) expect(run(name)).toBeUndefined();
    evaluatedRun("ablations/growing", "none_s4", { seed: 4, sets: ["rl.averaging=0.5"] });
    expect((await overview.state()).contents).not.toBe(mark);
    expect((await overview.contents()).runs).toHaveLength(7);
    expect(run("none_s4")).toBeDefined();
  });

  it("do not lead out of an ablation by links", async () => {
    mkdirSync("ablations/linked");
    cpSync("ablations/grid/none_s1", "ablations/linked/inside", { recursive: true });
    cpSync("ablations/grid/none_s2", "ablations/linked/inside2", { recursive: true });
    symlinkSync(join(dir, "runs/a"), "ablations/linked/outside");
    const { overview, run } = servedPage(
      pageSource(["linked"], "runs", () => {}),
      5,
    );
    expect((await overview.contents()).runs?.map(({ key }) => key)).toEqual(["inside", "inside2"]);
    expect(run("outside")).toBeUndefined();
  });
});

describe("a tournament", () => {
  it("has the tables of its standings, and its games", async () => {
    const contents = shown("cup");
    const markdown = readFileSync("tournaments/cup/standings.md", "utf8").split("\n");
    const printed = markdown.map((line) =>
      line
        .split("|")
        .map((cell) => cell.trim())
        .filter((cell) => cell !== ""),
    );
    const tables = contents.tables?.slice(0, -1) ?? [];
    expect(tables.map(({ caption }) => caption)).toEqual(["All 2 games", "kuhn", "ttt-draw"]);
    for (const [player = "", place = "", ...figures] of rowsOf(tables)) {
      expect(printed).toContainEqual([place, player, ...figures]);
    }
    expect(contents.episodes).toHaveLength(
      readFileSync("tournaments/cup/episodes.jsonl", "utf8").trim().split("\n").length,
    );
    expect(contents.episodes.flatMap(({ players }) => players)).toContain("sloppy");
    expect(contents.tables?.at(-1)?.rows).toContainEqual(["nash", "24", "0"]);
  });

  it("counts forfeits, answers and tokens, and is shown without ratings that cannot be read", () => {
    cpSync("tournaments/cup", "tournaments/words", { recursive: true });
    writeFileSync("tournaments/words/standings.json", '{"players":["nash"]}');
    const answers = [
      { text: "?", illegal: "no action", promptTokens: 1000, completionTokens: 3 },
      { text: "[bet]", promptTokens: 1100, completionTokens: 4 },
    ];
    const spoken: Episode = {
      ...{ game: "kuhn", version: 1, index: 0, players: ["llm:small", "nash"], actions: [5, 1], returns: [1, -1] },
      ...{ said: [{ ply: 1, answers }], forfeit: { seat: 1, reason: "no answer" } },
    };
    writeFileSync("tournaments/words/episodes.jsonl", `${formatEpisode(spoken)}\nnot a game\n${formatEpisode(spoken)}`);
    const { tables, notes, episodes } = shown("words");
    expect(tables).toEqual([
      {
        caption: "Games played, forfeits and answers in words",
        header: ["player", "games", "forfeits", "answers", "not legal", "prompt tokens", "answer tokens"],
        rows: [
          ["llm:small", "2", "0", "4", "2", "4,200", "14"],
          ["nash", "2", "2", "0", "0", "0", "0"],
        ],
        notes: [],
      },
    ]);
    expect(notes).toEqual([
      expect.stringMatching(/^The ratings could not be read: standings\.json is damaged/),
      "1 line of the log could not be read: line 2: not valid JSON.",
    ]);
    expect(episodes).toHaveLength(2);
    rmSync("tournaments/words/standings.json");
    expect(shown("words").notes[0]).toBe("The tournament is not at its end, where the ratings are made.");
  });

  it("is served with its games", async () => {
    const { overview } = servedPage(
      pageSource(["tournaments/cup"], "runs", () => {}),
      5,
    );
    const { tables, updates } = await overview.contents();
    expect([tables?.length, updates]).toEqual([4, []]);
    const { games } = await overview.state();
    expect(games).toBeGreaterThan(6);
    expect((await overview.game(1)).players).toContain("nash");
    expect(() => overview.checkpoint(1)).toThrow("no checkpoint 1");
  });
});

it("a report of several runs is named after them, in characters that a file may have", async () => {
  expect(await spiral("runs", "report", "a", "b")).toMatchObject({ code: 0 });
  expect(existsSync("a_b.html")).toBe(true);
  const missing = await spiral("runs", "report", "a", "c");
  expect(missing).toMatchObject({ code: 3, err: expect.stringContaining('No run "c"') });
});
