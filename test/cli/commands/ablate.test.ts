/** `spiral ablate`: its plans in this process, and runs by the built program where its own processes are what is tested. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { creditOf } from "../../../src/cli/ablation/credit.ts";
import { PRESETS, withCheckpoints } from "../../../src/cli/ablation/plan.ts";
import { creditRuns } from "../../../src/cli/ablation/results.ts";
import { tasksOf } from "../../../src/cli/ablation/runs.ts";
import { getGame } from "../../../src/games/registry.ts";
import { planWith, trainRuns } from "../ablation.ts";
import { disagreements } from "../documented.ts";
import { contents, edit, folder, spiral, start } from "../spiral.ts";

const TINY = ["--games", "kuhn", "--updates", "8", "--set", "perGame.kuhn.episodes=64", "--name", "tiny"];
// Two checkpoints, as the variance of the gradient at each takes most of the time.
const EVERY = "run.checkpointEvery=4";
const GRID = ["ablate", ...TINY, "--set", EVERY, "--vary", "rl.advantage=none,rae", "--seeds", "2", "--jobs", "2"];
const RUNS = ["none_s1", "none_s2", "rae_s1", "rae_s2"].map((end) => `rl.advantage_${end}`);

const fileWith = (text: string): string => {
  const path = join(folder(), "my.yaml");
  writeFileSync(path, text);
  return path;
};

describe("the plan", () => {
  it.each(PRESETS)("of the preset %s: every cell's settings are right", (preset) => {
    const { name, about, cells, seeds } = planWith({}, preset);
    expect(name).toBe(preset);
    expect(about).toMatch(/Expected: /);
    expect(seeds).toBeGreaterThanOrEqual(3);
    expect(cells.length).toBeGreaterThanOrEqual(4);
    for (const { settings, config } of cells) {
      for (const [key, value] of Object.entries(settings)) {
        const found = key.split(".").reduce<unknown>((node, step) => (node as Record<string, unknown>)[step], config);
        // Games are named by their ids, and a map is merged into what is there.
        const expected = key === "games" ? (value as string[]).map((id) => getGame(id).id) : value;
        expect({ [key]: found }).toMatchObject({ [key]: expected });
      }
    }
  });

  it("has a preset for every file that is shipped", () => {
    const files = readdirSync(new URL("../../../configs/ablations", import.meta.url));
    expect(files.sort()).toEqual(PRESETS.map((name) => `${name}.yaml`).sort());
  });

  it("takes lists, maps, texts with commas and ids with parameters as values", () => {
    const { cells } = planWith({
      vary: [
        "games=[kuhn],[kuhn,ttt]",
        'rl.opponents=self,"self=0.5,pool=0.5"',
        "perGame.negotiation:maxQuantity=5.episodes=3,4",
      ],
    });
    expect(cells).toHaveLength(8);
    const { config, label } = cells.at(-1) as (typeof cells)[number];
    expect(config.games).toEqual(["kuhn", "ttt"]);
    expect(config.rl.opponents).toBe("self=0.5,pool=0.5");
    expect(config.perGame["negotiation:maxQuantity=5"]).toEqual({ episodes: 4 });
    expect(label).toMatch(/^games=kuhn,ttt rl\.opponents=self=0\.5,pool=0\.5 perGame/);
    const maps = planWith({ vary: ["perGame.kuhn={episodes: 5},{episodes: 6, magnet: 2}"] });
    expect(maps.cells.map((cell) => cell.config.perGame.kuhn?.episodes)).toEqual([5, 6]);
  });

  it("takes from flags what they say, and the rest from the preset or file", () => {
    const options = { games: "kuhn", updates: "7", seeds: "2", name: "other", set: ["rl.averaging=0.5"] };
    const plan = planWith({ ...options, vary: ["rl.advantage=rae,none"] }, "rae");
    expect([plan.name, plan.seeds, plan.variance]).toEqual(["other", 2, true]);
    expect(plan.cells.map(({ label }) => label)).toEqual(["rl.advantage=rae", "rl.advantage=none"]);
    for (const { config } of plan.cells) {
      expect([config.games, config.updates, config.rl.averaging]).toEqual([["kuhn"], 7, 0.5]);
    }
    const file = fileWith("games: [ttt]\nvary: {rl: {averaging: [0.5, 0.9]}}\nset: {updates: 5, rl.loss: ppo}\n");
    const own = planWith({ set: ["rl.loss=pg"] }, file);
    expect([own.name, own.seeds, own.variance, own.credit]).toEqual(["my", 3, false, false]);
    const [first] = own.cells;
    expect([first?.config.games, first?.config.updates, first?.config.rl.loss]).toEqual([["ttt"], 5, "pg"]);
    expect(own.cells.map(({ config }) => config.rl.averaging)).toEqual([0.5, 0.9]);
  });
});

it("has run.queue from a file or --set beside the runs, which do not know of it", () => {
  const vary = ["rl.averaging=0.5,0.9"];
  const { queue: none, ...without } = planWith({ games: "kuhn", vary, set: ["run.workers=0"], name: "my" });
  expect(none).toBeUndefined();
  const typed = { games: "kuhn", vary, name: "my" };
  for (const set of [["run.workers=0", "run.queue=nats://h:1"], ["run={workers: 0, queue: 'nats://h:1'}"]]) {
    expect(planWith({ ...typed, set })).toEqual({ ...without, queue: "nats://h:1" });
  }
  const file = fileWith("vary: {rl.averaging: [0.5, 0.9]}\ngames: [kuhn]\nset: {run: {workers: 0, queue: none}}\n");
  const { queue, cells } = planWith({}, file);
  expect([queue, cells.map(({ config }) => config)]).toEqual(["none", without.cells.map(({ config }) => config)]);
  expect(cells.flatMap(({ sets }) => sets).join()).not.toContain("queue");
  expect(planWith({ set: ["run.queue=nats://h:2"] }, file).queue).toBe("nats://h:2");
});

it("has checkpoints at the quarters of a run, unless a setting says otherwise", () => {
  const every = (...set: string[]): number[] => {
    const { cells } = planWith({ games: "kuhn", updates: "8", set, vary: ["rl.advantage=none,rae"] });
    return cells.map((cell) => withCheckpoints(cell).config.run.checkpointEvery);
  };
  expect(every()).toEqual([2, 2]);
  expect(every(EVERY)).toEqual([4, 4]);
});

describe("bad input", () => {
  it.each<[string[], RegExp[]]>([
    [
      ["--vary", "run.queue=nats://h:1,nats://h:2", "--set", "run={dir: x}"],
      [/--set run=\{dir: x\}: --dir says where the runs go/, /run\.queue is the same for all runs, and cannot vary/],
    ],
    [
      [],
      [
        /Nothing varies\. Name a preset \(rae, self-play, multi-game, magnet, demonstrations, thinking-collapse, credit\) or --vary/,
      ],
    ],
    [["rea"], [/There is no preset or file "rea"\. Presets: rae,/]],
    [
      ["rea", "--vary", "rl.advantage", "--seeds", "0", "--jobs", "0", "--updates", "x", "--name", "../x"],
      [
        /There is no preset or file "rea"/,
        /--vary rl\.advantage: it takes a setting and its values/,
        /--seeds is "0"; it takes a whole number from 1 to 1000/,
        /--name is "\.\.\/x"/,
        /--updates: updates is "x"/,
        /--jobs is "0"; it takes a whole number from 1 to 256/,
      ],
    ],
    [
      ["--vary", "rl.advntage=none,rae", "--set", "rl.averaging=2", "--vary", "rl.loss=pg,pop", "--games", "khn"],
      [
        /^error: --set rl\.averaging=2: rl\.averaging is 2/,
        /^error: --games: Unknown game "khn"\. Did you mean "kuhn"/,
        /^error: --vary: unknown key "rl\.advntage"\. Did you mean "advantage"/,
        /^error: --vary: rl\.loss is "pop"; it takes one of pg, ppo/,
      ],
    ],
    [["--vary", "updates=0,10"], [/^error: updates=0: a run of an ablation needs a length; updates is 0\./]],
    [
      ["--vary", "rl.critic.lambda=0.5,1.5"],
      [/^error: --vary: rl\.critic\.lambda is 1\.5; it takes a number from 0 to 1/],
    ],
    [["--vary", "rl.magnet.every=0,10"], [/^error: --vary: rl\.magnet\.every is 0/]],
    [["--vary", "games=[ttt],[ttt,ttt]"], [/^error: --vary: games names "ttt" twice/]],
    [
      ["--vary", "rl.opponents=self=0.7,pool=0.3"],
      [/"self=0\.7": the fractions must be given and sum to 1/, /"pool=0\.3": the fractions/],
    ],
    [
      ["--games", "kuhn", "--vary", "rl.opponents=self,minimax"],
      [/--vary: rl\.opponents is "minimax": minimax does not play kuhn/],
    ],
    [["--vary", "rl.advantage=rae,rae"], [/--vary: rl\.advantage names rae twice/]],
    [["--vary", "rl.loss=pg", "--vary", "rl.loss=ppo"], [/--vary: rl\.loss varies already/]],
    [["multi-game", "--games", "kuhn"], [/--games: games varies in this ablation/]],
    [
      ["--vary", "seed=1,2", "--set", "run.dir=x"],
      [/--vary: seed: --seeds says|--vary: --seeds says how many/, /--set run\.dir=x: --dir says where/],
    ],
    [["--vary", "rl.averaging=*a,0.5"], [/--vary rl\.averaging=\*a,0\.5: aliases are not supported here/]],
    [
      ["rl.ppo.clip", "updates", "rl.averaging"].flatMap((key) => [
        "--vary",
        `${key}=${Array.from({ length: 99 }, (_, i) => i)}`,
      ]),
      [/The grid has 970,299 cells; an ablation takes at most 1,000\./],
    ],
    [["--vary", "rl.loss=[pg"], [/--vary rl\.loss=\[pg: it takes a setting and its values/]],
  ])("%j: exit 2, every problem, nothing written", async (argv, expected) => {
    const dir = folder();
    const { code, out, err } = await spiral(dir, "ablate", ...argv);
    const lines = err.trim().split("\n");
    expect(lines).toEqual(expected.map((problem) => expect.stringMatching(problem)));
    expect({ code, out, left: readdirSync(dir) }).toEqual({ code: 2, out: "", left: [] });
  });

  it("a file whose name no folder can have: says how to name the ablation", async () => {
    const file = join(folder(), "my plan.yaml");
    writeFileSync(file, "vary:\n  rl.loss: [pg, ppo]\n");
    const { code, err } = await spiral(folder(), "ablate", file);
    expect({ code, err }).toEqual({
      code: 2,
      err: 'error: The ablation would be called "my plan", after its file; it takes letters, digits, ".", "_" and "-". Name it yourself with --name.\n',
    });
  });

  it.each<[string, string, RegExp[]]>([
    ["of broken YAML", "vary:\n  rl.loss: [pg\n", [/^F:3:1: /]],
    [
      "with wrong values",
      "seeds: 0\nvariance: 1\nvary:\n  rl.loss: [pg, pop]\n  rl.averaging: 0.5\nset:\n  updates: many\n",
      [
        /^F:1:8: seeds is 0; it takes/,
        /^F:2:11: variance is 1/,
        /^F:5:17: rl\.averaging takes a list/,
        /^F:7:12: updates is "many"/,
        /^F:4:12: rl\.loss is "pop"/,
      ],
    ],
    [
      "with unknown keys",
      "very: 1\nset: {sed: 1}\nvary: {rl.los: [1]}\n",
      [
        /^F:1:7: unknown key "very"\. Keys there: about, seeds, variance, credit, games, vary, set/,
        /^F:2:12: unknown key "sed"/,
        /^F:3:16: unknown key "rl\.los"/,
      ],
    ],
    ["of another form", "- rl.loss\n", [/^F:1:1: expected settings/]],
    ["with a word for a map", "vary: rl.loss\n", [/^F:1:7: vary takes settings/]],
  ])("a file %s: file, line and what is wrong", async (_, text, expected) => {
    const [dir, file] = [folder(), fileWith(text)];
    const { code, out, err } = await spiral(dir, "ablate", file);
    const found = err.replaceAll("error: ", "").replaceAll(file, "F").trim().split("\n");
    expect(found).toEqual(expected.map((problem) => expect.stringMatching(problem)));
    expect({ code, out, left: readdirSync(dir) }).toEqual({ code: 2, out: "", left: [] });
  });
});

describe("a grid of two estimators and two seeds", () => {
  let dir: string;
  let tiny: string;
  let first: { code: number; out: string; err: string };
  beforeAll(async () => {
    dir = folder();
    tiny = join(dir, "tiny");
    const set = ["updates=8", "perGame.kuhn.episodes=64", EVERY];
    await trainRuns(tiny, { games: "kuhn", set, vary: ["rl.advantage=none,rae"], seeds: "2" });
    first = await spiral(dir, ...GRID);
  }, 60_000);

  const saved = () => JSON.parse(readFileSync(join(tiny, "ablation.json"), "utf8"));
  const withoutSeconds = () => readFileSync(join(tiny, "ablation.json"), "utf8").replaceAll(/"seconds": [\d.]+/g, "");
  const checkpoints = () => Object.fromEntries(RUNS.map((run) => [run, contents(join(tiny, run, "checkpoints"))]));

  it("of finished runs writes ablation.json and the table that it prints", () => {
    expect(first.code, first.err).toBe(0);
    expect(readdirSync(tiny).sort()).toEqual(["ablation.json", "ablation.md", ...RUNS].sort());
    expect(first.out).toBe(readFileSync(join(tiny, "ablation.md"), "utf8"));
    expect(first.out).toMatch(
      /^## tiny\n\n8 updates, 2 seeds; median \(range\) over seeds, mean \[95 % interval\]\.\n/,
    );
    expect(first.out).toMatch(/^\| rl\.advantage=none \| \d\.\d{4} .*\| 512 \|$/m);
    expect(first.out).toMatch(/^\| kuhn \| 4 \| \d\.\d\d \| 1\.00 \| \d\.\d\d.* \|$/m);
    expect(first.err).toMatch(/^4 of 4 runs are finished already\.\ngradient variance measured at /);
  });

  it("says what the runs' own metrics say", () => {
    const { cells, variance } = saved();
    expect(cells.map(({ settings }: { settings: unknown }) => settings)).toEqual([
      { "rl.advantage": "none" },
      { "rl.advantage": "rae" },
    ]);
    for (const { run, seed, games } of cells.flatMap(({ runs }: { runs: [] }) => runs)) {
      const last = JSON.parse(readFileSync(join(tiny, run, "eval", "000008.json"), "utf8"));
      expect(games.kuhn).toMatchObject(last.games.kuhn);
      const { seed: own, updates } = JSON.parse(readFileSync(join(tiny, run, "manifest.json"), "utf8"));
      expect([own, updates]).toEqual([seed, 8]);
    }
    const places = variance.map(({ game, seed, update }: Record<string, unknown>) => [game, seed, update]);
    expect(places).toEqual([1, 2].flatMap((seed) => [4, 8].map((update) => ["kuhn", seed, update])));
    for (const { ratios } of variance) expect(ratios).toEqual({ none: 1, rae: expect.any(Number) });
  });

  it("has the fields of docs/json.md", () => {
    expect(disagreements("json.md", "spiral ablate --json", saved())).toEqual([]);
  });

  it("judges credit at the checkpoints of the first cell of each list of games, if a file asks for it", async () => {
    const vary = "vary: {games: [[kuhn], [ttt], [kuhn, ttt]], rl.advantage: [rae, none]}";
    const plan = planWith({ seeds: "2" }, fileWith(`credit: true\nset: {updates: 8}\n${vary}\n`));
    expect(plan.credit).toBe(true);
    const runs = ["kuhn", "ttt", "kuhn_ttt"].map((games) => `games_${games}_rl.advantage_rae`);
    const judged = creditRuns(tasksOf(plan.cells, plan.seeds)).map(({ name }) => name);
    expect(judged).toEqual([1, 2].flatMap((seed) => runs.map((run) => `${run}_s${seed}`)));

    const few = { batches: 2, episodes: 16, warmUp: { batches: 1, episodes: 16 } };
    const credit = await creditOf(tiny, [{ name: RUNS[2] as string, seed: 1 }], few);
    expect(credit.map(({ game, seed, update }) => [game, seed, update])).toEqual(
      [4, 8].map((update) => ["kuhn", 1, update]),
    );
    expect(Object.keys(credit[0]?.estimators ?? {})).toEqual([
      ...["rae", "none", "shared", "group", "group-std", "rloo", "infoset", "critic", "mirror"],
    ]);
    expect(disagreements("json.md", "spiral ablate --json", { ...saved(), credit })).toEqual([]);
  });

  it("trains what is missing, goes on with what was interrupted, skips the rest: the same result", async () => {
    const [before, bytes] = [withoutSeconds(), checkpoints()];
    const [deleted, cut, kept] = RUNS.map((run) => join(tiny, run)) as [string, string, string, string];
    rmSync(deleted, { recursive: true });
    edit(join(cut, "checkpoints.jsonl"), (text) => `${text.split("\n")[0]}\n`);
    edit(join(cut, "manifest.json"), (text) => text.replace('"finished"', '"interrupted"'));
    const metrics = readFileSync(join(kept, "metrics.jsonl"), "utf8");
    // As of a version that has no settings for a game that is not learned here.
    edit(join(kept, "config.yaml"), (text) => text.replace(/\n {2}pig: .*/, ""));
    expect(readFileSync(join(kept, "config.yaml"), "utf8")).not.toContain("pig");
    const { code, out, err } = await spiral(dir, ...GRID, "--json");
    expect(code, err).toBe(0);
    expect(err).toMatch(/^2 of 4 runs are finished already\.\nTraining 2 runs in /);
    expect(err).toMatch(/^2 of 2 runs, \d+ s: rl\.advantage=\w+, seed \d$/m);
    expect(readdirSync(tiny).sort()).toEqual(["ablation.json", "ablation.md", ...RUNS].sort());
    expect(JSON.parse(out)).toEqual(saved());
    expect(withoutSeconds()).toBe(before);
    expect(checkpoints()).toEqual(bytes);
    expect(readFileSync(join(kept, "metrics.jsonl"), "utf8")).toBe(metrics);
    expect(JSON.parse(readFileSync(join(cut, "manifest.json"), "utf8")).resumed).toHaveLength(1);
  });

  it("refuses runs that were begun with other settings, and leaves them as they are", async () => {
    const before = contents(tiny);
    const { code, err } = await spiral(dir, ...GRID, "--set", "rl.averaging=0.5");
    expect(code).toBe(2);
    expect(err.trim().split("\n")).toEqual([
      expect.stringMatching(
        /^error: .*rl\.advantage_none_s1 was begun with other settings: "averaging: 0\.9\d*" there, "averaging: 0\.5" now\.$/,
      ),
      "error: 3 more of its runs were too.",
      expect.stringMatching(/^error: Take another --name, or delete .*tiny\.$/),
    ]);
    expect(contents(tiny)).toEqual(before);
  });

  it("ends with 1 where a run fails, with the run's own words, and takes nothing away", async () => {
    const other = folder();
    const run = join(other, "tiny", "rl.loss_pg_s1");
    mkdirSync(run, { recursive: true });
    writeFileSync(join(run, "notes.txt"), "mine");
    const { code, out, err } = await spiral(other, "ablate", ...TINY, "--vary", "rl.loss=pg", "--seeds", "1");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err.split("\n").slice(1, -1)).toEqual([
      `error: ${run} ended with exit code 2.`,
      expect.stringMatching(/^error: There is a folder .*rl\.loss_pg_s1 already, which is no run/),
      "error: Run the same command to go on.",
    ]);
    expect(contents(run)).toEqual({ "notes.txt": "mine" });
  });

  it("ends with 1 where nothing can be written", async () => {
    const file = fileWith("a file");
    const { code, err } = await spiral(file, "ablate", ...TINY, "--vary", "rl.loss=pg");
    expect(code).toBe(1);
    expect(err).toMatch(/^error: Cannot write .*tiny: /);
  });
});

