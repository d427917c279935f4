/** docs/json.md says what the commands print, field by field. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { disagreements } from "./documented.ts";
import { folder, spiral } from "./spiral.ts";

const LARGE_NEGOTIATION = "negotiation:maxQuantity=3";
const LARGE = "negotiation-private:maxQuantity=1:maxTurns=2";
let dir: string;
let trained: string;
beforeAll(async () => {
  dir = folder();
  const tiny = ["--games", `kuhn,ttt,${LARGE}`, "--size", "xs", "--updates", "2", "--name", "tiny", "--json"];
  trained = (await spiral(dir, "train", ...tiny)).out;
}, 60_000);

const json = async (...argv: string[]): Promise<unknown> => JSON.parse((await spiral(dir, ...argv)).out);
const documented = (heading: string, value: unknown): void =>
  expect(disagreements("json.md", heading, value)).toEqual([]);

it("train", () => {
  const events = trained
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events.map(({ type }) => type)).toEqual(["evaluation", "evaluation", "result"]);
  for (const event of events) documented(`train: ${event.type}`, event);
  const measured = Object.entries<object>(events[0].games).map(([id, measure]) => [id, Object.keys(measure)]);
  expect(measured).toEqual([
    ["kuhn", ["nashConv", "greedyNashConv"]],
    ["ttt", ["nashConv", "greedyNashConv"]],
    [LARGE, ["meanReturnVsRandom"]],
  ]);
});

it("train --dry-run", async () => {
  documented("spiral config show --json", await json("train", "--dry-run", "--json"));
});

it.each([
  ["--episodes", "4"],
  ["--episodes", "2"],
])("eval %s %s", async (...argv) => {
  documented("spiral eval --json", await json("eval", "--json", "--vs", "random", ...argv));
});

it.each(["kuhn", LARGE])("policy of %s", async (game) => {
  documented("spiral policy --json", await json("policy", "--json", "--game", game));
  if (game === "kuhn") documented("spiral policy --exploit --json", await json("policy", "--exploit", "--json"));
});

it.each(["all", "0", "1"])("replay for %s", async (player) => {
  for (const game of ["kuhn", "ttt"]) {
    const value = await json("replay", "--json", "--player", player, "--game", game);
    documented("spiral replay --json", value);
    expect(value).toMatchObject({ player: player === "all" ? "all" : Number(player) });
    const withProbabilities = await json("replay", "--json", "--player", player, "--game", game, "--probabilities");
    documented("spiral replay --json", withProbabilities);
  }
});

it("replay --verify", async () => {
  const log = join(folder(), "episodes.jsonl");
  writeFileSync(log, "{}\n");
  const value = await json("replay", log, "--verify", "--json");
  documented("spiral replay --verify --json", value);
  expect(value).toMatchObject({ mismatches: [{ line: 1 }] });
  documented("spiral replay --verify --json", await json("replay", "--verify", "--json"));
});

it.each(["kuhn", "negotiation:maxQuantity=1:maxTurns=3"])("solve %s", async (game) => {
  const value = await json("solve", game, "--json");
  documented("spiral solve --json", value);
  expect(value).toMatchObject({ method: game === "kuhn" ? "CFR+" : "backward induction" });
});

it.each([
  ["random", "nash", "--game", "kuhn", "--pairs", "3"],
  ["minimax", "random", "--game", "ttt", "--sprt", "elo0=0,elo1=300"],
  ["stubborn", "naive", "--game", LARGE_NEGOTIATION, "--pairs", "2"],
])("match %s %s %s %s", async (...argv) => {
  documented("spiral match --json", await json("match", ...argv, "--json"));
});

it.each([
  ["random", "nash", "minimax", "--games", "kuhn,ttt", "--pairs", "2"],
  ["minimax", "random", "--games", "ttt", "--gauntlet", "--anchor", "random", "--pairs", "1"],
])("arena %s %s …", async (...argv) => {
  const out = join(folder(), "tournament");
  documented("spiral arena --json", await json("arena", ...argv, "--out", out, "--json"));
});

it.each(["kuhn", "kuhn,ttt"])("ladder at %s", async (games) => {
  const value = await json("ladder", "tiny", "--games", games, "--pairs", "2", "--json");
  documented("spiral ladder --json", value);
});

it("games", async () => {
  documented("spiral games --json", await json("games", "--json"));
  for (const id of ["kuhn", LARGE]) documented("spiral games kuhn --json", await json("games", id, "--json"));
});

it("players", async () => {
  documented("spiral players --json", await json("players", "--json"));
});

it("runs", async () => {
  mkdirSync(join(dir, "broken"));
  writeFileSync(join(dir, "broken", "manifest.json"), "{");
  const runs = await json("runs", "--json");
  documented("spiral runs --json", runs);
  expect(runs).toMatchObject([{ name: "broken", status: "unreadable", problem: expect.any(String) }, { name: "tiny" }]);
  documented("spiral runs show --json", await json("runs", "show", "tiny", "--json"));
});

it("compare", async () => {
  const other = ["--games", "kuhn", "--size", "xs", "--updates", "2", "--seed", "1"];
  const own = folder();
  for (const [name, ...more] of [["a"], ["b", "--set", "rl.averaging=0.5"], ["c", "--seed", "2"]] as const) {
    await spiral(own, "train", ...other, "--name", name, ...more);
  }
  const value = JSON.parse((await spiral(own, "compare", own, "--json")).out);
  documented("spiral compare --json", value);
  expect(value).toMatchObject({ groups: [{ runs: [{ seed: 1 }, { seed: 2 }] }, {}], differences: [{ seeds: [1] }] });
});

it("export curves", async () => {
  documented("spiral export curves --json", await json("export", "curves", "tiny", "--json"));
});

it("export games", async () => {
  documented("spiral export games --json", await json("export", "games", "tiny", "--out", join(dir, "set"), "--json"));
});

it("config show", async () => {
  documented("spiral config show --json", await json("config", "show", "--json"));
});
