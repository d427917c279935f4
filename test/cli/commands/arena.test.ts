/** `spiral arena`: standings that add up, and a tournament that loses nothing however often it is killed. */
import { appendFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { formatEpisode, parseEpisode } from "../../../src/record/episode.ts";
import { says, sends, serve } from "../../players/llm/server.ts";
import { contents, edit, folder, spiral, start } from "../spiral.ts";

const dir = folder();
beforeAll(async () => {
  const tiny = ["--games", "kuhn", "--size", "xs", "--updates", "4", "--set", "run.checkpointEvery=2"];
  expect(await spiral(dir, "train", ...tiny, "--name", "tiny")).toMatchObject({ code: 0 });
}, 60_000);

let count = 0;
const freshOut = (): string => join(dir, `tournament-${count++}`);
const arena = (...argv: string[]) => spiral(dir, "arena", ...argv);

describe("spiral arena", () => {
  it("rates everyone, over all games and at each, and writes what it shows", async () => {
    const out = freshOut();
    const argv = ["random", "minimax", "nash", "sloppy", "--games", "ttt,kuhn", "--pairs", "40", "--out", out];
    const shown = await arena(...argv, "--anchor", "random");
    expect(shown.code).toBe(0);
    expect(shown.out).toMatch(/^All 2 games\n +player +Elo +score +games +ttt +kuhn\n1 +nash +\+\d+ \[/m);
    expect(shown.out).toMatch(/^ +minimax +\+\d+$/m);
    expect(shown.out).toMatch(/^ttt\n.*\n1 +(nash|minimax) .* {2}· /m);
    expect(shown.out).toMatch(/random +0 \[0, 0\] /);
    expect(shown.out).toContain("Everyone against everyone, 40 pairs of games with the seats swapped, seed 1.");
    expect(shown.out).toContain("Scores and Elo at kuhn are of the return");
    expect(shown.out).toContain("minimax does not play kuhn, sat out");
    expect(shown.err).toContain(`Written to ${out}`);
    const files = contents(out);
    expect(Object.keys(files)).toEqual([
      ...["episodes.jsonl", "matches.csv", "ratings.csv", "schedule.json"],
      ...["standings.json", "standings.md", "tournament.json"],
    ]);
    // Six matches at ttt, three at kuhn.
    expect(files["episodes.jsonl"]?.trim().split("\n")).toHaveLength(9 * 80);
    expect(files["matches.csv"]?.trim().split("\n")).toHaveLength(10);
    expect(files["ratings.csv"]?.trim().split("\n")).toHaveLength(1 + 3 + 4 + 3);
    const verified = await spiral(dir, "replay", join(out, "episodes.jsonl"), "--verify");
    expect(verified).toMatchObject({ code: 0, out: "720 episodes verified, 0 mismatches\n" });

    // Again: nothing is played, and the same comes out.
    const again = await arena(...argv, "--anchor", "random", "--json");
    expect(again.err).toContain("720 of 720 games are there already.");
    expect(again.out).toBe(files["standings.json"]);
    expect(contents(out)).toEqual(files);
  });

  it("plays a gauntlet, takes checkpoints and the same games as a match does", async () => {
    const argv = ["tiny", "tiny@2", "tiny@2:greedy", "random", "--games", "kuhn", "--pairs", "30", "--gauntlet"];
    const { code, out } = await arena(...argv, "--json", "--seed", "5", "--out", freshOut());
    const standings = JSON.parse(out);
    expect(code).toBe(0);
    expect(standings).toMatchObject({ format: "gauntlet", seed: 5, pairs: 30, anchor: null, satOut: [] });
    expect(standings.matches.map(({ players }: { players: string[] }) => players)).toEqual([
      ["tiny@000004", "tiny@000002"],
      ["tiny@000004", "tiny@000002:greedy"],
      ["tiny@000004", "random"],
    ]);
    const one = await spiral(
      dir,
      "match",
      "tiny",
      "random",
      "--game",
      "kuhn",
      "--pairs",
      "30",
      "--seed",
      "5",
      "--json",
    );
    const { meanReturn, wins, losses, score } = JSON.parse(one.out);
    expect(standings.matches[2]).toMatchObject({ meanReturn: meanReturn.mean, ci95: meanReturn.ci95, wins, losses, score }); // biome-ignore format: a line
  });

  it.each([
    [["random"], "takes two players"],
    [["random", "nash", "random"], "random is named twice; a player meets others, not itself."],
    [["random", "minimax"], "minimax meets nobody at kuhn."],
    [["random", "nash", "--anchor", "rndom"], '--anchor rndom is none of the players. Did you mean "random"?'],
    [["random", "nash", "--pairs", "0"], "--pairs"],
    [["random", "nash", "--games", "ttt,tt"], 'Did you mean "ttt"?'],
    [["random", "nash", "--games", "ttt,ttt"], "names ttt twice"],
    [["random", "nsh"], 'Did you mean "nash"?'],
    [["random", "nash", "--llm-concurrency", "x"], '--llm-concurrency is "x"'],
    [["random", "nsh", "--games", "tt"], 'Did you mean "ttt"?'],
    [["random", "nsh", "--games", "tt"], 'Did you mean "nash"?'],
  ])("%j is refused, and nothing is written", async (argv, message) => {
    const out = freshOut();
    const outcome = await arena("--games", "kuhn", ...argv, "--out", out);
    expect({ code: outcome.code, out: outcome.out }).toEqual({ code: 2, out: "" });
    expect(outcome.err).toContain(message);
    expect(existsSync(out)).toBe(false);
  });

  it("takes no file for its folder", async () => {
    const file = join(dir, "no-folder");
    writeFileSync(file, "");
    const { code, err } = await arena("random", "nash", "--games", "kuhn", "--out", file);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining("is a file, not a folder. Name another") });
  });

  it("needs games", async () => {
    expect(await arena("random", "nash")).toMatchObject({ code: 2, err: expect.stringContaining("--games ttt,kuhn") });
  });

  it("refuses to go on with other players under the same names", async () => {
    const out = freshOut();
    const argv = ["tiny", "random", "--games", "kuhn", "--pairs", "4", "--out", out];
    expect(await arena(...argv)).toMatchObject({ code: 0 });
    edit(join(out, "tournament.json"), (text) => text.replace(/"identity": "[0-9a-f]{64}"/, '"identity": "0"'));
    const other = await arena(...argv);
    expect(other).toMatchObject({ code: 2, out: "" });
    expect(other.err).toContain("tiny@000004 is not the player that it was");
  });
});

