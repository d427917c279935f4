/** The curves of runs: which runs a name stands for, what tells their cells apart, and the table of their numbers. */
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { curvesCsv, curvesOf, writeEventFiles } from "../../../src/run/curves/export.ts";
import { curveRuns } from "../../../src/run/curves/runs.ts";
import { UserError } from "../../../src/util/errors.ts";
import { ablationOf, evaluatedRun } from "./runs.ts";

let parent = "";
const warnings: string[] = [];
beforeEach(() => {
  parent = join(mkdtempSync(join(tmpdir(), "spiral-curves-")), "runs");
  warnings.length = 0;
});
const read = (...specs: string[]) => curveRuns(specs, parent, (problem) => warnings.push(problem));

describe("the runs", () => {
  it("differ in the settings that say so, whatever their seeds and folders", () => {
    evaluatedRun(parent, "a", { seed: 1, sets: ["rl.advantage=rae"] });
    evaluatedRun(parent, "b", { seed: 2, sets: ["rl.advantage=rae", "run.logEvery=7"] });
    evaluatedRun(parent, "c", { seed: 1, sets: ["rl.advantage=none"] });
    expect(read("a", "b").map(({ seed, settings }) => [seed, settings])).toEqual([
      [1, {}],
      [2, {}],
    ]);
    expect(read("a", "c").map(({ settings }) => settings["rl.advantage"])).toEqual(["rae", "none"]);
  });

  it("differ in the settings of a game only if they learn it", () => {
    const [alone, both] = ["kuhn", "kuhn,pig:target=7"].map((games) => ["rl.rule=spiral", `games=${games}`]);
    evaluatedRun(parent, "a", { sets: alone });
    evaluatedRun(parent, "b", { sets: [...both, "perGame.ttt.episodes=9"] });
    evaluatedRun(parent, "c", { sets: [...both, "perGame.pig.episodes=7"] });
    const own = "perGame.pig:target=7.episodes";
    expect(read("a", "b").map(({ settings }) => settings)).toEqual(
      ["kuhn", "kuhn,pig:target=7"].map((games) => ({ games })),
    );
    expect(read("b", "c").map(({ settings }) => settings)).toEqual(
      ["256", "7"].map((episodes) => ({ [own]: episodes })),
    );
  });

  it("of an ablation have the settings that it varies, in its folder or by its path", () => {
    evaluatedRun(parent, "x_s1", { sets: ["updates=300", "rl.rule=spiral"] });
    evaluatedRun(parent, "x_s2", { seed: 2, sets: ["updates=400"] });
    ablationOf(parent, [{ settings: { "rl.rule": "auto", games: ["kuhn"] }, runs: ["x_s1", "x_s2"] }]);
    expect(read(parent).map(({ settings }) => settings)).toEqual(Array(2).fill({ "rl.rule": "auto", games: "kuhn" }));
    // Of a run that it does not name, the config says.
    evaluatedRun(parent, "x_s3", { seed: 3, sets: ["rl.rule=mirror", "games=ttt"] });
    expect(read(parent).at(-1)?.settings).toEqual({ "rl.rule": "mirror", games: "ttt" });
  });

  it("of an ablation are in the order of its grid, whenever they were trained", () => {
    for (const name of ["x", "b", "c", "a"]) evaluatedRun(parent, name, {});
    ablationOf(parent, [
      { settings: { updates: 2 }, runs: ["b", "c"] },
      { settings: { updates: 1 }, runs: ["a"] },
    ]);
    expect(read(parent).map(({ name }) => name)).toEqual(["b", "c", "a", "x"]);
  });

  it("are read once, have names of their own, and a damaged one is left out", () => {
    evaluatedRun(parent, "a", { nashConv: [1] });
    const other = join(parent, "other");
    evaluatedRun(other, "a", { nashConv: [2] });
    expect(read("a", join(parent, "a"))).toHaveLength(1);
    expect(read("a", join(other, "a")).map(({ name }) => name)).toEqual([join(parent, "a"), join(other, "a")]);
    mkdirSync(join(other, "b"));
    writeFileSync(join(other, "b", "manifest.json"), "{");
    appendFileSync(join(other, "a", "metrics.jsonl"), "nothing\n");
    expect(read(other).map(({ metrics }) => metrics.length)).toEqual([4]);
    expect(warnings).toEqual([expect.stringMatching(/left out/), expect.stringMatching(/metrics\.jsonl:2:.*left out/)]);
    expect(() => read("a@3")).toThrow(UserError);
    expect(() => read("nothing")).toThrow(/No run "nothing"/);
  });
});

describe("the table", () => {
  it("has a row for each number: run, settings, seed, update, game, name, value", () => {
    evaluatedRun(parent, "a", { nashConv: [0.5], sets: ["rl.opponents=self=0.5,pool=0.5"] });
    evaluatedRun(parent, "b", { nashConv: [0.25], seed: 2 });
    const [header, ...rows] = curvesCsv(read("a", "b")).trimEnd().split("\n");
    expect(header).toBe("run,rl.opponents,seed,update,game,name,value");
    expect(rows).toHaveLength(8);
    expect(rows[1]).toBe('a,"self=0.5,pool=0.5",1,0,kuhn,evaluation.nashConv,0.5');
    expect(rows[5]).toBe("b,self,2,0,kuhn,evaluation.nashConv,0.25");
  });

  it("is read from metrics.jsonl, for runs of earlier versions too, and has whole curves in JSON", () => {
    evaluatedRun(parent, "a", { nashConv: [0.5, 0.25] });
    const [run] = read("a").map(curvesOf);
    expect(run).toMatchObject({ run: "a", seed: 1, settings: {} });
    const curve = { game: "kuhn", name: "evaluation.nashConv", updates: [0, 10], values: [0.5, 0.25] };
    expect(run?.curves).toContainEqual(curve);
    expect(run?.curves).toHaveLength(4);
  });
});

it("event files replace those of an earlier export", () => {
  evaluatedRun(parent, "a", { nashConv: [0.5] });
  const out = join(parent, "../tb");
  for (const _ of [1, 2]) writeEventFiles(read("a"), out);
  const [file = ""] = readdirSync(join(out, "a"));
  expect(readdirSync(join(out, "a"))).toHaveLength(1);
  expect(file).toMatch(/^events\.out\.tfevents\.\d+\.spiral$/);
  expect(readFileSync(join(out, "a", file)).includes("kuhn/evaluation.nashConv")).toBe(true);
});
