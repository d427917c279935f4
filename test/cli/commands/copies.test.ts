/** Players that draw nothing: match, arena, ladder and eval count their one pair once, and say so. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { edit, folder, spiral } from "../spiral.ts";

const dir = folder();
const [now, before] = ["tiny@4:greedy", "tiny@2:greedy"];
beforeAll(async () => {
  const tiny = ["--games", "kuhn,ttt", "--size", "xs", "--updates", "4", "--set", "run.checkpointEvery=2"];
  expect(await spiral(dir, "train", ...tiny, "--name", "tiny")).toMatchObject({ code: 0 });
}, 60_000);
const json = async (...argv: string[]) => JSON.parse((await spiral(dir, ...argv, "--json")).out);
const linesIn = (path: string): string[] => readFileSync(path, "utf8").trim().split("\n");

it("spiral match plays it once, and no test is decided by copies", async () => {
  const log = join(dir, "match.jsonl");
  const argv = ["match", now, before, "--game", "ttt", "--log", log];
  const { code, out, err } = await spiral(dir, ...argv, "--sprt", "elo0=0,elo1=20");
  expect(code).toBe(4);
  expect(out).toContain("2 games\n");
  expect(out).toContain("every pair would be the same two games. One pair was played and\ncounts once");
  expect(err).toContain("The test is undecided: one pair is too little.");
  expect(linesIn(log)).toHaveLength(2);
  const report = await json("match", now, before, "--game", "ttt", "--pairs", "100");
  expect(report).toMatchObject({ pairs: 1, deterministic: true, openings: null });
  expect(report.meanReturn.ci95[1] - report.meanReturn.ci95[0]).toBeGreaterThan(0.9);
  // Deals and draws differ from pair to pair.
  expect(await json("match", now, before, "--game", "kuhn", "--pairs", "9")).toMatchObject({ pairs: 9 });
  const sampled = await json("match", "tiny@4", before, "--game", "ttt", "--pairs", "9");
  expect(sampled).toMatchObject({ pairs: 9, deterministic: false });
});

it("spiral match draws mcts anew in each pair", async () => {
  const argv = ["match", "mcts:sims=30,seed=4", "mcts:sims=20,seed=4", "--game", "connect-four:columns=4"];
  const log = join(dir, "mcts.jsonl");
  const report = await json(...argv, "--pairs", "10", "--log", log);
  expect(report).toMatchObject({ pairs: 10, deterministic: false });
  const moves = linesIn(log).map((line) => JSON.stringify(JSON.parse(line).actions));
  expect(new Set(moves).size).toBe(20);
  expect(await json(...argv, "--pairs", "10")).toEqual(report);
});

it("--openings starts each pair somewhere else", async () => {
  const log = join(dir, "openings.jsonl");
  const argv = ["match", now, before, "--game", "ttt", "--openings", "30"];
  const { out } = await spiral(dir, ...argv, "--log", log);
  expect(out).toContain("60 games\n");
  expect(out).toContain("Each pair starts from an opening of its own, 3 plies long.");
  expect(await spiral(dir, "replay", log, "--verify")).toMatchObject({ code: 0 });
  expect(linesIn(log).every((line) => JSON.parse(line).opening === 3)).toBe(true);
  expect(await json(...argv)).toMatchObject({ pairs: 30, deterministic: false, openings: { plies: 3 } });
});

it.each([
  [["--game", "ttt", "--openings", "10", "--pairs", "11"], "each pair starts from an opening of its own"],
  [["--game", "ttt", "--openings", "5000"], "at most 183 there"],
  [["--game", "kuhn", "--openings", "5"], "At kuhn chance makes the pairs differ"],
])("--openings: %j is refused", async (argv, message) => {
  const { code, out, err } = await spiral(dir, "match", "random", "nash", ...argv);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(message);
});

it("spiral arena counts it once, in tables and files, and goes on with the same openings", async () => {
  const out = join(dir, "tournament");
  const argv = ["arena", now, before, "random", "--games", "ttt", "--pairs", "5", "--out", out];
  const shown = await spiral(dir, ...argv);
  expect(shown.out).toContain("1 of 3 matches are the same each time");
  expect(linesIn(join(out, "episodes.jsonl"))).toHaveLength(2 + 10 + 10);
  expect(linesIn(join(out, "matches.csv")).map((line) => line.split(",").at(-1))).toEqual([
    "deterministic",
    "true",
    "false",
    "false",
  ]);
  expect(readFileSync(join(out, "standings.md"), "utf8")).toContain("1 of 3 matches are the same each time");
  const again = await spiral(dir, ...argv);
  expect(again.out).toBe(shown.out);
  expect(linesIn(join(out, "episodes.jsonl"))).toHaveLength(22);

  const other = ["arena", now, before, "--games", "ttt,kuhn", "--openings", "8", "--out", join(dir, "opened")];
  const report = await json(...other);
  expect(report).toMatchObject({ pairs: 8, openings: [{ game: "ttt", plies: 2 }] });
  expect(report.matches.map(({ pairs }: { pairs: number }) => pairs)).toEqual([8, 8]);
  expect(await json(...other)).toEqual(report);
  const differs = await spiral(dir, ...other.map((word) => (word === "8" ? "9" : word)));
  expect(differs).toMatchObject({ code: 2, err: expect.stringContaining("openings: 8 there, 9 now") });
});

it("spiral arena does not go on with matches in which mcts repeated itself", async () => {
  const out = join(dir, "older");
  const argv = ["arena", "mcts:sims=2", "random", "--games", "ttt", "--pairs", "1", "--out", out];
  expect(await spiral(dir, ...argv)).toMatchObject({ code: 0 });
  // As before mcts drew anew in each pair.
  edit(join(out, "tournament.json"), (text) => text.replace("draws anew in each pair", ""));
  const again = await spiral(dir, ...argv);
  expect(again).toMatchObject({ code: 2, err: expect.stringContaining("mcts:sims=2 is not the player that it was") });
});

it("spiral ladder and spiral eval count it once", async () => {
  const ladder = ["ladder", "tiny", "--games", "ttt", "--pairs", "3", "--greedy"];
  expect((await spiral(dir, ...ladder)).out).toMatch(/^\d of \d+ matches are the same each time/m);
  expect((await json(...ladder)).deterministic).toBeGreaterThan(0);

  const argv = ["eval", "tiny", "--games", "ttt", "--greedy", "--vs", `${before},random,mcts:sims=5`];
  expect((await spiral(dir, ...argv)).out).toContain(
    "neither side draws anything, so every pair would be the same two games.\nOne pair was played, and counts once.",
  );
  // In an evaluation mcts is one policy, as its page promises.
  const [copies, drawn, mcts] = (await json(...argv)).games.ttt.versus;
  expect(copies).toMatchObject({ episodes: 2, deterministic: true });
  expect(drawn).toMatchObject({ episodes: 1000, deterministic: false });
  expect(mcts).toMatchObject({ episodes: 2, deterministic: true });
});
