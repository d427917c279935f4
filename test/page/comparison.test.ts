/** Several runs, ablations and tournaments in one page: their figures are those of the command line. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Standings } from "../../src/arena/standings.ts";
import { standingsTables } from "../../src/arena/standings-table.ts";
import { playIn } from "../../src/cli/open/tournament-folder.ts";
import { pageSource } from "../../src/cli/page/page-source.ts";
import { reportContents } from "../../src/cli/page/report-contents.ts";
import { servedPage } from "../../src/cli/page/served-page.ts";
import { getGame } from "../../src/games/registry.ts";
import type { PageContents, PageTable } from "../../src/page/contents.ts";
import { pageHtml } from "../../src/page/html.ts";
import type { PackedContents } from "../../src/page/packed.ts";
import { type Opponent, opponents } from "../../src/players/opponents.ts";
import type { PolicyPlayer } from "../../src/players/player.ts";
import { type Episode, formatEpisode } from "../../src/record/episode.ts";
import type { Ablation } from "../../src/run/ablation.ts";
import type { CreditFigures, CreditResult } from "../../src/run/credit.ts";
import { ablationText } from "../../src/run/tables/ablation-table.ts";
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

describe("an ablation that is at its end", () => {
  const figures = (x: number): CreditFigures => ({
    ...{ signal: 4, squaredBias: x, squaredBiasError: 0.01, variance: 9, meanSquaredError: 9 + x },
    ...{ rankCorrelation: x / 10, covered: 1 },
  });
  const credit = [1, 2].map((seed): CreditResult => {
    const gradient = { cosine: seed / 4, squaredBias: 0.04, squaredBiasError: 0.001, variance: 2 };
    const byPly = [{ role: "first", ply: 1, ...figures(seed) }];
    return { game: "kuhn", seed, update: 4, estimators: { rae: { gradient, all: figures(seed), byPly } } };
  });
  const variance = [1, 2].map((seed) => ({
    ...{ game: "kuhn", seed, update: 2, entropy: 0.5 },
    ratios: { none: 1, rae: seed / 4 },
  }));
  const role = { thinking: 1.5, invalid: 0, truncated: 0, information: 0.25 };
  const game = {
    nashConv: 0.5,
    greedyNashConv: 1,
    bestNashConv: 0.5,
    entropy: 0.4,
    writing: { first: role, second: role },
  };
  const ablation: Ablation = {
    ...{ name: "measured", updates: 10, seeds: 1, variance, credit },
    cells: ["/home/someone/model", "none"].map((init, i) => ({
      label: `init=${init}`,
      settings: { init },
      runs: [{ seed: 1, run: `none_s${i + 1}`, seconds: 1, episodes: 64, games: { kuhn: game } }],
    })),
  };
  beforeAll(() => {
    cpSync("ablations/grid", "ablations/measured", { recursive: true });
    writeFileSync("ablations/measured/ablation.json", JSON.stringify(ablation));
  });

  it("has its tables of thoughts, of the variance and of credit, with the figures that spiral ablate prints", () => {
    const lines = ablationText(ablation)
      .split("\n")
      .map((line) => line.replaceAll("`", ""));
    const printed = lines.map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    const named = reportContents(
      pageSource(["measured"], "runs", () => {}),
      { ...NOTHING, names: true },
    );
    const [, ...tables] = named.contents.tables ?? [];
    expect(tables.map(({ caption }) => caption.split(/[ ,;.]/)[0])).toEqual([
      ...["Words", "Variance", "Root", "Bias", "Standard", "Spearman's", "Cosine", "Bias"],
    ]);
    for (const { about, caption, header, rows } of tables) {
      expect(lines).toEqual(expect.arrayContaining([...(about?.split("\n") ?? []), caption]));
      for (const row of [header, ...rows]) expect(printed).toContainEqual(row);
    }
    expect(tables[1]?.rows).toEqual([["kuhn", "2", "0.50", "1.00", "0.38 (0.25 – 0.50)"]]);
    expect(tables[3]?.rows[0]).toEqual(["kuhn", "4", "", "", "0.61"]);
  });

  it("hides paths in the names of its cells", () => {
    const { tables } = shown("measured");
    expect(JSON.stringify(tables)).not.toContain("someone");
    expect(tables?.[1]?.rows.map(([name]) => name)).toEqual(["init=(1)", "init=(2)"]);
  });

  it("is shown without the tables of a file that is damaged, which it names", async () => {
    writeFileSync("ablations/measured/ablation.json", '{"cells":[],"credit":[{"game":1}]}');
    const { overview } = servedPage(
      pageSource(["measured"], "runs", () => {}),
      5,
    );
    const { tables, notes, runs } = await overview.contents();
    expect([tables?.length, runs?.length]).toEqual([1, 6]);
    expect(notes.join()).toMatch(/ablation\.json is not what an ablation came to \(credit\.0\.game/);
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
    // A page of a run may be opened before the overview is.
    expect(run("none_s1")).toBeDefined();
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
    const { runs, notes } = await overview.contents();
    expect(runs?.map(({ key }) => key)).toEqual(["inside", "inside2"]);
    expect(notes).toContainEqual("outside is a link, and was left out.");
    expect(run("outside")).toBeUndefined();
  });

  it("are shown without those that are damaged, hold links or have gone, which are named", async () => {
    for (const name of ["good", "bad", "gone", "linking"]) cpSync("runs/a", `runs/${name}`, { recursive: true });
    const source = pageSource(["good", "bad", "gone", "linking"], "runs", () => {});
    writeFileSync("runs/bad/config.yaml", "games: [nothing]");
    rmSync("runs/gone", { recursive: true });
    rmSync("runs/linking/metrics.jsonl");
    symlinkSync(join(dir, "runs/a/metrics.jsonl"), "runs/linking/metrics.jsonl");
    const { runs, notes } = await servedPage(source, 5).overview.contents();
    expect(runs?.map(({ key }) => key)).toEqual(["good"]);
    for (const named of [/nothing.*left out/, /No run "gone".*left out/, /linking: metrics\.jsonl is a link out/])
      expect(notes.filter((note) => named.test(note))).toHaveLength(1);
    const { contents, pages } = reportContents(source, NOTHING);
    // A report may hold what links lead to: its reader has no folder.
    expect([contents.runs?.length, pages.size]).toEqual([2, 2]);
    expect(contents.notes).toContainEqual("A run, or a part of one, could not be read.");
    for (const name of ["good", "bad", "linking"]) rmSync(`runs/${name}`, { recursive: true });
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
    rmSync("tournaments/words/schedule.json");
    // As an earlier version left it.
    expect(shown("words").notes[0]).toBe("The tournament is not at its end, where the ratings are made.");
  });

  it("has the standings so far, as the command prints them where it is stopped, and follows its log", async () => {
    cpSync("tournaments/cup", "tournaments/half", { recursive: true });
    const log = "tournaments/half/episodes.jsonl";
    const games = readFileSync(log, "utf8").trim().split("\n");
    for (const file of ["standings.json", "standings.md"]) rmSync(join("tournaments/half", file));
    writeFileSync(log, "");
    const { overview } = servedPage(
      pageSource(["half"], "runs", () => {}),
      5,
    );
    const before = await overview.contents();
    expect(before.tables).toHaveLength(1);
    expect(Object.fromEntries(before.facts)).toMatchObject({
      ...{ status: "stopped", "games played": "0 of 36", "fixtures finished": "0 of 6" },
    });

    // Two fixtures, a pair of the third, and a game without its other one.
    writeFileSync(log, `${games.slice(0, 15).join("\n")}\n`);
    expect((await overview.state()).contents).not.toBe(before.mark);
    const { facts, tables = [], notes } = await overview.contents();
    expect(Object.fromEntries(facts)).toMatchObject({ "games played": "15 of 36", "fixtures finished": "2 of 6" });
    expect(notes).toEqual([expect.stringContaining("the standings so far")]);

    const players = ["nash", "random", "sloppy"].map((name): PolicyPlayer => {
      const { plays, make } = opponents.find((one) => one.name === name) as Opponent;
      return { kind: "policy", name, plays, policy: make };
    });
    const ids = ["kuhn", "ttt-draw"].map((id) => getGame(id));
    const tournament = { games: ids, players, pairs: 3, seed: 1, gauntlet: false };
    const written = { log, append: () => {}, close: () => {} };
    const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const stopped = await playIn("tournaments/half", written, tournament, 1, undefined, AbortSignal.abort(), undefined);
    stderr.mockRestore();
    const printed = standingsTables(stopped as Standings).filter(({ rows }) => rows.length > 0);
    expect(tables.slice(0, -1).map(({ caption }) => caption)).toEqual(printed.map(({ title }) => title));
    for (const [i, { rows }] of printed.entries()) {
      expect(rowsOf([tables[i] as PageTable])).toEqual(
        rows.map(([place = "", player = "", ...figures]) => [player, place, ...figures].filter((cell) => cell !== "")),
      );
    }
    // Of kuhn alone, as no pair of the other game is there.
    expect(printed.find(({ title }) => title === "kuhn")?.rows).toHaveLength(3);
  });

  it("has none of games and players that its schedule does not name, and no damage ends it", async () => {
    cpSync("tournaments/cup", "tournaments/odd", { recursive: true });
    rmSync("tournaments/odd/standings.json");
    edit("tournaments/odd/schedule.json", (text) => text.replaceAll('"kuhn"', '"chess"'));
    const { tables, notes } = shown("odd");
    expect(tables).toHaveLength(1);
    expect(notes[0]).toMatch(/^The ratings could not be read: .*chess/);
    writeFileSync("tournaments/odd/schedule.json", "[]");
    expect(shown("odd").notes[0]).toMatch(/schedule\.json is not the schedule of a tournament/);
    rmSync("tournaments/odd/episodes.jsonl");
    expect(shown("odd").tables?.[0]?.rows).toEqual([]);
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
