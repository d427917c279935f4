/** `spiral train` in this process, on runs of a second or less. */
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { contents, folder, spiral } from "../spiral.ts";
import { interruptedCopy, TINY, trainWhole } from "./trained.ts";

/** A run of 6 updates with checkpoints after 3 and 6, and the same cut back to the first. */
let parent: string;
let whole: string;
beforeAll(async () => {
  parent = await trainWhole();
  whole = join(parent, "whole");
}, 60_000);

const interrupted = () => interruptedCopy(whole);

describe("spiral train", () => {
  it("shows how it goes on stderr; the result and what to type next on stdout", async () => {
    const settings = ["--backend", "wasm", "--set", "run.evaluateEvery=3"];
    const { code, out, err } = await spiral(folder(), "train", ...TINY, ...settings);
    expect(code).toBe(0);
    expect(err.split("\n")).toEqual([
      expect.stringMatching(/^Training .*_kuhn_s3 on wasm\. Ctrl-C saves and stops\.$/),
      ...[0, 3, 6].map((update) =>
        expect.stringMatching(new RegExp(`^update ${update}/6 +\\d+\\.\\d s +kuhn NashConv \\d\\.\\d{4}, greedy \\d`)),
      ),
      "",
    ]);
    expect(out).toMatch(/^Trained 6 updates, 1536 games of self-play in \d+\.\d s\.\n/);
    expect(out).toMatch(/^kuhn +\d\.\d{4} +\d/m);
    for (const next of ["eval", "replay", "policy --game kuhn"])
      expect(out).toMatch(new RegExp(`^ {2}.*spiral ${next} `, "m"));
  });

  it("prints one JSON object a line, the result last, the same figures as it writes", async () => {
    const dir = folder();
    const { code, out } = await spiral(dir, "train", ...TINY, "--json", "--name", "a");
    expect(code).toBe(0);
    const events = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.map(({ type, update }) => [type, update])).toEqual([
      ["evaluation", 0],
      ["evaluation", 6],
      ["result", undefined],
    ]);
    const saved = JSON.parse(readFileSync(join(dir, "a", "eval", "000006.json"), "utf8"));
    expect(events.at(-1)).toMatchObject({ run: "a", updates: 6, episodes: 1536, games: saved.games });
  });

  it("learns all three core games where none is named", async () => {
    const { out } = await spiral(folder(), "train", "--dry-run", "--json");
    expect(JSON.parse(out).games).toMatchObject({ value: ["kuhn", "ttt", "negotiation"] });
  });

  it("takes its settings from a file, --set and flags, the later over the earlier", async () => {
    const dir = folder();
    const file = join(dir, "my.yaml");
    writeFileSync(file, "games: [kuhn]\nseed: 5\nupdates: 2\n");
    const { code } = await spiral(dir, "train", file, "--size", "xs", "--set", "seed=6", "--seed", "7", "--name", "a");
    expect(code).toBe(0);
    const { seed, updates, games } = JSON.parse(readFileSync(join(dir, "a", "manifest.json"), "utf8"));
    expect({ seed, updates, games }).toEqual({ seed: 7, updates: 2, games: ["kuhn"] });
  });

  it("writes the same run from the run's own config.yaml", async () => {
    const { code } = await spiral(parent, "train", join(whole, "config.yaml"), "--name", "again");
    expect(code).toBe(0);
    const checkpoints = (run: string) => contents(join(run, "checkpoints"));
    expect(checkpoints(join(parent, "again"))).toEqual(checkpoints(whole));
  });

  it("names the folder and the run in what to type next, where a command would not find them itself", async () => {
    const { dir } = interrupted();
    await spiral(dir, "train", ...TINY, "--updates", "1", "--name", "newer");
    const { out } = await spiral(dir, "train", "--resume", "copy");
    const next = ["eval copy", "replay copy", "policy copy --game kuhn"];
    for (const command of next) expect(out).toMatch(new RegExp(`spiral ${command} --dir ${dir} `));
    const cwd = vi.spyOn(process, "cwd").mockReturnValue(dir);
    try {
      const latest = await spiral(join(dir, "runs"), "train", ...TINY, "--updates", "1");
      for (const command of ["eval", "replay", "policy --game kuhn"])
        expect(latest.out).toMatch(new RegExp(`spiral ${command} {2}`));
    } finally {
      cwd.mockRestore();
    }
  });

  it("with --dry-run checks the name, and has nothing to say of a run that is resumed", async () => {
    const dry = (...argv: string[]) => spiral(parent, "train", "--dry-run", ...argv);
    expect(await dry("--resume", "whole")).toMatchObject({ code: 2, out: "", err: expect.stringMatching(/--dry-run/) });
    const { code, out, err } = await dry("--name", "../x", "--seed", "x");
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/seed is "x"[\s\S]*--name is "\.\.\/x"/);
    expect(await dry("--name", "whole")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/There is a run "whole"/),
    });
    expect(await dry("--name", "free")).toMatchObject({ code: 0, err: "" });
  });

  it("with --dry-run writes nothing", async () => {
    const dir = folder();
    expect(await spiral(dir, "train", ...TINY, "--dry-run")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^updates +6 +--updates$/m),
    });
    expect(readdirSync(dir)).toEqual([]);
  });

  it("measures against random play what is too large to walk", async () => {
    const game = "negotiation-private:maxQuantity=1:maxTurns=2";
    const { code, out } = await spiral(folder(), "train", "--games", game, "--size", "xs", "--updates", "1", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out.trim().split("\n").at(-1) as string).games[game]).toEqual({
      meanReturnVsRandom: expect.any(Number),
    });
  });
});