describe("an interrupted tournament", () => {
  const argv = ["random", "nash", "sloppy", "--games", "ttt,kuhn", "--pairs", "150"];
  let whole: Record<string, string>;
  beforeAll(async () => {
    const out = freshOut();
    expect(await arena(...argv, "--out", out)).toMatchObject({ code: 0 });
    whole = contents(out);
  }, 120_000);

  it("killed at any instant goes on, and ends as if it never had been", async () => {
    const out = freshOut();
    const log = join(out, "episodes.jsonl");
    const size = (): number => statSync(log, { throwIfNoEntry: false })?.size ?? 0;
    const end = whole["episodes.jsonl"]?.length as number;
    let kills = 0;
    for (const share of [0, 0.02, 0.3, 0.5]) {
      const child = start("arena", ...argv, "--out", out, "--dir", dir);
      while (size() <= share * end && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 1));
      child.kill("SIGKILL");
      // It may have been quicker than we were.
      kills += (await child.done).code === 137 ? 1 : 0;
    }
    expect(kills).toBeGreaterThan(1);
    // And torn in the middle of a line, as a full disk would.
    truncateSync(log, size() - 33);
    const { code, err } = await arena(...argv, "--out", out);
    expect(code).toBe(0);
    expect(err).toMatch(/^\d+ of 1800 games are there already\./m);
    expect(contents(out)).toEqual(whole);
  }, 120_000);

  it("counts a game once, and takes no other for one of its own", async () => {
    const out = freshOut();
    const few = ["random", "nash", "--games", "kuhn", "--pairs", "10", "--out", out];
    expect(await arena(...few)).toMatchObject({ code: 0 });
    const [log, standings] = [join(out, "episodes.jsonl"), join(out, "standings.json")];
    const before = [readFileSync(log, "utf8"), readFileSync(standings, "utf8")] as const;
    const lines = before[0].trim().split("\n");
    // A line that is there twice, and one that is gone: it is played again.
    writeFileSync(log, `${[...lines.slice(0, 5), ...lines.slice(6), lines[2]].join("\n")}\n`);
    const again = await arena(...few);
    expect(again).toMatchObject({ code: 0, err: expect.stringContaining("19 of 20 games are there already.") });
    expect(readFileSync(standings, "utf8")).toBe(before[1]);
    expect(readFileSync(log, "utf8").trim().split("\n").at(-1)).toBe(lines[5]);

    for (const [line, message] of [
      [lines[0]?.replace('"index":0', '"index":2'), "altered: its checksum does not match"],
      ["{}", "not an episode"],
      [whole["episodes.jsonl"]?.split("\n", 1)[0], "no game of this tournament"],
      [formatEpisode({ ...parseEpisode(lines[0] as string), index: 20 }), "no game of this tournament"],
    ] as const) {
      writeFileSync(log, before[0]);
      appendFileSync(log, `${line}\n`);
      const outcome = await arena(...few);
      expect({ code: outcome.code, out: outcome.out }).toEqual({ code: 3, out: "" });
      expect(outcome.err).toContain(`${log}:21: `);
      expect(outcome.err).toContain(message);
    }
  });

  it("by an endpoint that dies loses nothing that had ended", async () => {
    const server = (alive: number) =>
      serve((response, request, n) => {
        const board = request.body.messages[0]?.content ?? "";
        const [first = "0"] = /Available moves: \[(\d)\]/.exec(board)?.slice(1) ?? [];
        if (n < alive) says(`[${first}]`)(response, request, n);
        else sends(403, '{"error":{"message":"no credit"}}')(response, request, n);
      });
    const out = freshOut();
    const log = join(out, "episodes.jsonl");
    const models = ["random", "llm:tiny", "nash", "--games", "ttt", "--pairs", "4", "--out", out];
    const dying = await server(30);
    const flags = ["--llm-attempts", "1", "--llm-concurrency", "2"];
    const first = await arena(...models, "--llm-base-url", dying.url, ...flags);
    expect({ code: first.code, out: first.out }).toEqual({ code: 1, out: "" });
    expect(first.err).toMatch(/\d of 24 games are kept in .*\. The same command goes on with the rest\./);
    const kept = readFileSync(log, "utf8");
    const episodes = kept.trim().split("\n").map(parseEpisode);
    expect(episodes.length).toBeGreaterThan(3);
    expect(existsSync(join(out, "standings.json"))).toBe(false);

    const answers = (lines: string): number =>
      lines
        .trim()
        .split("\n")
        .map(parseEpisode)
        .flatMap(({ said = [] }) => said.flatMap((one) => one.answers)).length;
    // The endpoint may have moved.
    const { url, asked } = await server(Number.POSITIVE_INFINITY);
    const second = await arena(...models, "--llm-base-url", url, ...flags);
    expect(second.code).toBe(0);
    expect(second.err).toContain(`${episodes.length} of 24 games are there already.`);
    const whole = readFileSync(log, "utf8");
    expect(whole.startsWith(kept)).toBe(true);
    expect(new Set(whole.trim().split("\n")).size).toBe(24);
    // It was asked about the games that were missing, and no others.
    expect(asked).toHaveLength(answers(whole) - answers(kept));

    const hotter = await arena(...models, "--llm-base-url", url, ...flags, "--llm-temperature", "1.5");
    expect(hotter).toMatchObject({ code: 2, err: expect.stringContaining("llm:tiny is not the player that it was") });
  });
});
