/** docs/run-directory.md and docs/metrics.md say what a run's files hold. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { savedPolicy } from "../../bench/independent.ts";
import { getGame } from "../../src/games/registry.ts";
import { disagreements } from "./documented.ts";
import { folder, spiral } from "./spiral.ts";

const LARGE = "negotiation-private:maxQuantity=1:maxTurns=2";
let dir: string;
let run: string;
beforeAll(async () => {
  dir = folder();
  run = join(dir, "tiny");
  const tiny = ["--games", `kuhn,ttt,${LARGE}`, "--size", "xs", "--updates", "3", "--set", "run.logEvery=1"];
  await spiral(dir, "train", ...tiny, "--name", "tiny", "--set", "run.checkpointEvery=2");
}, 60_000);

const text = (file: string): string => readFileSync(join(run, file), "utf8");
const lines = (file: string): unknown[] =>
  text(file)
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const sha256 = (bytes: string | Buffer): string => createHash("sha256").update(bytes).digest("hex");

describe("the tables", () => {
  const documented = (page: string, heading: string, values: readonly unknown[]): void => {
    expect(values.length).toBeGreaterThan(0);
    for (const value of values) expect(disagreements(page, heading, value)).toEqual([]);
  };

  it.each(["manifest.json", "episodes.jsonl", "checkpoints.jsonl", "log.jsonl"])("of %s", (file) => {
    documented("run-directory.md", file, file.endsWith("l") ? lines(file) : [JSON.parse(text(file))]);
  });

  it("of metrics, evaluations and checkpoints", () => {
    documented("metrics.md", "Fields", lines("metrics.jsonl"));
    documented("run-directory.md", "eval/000100.json", [JSON.parse(text("eval/000003.json"))]);
    documented("run-directory.md", "state.json", [JSON.parse(text("checkpoints/000002/state.json"))]);
  });

  it("of metrics where nothing is evaluated or logged but the ends", () => {
    const keys = lines("metrics.jsonl").map((line) => Object.keys(line as object));
    expect(keys[0]).toEqual(["update", "episodes", "decisions", "evaluation", "seconds"]);
    expect(keys.map((names) => names.includes("evaluation"))).toEqual([true, false, false, true]);
  });
});

it("a policy that writes text: its figures are where the page says, and a thought is told of the prompt", async () => {
  const own = folder();
  const sizes = ["perGame.kuhn.episodes=32", "run.logEvery=1", "nn.text.width=16"].flatMap((set) => ["--set", set]);
  const argv = ["--policy", "text", "--think", "1", "--games", "kuhn", "--updates", "2", "--name", "text"];
  await spiral(own, "train", ...argv, ...sizes);
  const metrics = readFileSync(join(own, "text", "metrics.jsonl"), "utf8")
    .trim()
    .split("\n");
  const [, first, last] = metrics.map((line) => JSON.parse(line));
  for (const line of [first, last]) expect(disagreements("metrics.md", "Fields", line)).toEqual([]);
  const { first: role, second } = first.writing.kuhn;
  // First weights are nearly uniform: a thought has 2 of 3 words, whatever the prompt.
  expect(role.thinking).toBeGreaterThan(0.4);
  expect(role.thinking).toBeLessThan(0.9);
  expect(role.information).toBeLessThan(0.01);
  expect([role.win + role.draw + role.loss, second.win]).toEqual([1, role.loss]);
  expect(lines("metrics.jsonl").some((line) => Object.hasOwn(line as object, "writing"))).toBe(false);
}, 30_000);

it("a critic and a pool: their numbers and tensors are where the page says", async () => {
  const sets = ["rl.advantage=critic", "rl.opponents=self=0.5,pool=0.5", "rl.pool.every=2", "run.logEvery=1"];
  const argv = ["--games", "kuhn", "--size", "xs", "--updates", "3", "--name", "pool"];
  const own = folder();
  await spiral(own, "train", ...argv, ...sets.flatMap((set) => ["--set", set]));
  const checkpoint = join(own, "pool", "checkpoints", "000003");
  const state = JSON.parse(readFileSync(join(checkpoint, "state.json"), "utf8"));
  expect(disagreements("run-directory.md", "state.json", state)).toEqual([]);
  expect(Object.keys(state.state.baselines)).toEqual(["critic.steps", "pool.0", "pool.2"]);
  const metrics = readFileSync(join(own, "pool", "metrics.jsonl"), "utf8")
    .trim()
    .split("\n");
  const last = JSON.parse(metrics.at(-1) as string);
  expect(disagreements("metrics.md", "Fields", last)).toEqual([]);
  expect(last.baselines).toEqual({ "critic.steps": 2 });
  const bytes = readFileSync(join(checkpoint, "optimizer.safetensors"));
  const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString());
  // learner.layer0.weight → learner.layerℓ.…, adam.v.3 → adam.v.i, pool.2.layer0.bias → pool.40.layerℓ.…
  const written = Object.keys(header).map((name) =>
    name
      .replace(/layer\d\.\w+$/, "layerℓ.…")
      .replace(/(adam\.\w)\.\d+$/, "$1.i")
      .replace(/^pool\.\d+/, "pool.40"),
  );
  const page = readFileSync(new URL("../../docs/run-directory.md", import.meta.url), "utf8");
  const said = [...(page.split("## optimizer.safetensors")[1] ?? "").matchAll(/^\| `([^`]+)`/gm)].map(
    ([, name]) => name,
  );
  // The optimizer has no momentum by default, so there is no mean of gradients.
  expect([...new Set(written)].sort()).toEqual(said.filter((name) => name !== "adam.m.i").sort());
});

describe("checksums", () => {
  it("of lines in episodes.jsonl", () => {
    for (const line of text("episodes.jsonl").trim().split("\n")) {
      const [, body, check] = /^(.*),"check":"([0-9a-f]{8})"\}$/.exec(line) ?? [];
      expect(sha256(`${body}}`).slice(0, 8)).toBe(check);
    }
  });

  it("of checkpoints", () => {
    const [{ update, state }] = lines("checkpoints.jsonl") as [{ update: number; state: string }];
    const folder = join(run, "checkpoints", String(update).padStart(6, "0"));
    expect(sha256(readFileSync(join(folder, "state.json")))).toBe(state);
    const { files } = JSON.parse(readFileSync(join(folder, "state.json"), "utf8"));
    for (const [file, { size, sha256: sum }] of Object.entries<{ size: number; sha256: string }>(files)) {
      const bytes = readFileSync(join(folder, file));
      expect([bytes.length, sha256(bytes)]).toEqual([size, sum]);
    }
  });
});

it("model.safetensors, read as the page says, is the policy that `spiral policy` shows", async () => {
  const games = ["kuhn", "ttt", LARGE].map(getGame);
  for (const game of games.slice(0, 2)) {
    const policy = savedPolicy(join(run, "checkpoints", "000003"), games, game);
    const { rows } = JSON.parse((await spiral(dir, "policy", "--game", game.id, "--json")).out);
    const shown = new Map<string, { probability: number }[]>(
      rows.map(({ player, infoset, actions }: { player: number; infoset: string; actions: [] }) => [
        player + infoset,
        actions,
      ]),
    );
    // Some positions of some length each: what follows from these first moves.
    for (const moves of [[0], [3, 0], [0, 1, 2], [8, 4, 0, 2]]) {
      let state = game.initial();
      for (const move of moves) {
        const turn = game.turn(state);
        if (turn.kind === "end") break;
        state = game.apply(state, turn.actions[move % turn.actions.length] as number);
      }
      const turn = game.turn(state);
      if (turn.kind !== "player") continue;
      const key = game.infosetKey(state, turn.player);
      const expected = policy(key, turn.player, turn.actions.length, state);
      const found = shown.get(turn.player + key)?.map(({ probability }) => probability) ?? [];
      expect(found).toHaveLength(expected.length);
      found.forEach((p, slot) => {
        expect(p).toBeCloseTo(expected[slot] as number, 5);
      });
    }
  }
});