describe("the results of spiral train", () => {
  const sampled = "negotiation-private:maxQuantity=1:maxTurns=2";
  const trained = async (games: string) =>
    (await spiral(folder(), "train", "--games", games, "--size", "xs", "--updates", "1")).out;

  it("are returns against random play, and are not called NashConv, if no game is solvable", async () => {
    const out = await trained(sampled);
    expect(out).toMatch(/^game +untrained +against random$/m);
    expect(out).toMatch(new RegExp(`^${sampled} +-?\\d\\.\\d{3} +-?\\d\\.\\d{3}$`, "m"));
    expect(out).toMatch(/^"against random" is the mean return over 1000 games .* too large for exact NashConv\.$/m);
    expect(out).not.toMatch(/NashConv is exact|NashConv +greedy/);
  });

  it("are in a table for each way of measuring", async () => {
    const out = await trained(`kuhn,${sampled}`);
    const headings =
      /^game +untrained +NashConv +greedy\nkuhn .*\n\ngame +untrained +against random\nnegotiation-private/m;
    expect(out).toMatch(headings);
    expect(out).toMatch(/^NashConv is exact:.*\n"against random" is .* This game is too large/m);
  });
});

describe("spiral train with bad input", () => {
  it.each<[string[], RegExp[]]>([
    [
      ["--games", "kunh,ttt,tt"],
      [/Unknown game "kunh"\. Did you mean "kuhn"\?/, /Unknown game "tt"\. Did you mean "ttt"\?/],
    ],
    [
      ["--gams", "kuhn", "--sed", "1"],
      [/"--gams"\. Did you mean "--games"\?/, /"--sed"\. Did you mean "--seed"\?/],
    ],
    [
      ["--set", "rl.magnt=1", "--seed", "-1", "--size", "l"],
      [/--size is "l"/, /"rl\.magnt"\. Did you mean "magnet"\?/, /seed is -1/],
    ],
    [["--backend", "wsm"], [/nn\.backend is "wsm".*Did you mean "wasm"\?/]],
    [["kuhn"], [/Cannot read kuhn/, /--games kuhn/]],
    [["--name", "../x", "--games", "kuhn"], [/--name is "\.\.\/x"/]],
    [["--name", "whole", "--games", "kuhn"], [/There is a run "whole".*It is finished\. Take another --name/]],
  ])("%j: exit 2, every problem, nothing written", async (argv, expected) => {
    const before = readdirSync(parent);
    const { code, out, err } = await spiral(parent, "train", ...argv);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    const lines = err.trim().split("\n");
    expect(lines).toEqual(expected.map((problem) => expect.stringMatching(problem)));
    for (const line of lines) expect(line).toMatch(/^error: /);
    expect(readdirSync(parent)).toEqual(before);
  });

  it("names file, line and reason of every problem in a config file", async () => {
    const file = join(folder(), "bad.yaml");
    writeFileSync(file, "seed: 1\nrl:\n  averaging: 1.5\n  magnt: 3\ngames: [kunh]\n");
    const { code, err } = await spiral(parent, "train", file);
    expect(code).toBe(2);
    expect(
      err
        .trim()
        .split("\n")
        .map((line) => line.replace(file, "F")),
    ).toEqual([
      expect.stringMatching(/^error: F:3:14: rl\.averaging is 1\.5/),
      expect.stringMatching(/^error: F:4:10: unknown key "rl\.magnt"/),
      expect.stringMatching(/^error: F:5:8: Unknown game "kunh"/),
    ]);
    writeFileSync(file, "seed: 1\ngames: [kuhn\n");
    expect(await spiral(parent, "train", file)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^error: .*bad\.yaml:3:1: /),
    });
  });
});

describe("spiral train where it cannot write", () => {
  it("names a runs folder that is a file", async () => {
    const file = join(folder(), "runs");
    writeFileSync(file, "");
    const { code, err } = await spiral(file, "train", ...TINY);
    expect(code).toBe(1);
    expect(err).toMatch(/^error: Cannot write .*runs/);
  });

  it.runIf(existsSync("/dev/full"))("says that the disk is full, and leaves the earlier checkpoint whole", async () => {
    const { dir, run } = interrupted();
    rmSync(join(run, "log.jsonl"));
    symlinkSync("/dev/full", join(run, "log.jsonl"));
    const { code, out, err } = await spiral(dir, "train", "--resume", "copy");
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/error: Cannot write .*log\.jsonl: the disk is full/);
    expect(err).not.toContain("internal error");
    expect(await spiral(dir, "policy", "copy@3")).toMatchObject({ code: 0 });
    rmSync(join(run, "log.jsonl"));
    expect(await spiral(dir, "train", "--resume")).toMatchObject({ code: 0 });
  });
});