describe("signals", () => {
  const dir = folder();
  const long = join(dir, "two", "updates_20000_s1");
  const metrics = (): number => statSync(join(long, "metrics.jsonl"), { throwIfNoEntry: false })?.size ?? 0;

  // The second goes on with what the first has stopped.
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s to it alone ends its runs, saved, and it says how to go on", async (signal, expected) => {
    // The long run begins beside the short one, and is well under way when that is finished; it takes a minute or so.
    const grid = ["--vary", "updates=10,20000", "--seeds", "1", "--jobs", "2", "--set", "perGame.kuhn.episodes=64"];
    const before = metrics();
    const ablate = start("ablate", "--games", "kuhn", ...grid, "--name", "two", "--dir", dir);
    await ablate.line(/^1 of 2 runs/m);
    while (metrics() === before && ablate.exitCode === null) await setTimeout(10);
    ablate.kill(signal);
    const { code, out, err } = await ablate.done;
    expect({ code, out }).toEqual({ code: expected, out: "" });
    expect(err).toMatch(/^Stopped: 1 of 2 runs are finished\. Run the same command to go on\.$/m);
    expect(JSON.parse(readFileSync(join(long, "manifest.json"), "utf8"))).toMatchObject({ status: "interrupted" });
    expect(readFileSync(join(long, "checkpoints.jsonl"), "utf8")).toMatch(/"temporary":true/);
    // Its process is gone.
    expect(existsSync(join(long, "lock"))).toBe(false);
    expect(existsSync(join(dir, "two", "ablation.json"))).toBe(false);
  });
});
