/** `spiral train --demonstrations`, in this process. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { formatEpisode, parseEpisode } from "../../../src/record/episode.ts";
import { folder, spiral } from "../spiral.ts";

/** 32 games, which every update learns from, and one of another game in the log. */
const SETTINGS = ["--games", "kuhn", "--size", "xs", "--seed", "3", "--set", "rl.demonstrations.games=32"];
const sets = (...settings: string[]) => settings.flatMap((setting) => ["--set", setting]);

let parent: string;
let log: string;
const train = (...argv: string[]) => spiral(parent, "train", ...SETTINGS, ...argv);
const read = (run: string, file: string) => readFileSync(join(parent, run, file), "utf8");
const metrics = (run: string) =>
  read(run, "metrics.jsonl")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

beforeAll(async () => {
  parent = folder();
  log = join(parent, "games.jsonl");
  const { code, out } = await train(
    "--demonstrations",
    "nash",
    "--updates",
    "4",
    "--name",
    "nash",
    "--keep-episodes",
    "all",
  );
  expect(code).toBe(0);
  expect(out).toMatch(/^Trained 4 updates, 128 games of an expert in /m);
  const games = read("nash", "episodes.jsonl");
  const other = { game: "ttt", version: 1, index: 0, players: ["a", "b"] as const, returns: [1, -1] as const };
  writeFileSync(log, `${formatEpisode({ ...other, actions: [0, 3, 1, 4, 2] })}\n${games}`);
}, 60_000);

describe("spiral train --demonstrations", () => {
  it("learns from the games of an expert in every update, and says so", () => {
    expect(metrics("nash").map(({ demonstrations }) => demonstrations)).toEqual([undefined, true]);
    const lines = read("nash", "episodes.jsonl").trim().split("\n").map(parseEpisode);
    expect(lines.length).toBe(4 * 32);
    // The same games again, in every update.
    expect(lines.slice(32, 64).map(({ actions }) => actions)).toEqual(lines.slice(0, 32).map(({ actions }) => actions));
    expect(JSON.parse(read("nash", "manifest.json"))).not.toHaveProperty("demonstrations");
  });

  it("learns the same from a log that holds the same games", async () => {
    expect((await train("--demonstrations", log, "--updates", "4", "--name", "log")).code).toBe(0);
    for (const file of ["checkpoints/000004/model.safetensors", "checkpoints/000004/optimizer.safetensors"]) {
      expect(read("log", file)).toBe(read("nash", file));
    }
    expect(JSON.parse(read("log", "manifest.json")).demonstrations).toMatchObject({ log });
  });

  it("goes over to self-play after as many updates as it is told", async () => {
    const first = sets("rl.demonstrations.updates=2", "run.logEvery=1");
    const { out } = await train("--demonstrations", "nash", "--updates", "3", "--name", "both", ...first);
    expect(out).toContain("games of an expert and of self-play");
    expect(metrics("both").map(({ demonstrations }) => demonstrations)).toEqual([undefined, true, true, undefined]);
  });

  it("resumes with the same games only", async () => {
    const rest = ["--resume", "log", "--updates", "6"];
    const whole = readFileSync(log, "utf8");
    writeFileSync(log, whole.split("\n").slice(3).join("\n"));
    const changed = await spiral(parent, "train", ...rest);
    expect([changed.code, changed.err]).toEqual([
      3,
      `error: ${log} does not hold the games that log was started with. Put it back as it was, or start a new run.\n`,
    ]);
    writeFileSync(log, whole);
    expect((await spiral(parent, "train", ...rest)).code).toBe(0);
  });

  it.each([
    ["nsh", 2, /takes none, random, minimax, nash, .*Did you mean "nash"\?/],
    ["minimax", 2, /rl\.demonstrations\.from is "minimax": minimax does not play kuhn\./],
    ["no/such.jsonl", 3, /Cannot read no\/such\.jsonl: no such file or folder\./],
  ])("refuses %s", async (expert, code, message) => {
    for (const last of [[], ["--dry-run"]]) {
      const outcome = await train("--demonstrations", expert, "--name", "refused", ...last);
      expect(outcome.code).toBe(code);
      expect(outcome.err).toMatch(message);
      expect(() => read("refused", "manifest.json")).toThrow();
    }
  });

  it("refuses a log that lacks a game, that is damaged, or that is of other rules", async () => {
    const lines = readFileSync(log, "utf8").trim().split("\n");
    const second = parseEpisode(lines[1] as string);
    const trainOn = async (line: string, ...argv: string[]) => {
      const path = join(parent, "wrong.jsonl");
      writeFileSync(path, [lines[0], line, ...lines.slice(2, 40)].join("\n"));
      const { code, err } = await train("--demonstrations", path, ...argv);
      return `${code} ${err.replaceAll(path, "LOG")}`;
    };
    expect(await trainOn(lines[1] as string, "--games", "kuhn,leduc")).toBe(
      "2 error: LOG has no game of leduc that was played to its end, and this run learns leduc. It has games of ttt.\n",
    );
    const all = "All that is wrong: spiral replay LOG --verify\n";
    expect(await trainOn((lines[1] as string).replace("kuhn", "kuhm"))).toBe(
      `3 error: LOG:2: altered: its checksum does not match. ${all}`,
    );
    expect(await trainOn(formatEpisode({ ...second, version: 9 }))).toMatch(/^3 error: LOG:2: kuhn is at version 1/);
    expect(await trainOn(formatEpisode({ ...second, actions: [0, 7] }))).toMatch(
      /^3 error: LOG:2: action 7 .* not legal/,
    );
  });

  it("teaches a policy that writes", async () => {
    const small = sets("nn.text.width=8", "nn.text.heads=2", "nn.text.layers=1", "run.logEvery=1");
    const text = ["--policy", "text", "--updates", "6", "--name", "text", ...small];
    expect((await train("--demonstrations", log, ...text)).code).toBe(0);
    const [, first, ...rest] = metrics("text");
    expect(rest.at(-1).loss).toBeLessThan(first.loss);
    const [episode] = read("text", "episodes.jsonl").split("\n");
    expect(parseEpisode(episode as string).said?.[0]?.answers[0]?.text).toMatch(/^\[(check|bet|fold|call)\]$/);
  });
});
