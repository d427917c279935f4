/** The kind `text`: what it refuses, and that it trains, resumes and plays in threads to the same bytes. */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { loadPolicy, toFiles } from "../../src/cli/open/checkpoint-contents.ts";
import { loadConfig } from "../../src/config/load.ts";
import { evaluateExactly } from "../../src/exact/nash-conv.ts";
import { getGame } from "../../src/games/registry.ts";
import { GameGraph } from "../../src/graph/game-graph.ts";
import { startBackend } from "../../src/nn/backend.ts";
import { networkPolicy } from "../../src/policies/network-policy.ts";
import { policyModel } from "../../src/policies/registry.ts";
import { kind } from "../../src/policies/text/kind.ts";
import { Vocabulary } from "../../src/policies/text/vocabulary.ts";
import { train } from "../../src/rl/train.ts";
import { play } from "../../src/selfplay/play.ts";
import { WorkerPool } from "../../src/selfplay/worker-pool.ts";
import { Rng } from "../../src/util/rng.ts";
import { contents, edit, folder, spiral } from "../cli/spiral.ts";
import { recorder, smallRun } from "../helpers.ts";
import { content } from "../selfplay/plans.ts";
import { smallText } from "./small-text.ts";

const text = { ...smallText, layers: 2, context: 48 };
const nn = { policy: "text", hidden: [8], outputScale: 0.1, text };
const [kuhn, ttt] = [getGame("kuhn"), getGame("ttt")];

beforeAll(async () => {
  await startBackend("wasm");
  return async () => {
    await startBackend("js");
  };
});

it("learns Kuhn poker", async () => {
  const settings = smallRun([[kuhn, 1024]], 200);
  const { hooks, metrics } = recorder((policy) => ({ nashConv: evaluateExactly(kuhn, policy)?.nashConv }));
  await train({ ...settings, nn, run: { ...settings.run, evaluateEvery: 200 } }, hooks);
  expect(metrics[0]?.nashConv as number).toBeGreaterThan(0.5);
  expect(metrics.at(-1)?.nashConv as number).toBeLessThan(0.2);
});

it("gives an action the probability of its one word that is a choice", async () => {
  const model = await policyModel(nn, [kuhn]);
  const network = model.network(model.firstWeights(new Rng("weights")));
  const policy = networkPolicy("text", network, model);
  const graph = new GameGraph(kuhn);
  graph.expand(100);
  const actions = policy.distributions(graph.infosets);
  const played = new GameGraph(model.writing?.played(kuhn) ?? kuhn);
  played.expand(1000);
  const words = policy.distributions(played.infosets);
  expect(played.infosets.length).toBe(12);
  graph.infosets.forEach(({ key, player }, i) => {
    const at = played.infosets.findIndex((other) => other.key === key && other.player === player);
    [...(actions[i] ?? [])].sort().forEach((p, slot) => {
      expect([...(words[at] ?? [])].sort()[slot]).toBeCloseTo(p, 12);
    });
  });
});

it("plays the same in worker threads", async () => {
  const model = await policyModel({ ...nn, text: { ...text, think: 1 } }, [kuhn, ttt]);
  const network = model.network(model.firstWeights(new Rng("weights")));
  const policy = networkPolicy("text", network, model);
  const writer = { nn: model.settings, games: ["kuhn", "ttt"] };
  const plans = () =>
    [kuhn, ttt].map((game) => ({
      graph: new GameGraph(model.writing?.played(game) ?? game),
      episodes: 60,
      policies: [policy, policy] as const,
      paired: false,
      writer,
      chanceKey: 1,
      actionKey: 2,
    }));
  const program = new URL("../../dist/selfplay/worker.js", import.meta.url);
  const warnings: string[] = [];
  const pool = new WorkerPool({ workers: 2, backend: "wasm", warn: (warning) => warnings.push(warning), program });
  await pool.ready();
  expect((await pool.play(plans())).map(content)).toEqual(play(plans()).map(content));
  expect([pool.size, warnings]).toEqual([2, []]);
  await pool.close();
});

describe("a run on the command line", () => {
  const dir = folder();
  const shape = "nn.text={width: 16, layers: 1, heads: 2}";
  const sets = ["--set", "perGame.default.episodes=64", "--set", "perGame.kuhn.episodes=64", "--set", shape];
  const games = ["--games", "kuhn", "--policy", "text", "--think", "1", ...sets];
  const opponents = ["--set", "rl.opponents=self=0.5,pool=0.25,nash=0.25", "--set", "rl.pool.every=4"];
  const length = ["--updates", "8", "--set", "run.checkpointEvery=4", "--set", "run.evaluateEvery=8"];
  const run = ["train", ...games, ...opponents, ...length, "--seed", "5", "--backend", "wasm"];

  it("resumes to the same bytes, is measured, shown and verified", async () => {
    expect(await spiral(dir, ...run, "--name", "whole")).toMatchObject({ code: 0 });
    const whole = contents(join(dir, "whole"));
    cpSync(join(dir, "whole"), join(dir, "part"), { recursive: true });
    rmSync(join(dir, "part", "checkpoints", "000008"), { recursive: true });
    edit(join(dir, "part", "checkpoints.jsonl"), (lines) => `${lines.split("\n")[0]}\n`);
    expect(await spiral(dir, "train", "--resume", "part")).toMatchObject({ code: 0 });
    const part = contents(join(dir, "part"));
    const lasting = Object.keys(whole).filter((file) => /^checkpoints[\\/]|^episodes/.test(file));
    expect(lasting.length).toBe(9);
    for (const file of lasting) expect(part[file], file).toBe(whole[file]);

    const { out } = await spiral(dir, "policy", "whole", "--game", "kuhn", "--json");
    expect((JSON.parse(out) as { rows: readonly unknown[] }).rows.length).toBe(12);
    expect(await spiral(dir, "replay", "whole", "--verify")).toMatchObject({ code: 0 });
    const free = await spiral(
      dir,
      "eval",
      "whole",
      "--games",
      "kuhn",
      "--vs",
      "random",
      "--episodes",
      "20",
      "--free",
      "--json",
    );
    expect(JSON.parse(free.out)).toMatchObject({
      games: { kuhn: { illegal: [expect.any(Number), expect.any(Number)] } },
    });
  });

  it.each([
    [
      "a game without prompts",
      ["--games", "pig", "--set", "rl.opponents=self"],
      /pig cannot be played by nn\.policy: text/,
    ],
    ["a context that is too short", ["--set", "nn.text.context=16"], /nn\.text\.context is 16, and kuhn needs/],
    ["a width that heads do not divide", ["--set", "nn.text.heads=3"], /nn\.text\.width is 16; it must be a multiple/],
    ["a thought that is two words", ["--set", "nn.text.thoughts=[a b]"], /nn\.text\.thoughts/],
  ])("is refused with %s before it is made", async (_, more, message) => {
    const { code, err } = await spiral(dir, ...run, ...more, "--name", "none");
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(contents(dir)).not.toHaveProperty(["none/manifest.json"]);
  });
});

describe("the vocabulary of a checkpoint", () => {
  it.each([
    [
      "another word",
      (words: readonly string[]) => ["Kuhm", ...words.slice(1)],
      /word 0 is "Kuhm" there and "Kuhn" here/,
    ],
    ["a word less", (words: readonly string[]) => words.slice(0, -1), /is none there and "well" here/],
    ["a word more", (words: readonly string[]) => [...words, "more"], /is "more" there and none here/],
    ["no list", () => ({}), /not a list of words/],
  ])("is refused with %s", async (_, change, message) => {
    const model = await policyModel(nn, [kuhn]);
    const weights = model.firstWeights(new Rng("weights"));
    const zeros = { arrays: [], steps: 0 };
    const learner = { weights, averaged: weights, magnet: weights, optimizer: zeros };
    const snapshot = {
      update: 1,
      learner,
      estimator: { numbers: {}, arrays: [] },
      pool: [],
      episodes: 1,
      decisions: 1,
    };
    const { files, state } = toFiles(snapshot, model);
    const { config } = loadConfig({ sets: ["games=kuhn", "nn.policy=text"] });
    const own = { ...config, nn: { ...config.nn, ...nn, hidden: [8] } };
    const checkpoint = { update: 1, files, state: JSON.parse(JSON.stringify(state)), config: own };
    loadPolicy(checkpoint, "run", kind).dispose();
    const altered = new TextEncoder().encode(JSON.stringify(change(model.vocabulary ?? [])));
    const wrong = { ...checkpoint, files: { ...files, "vocabulary.json": altered } };
    expect(() => loadPolicy(wrong, "run", kind)).toThrow(message);
  });
});

it("an unknown word is named", () => {
  expect(() => new Vocabulary(["a", "b"]).tokens("a c b")).toThrow('has no word "c"');
});
