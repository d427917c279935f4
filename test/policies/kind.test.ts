/** A second kind of policy, which only this folder knows: everything that trains, saves, resumes and plays takes it. */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluateExactly } from "../../src/exact/nash-conv.ts";
import { getGame } from "../../src/games/registry.ts";
import { GameGraph } from "../../src/graph/game-graph.ts";
import { startBackend } from "../../src/nn/backend.ts";
import { networkPolicy } from "../../src/policies/network-policy.ts";
import { policyKind, policyModel } from "../../src/policies/registry.ts";
import { train } from "../../src/rl/train.ts";
import { play } from "../../src/selfplay/play.ts";
import { WorkerPool } from "../../src/selfplay/worker-pool.ts";
import { Rng } from "../../src/util/rng.ts";
import { contents, edit, folder, spiral } from "../cli/spiral.ts";
import { recorder, smallRun } from "../helpers.ts";
import { content } from "../selfplay/plans.ts";

const path = fileURLToPath(new URL("./table-kind.js", import.meta.url));
const kuhn = getGame("kuhn");
const nn = { policy: path, hidden: [1], outputScale: 1 };

beforeAll(async () => {
  await startBackend("js");
});

it("its gradient is that of the loss, by finite differences", async () => {
  const model = await policyModel(nn, [kuhn]);
  const weights = model.firstWeights(new Rng("weights"));
  const { infosets } = expanded();
  const slopes = Float64Array.from({ length: 24 }, (_, i) => Math.sin(i));
  const learner = model.learner(weights, { beta1: 0, beta2: 0.999, epsilon: 1e-8 });
  const lossAt = (i: number, by: number): number => {
    const [logits] = learner.save() as [{ name: string; shape: readonly number[]; values: Float32Array }];
    logits.values[i] = (logits.values[i] as number) + by;
    return model
      .network([logits])
      .policyAt(infosets)
      .logPolicy.reduce((sum, x, j) => sum + x * (slopes[j] as number), 0);
  };
  learner
    .gradient(infosets, () => slopes)
    .forEach((g, i) => {
      expect((lossAt(i, 0.01) - lossAt(i, -0.01)) / 0.02).toBeCloseTo(g, 3);
    });
});

function expanded(): GameGraph {
  const graph = new GameGraph(kuhn);
  graph.expand(100);
  return graph;
}

it("learns Kuhn poker, against itself and its past", async () => {
  const settings = smallRun([[kuhn, 1024]], 400);
  const { hooks, metrics } = recorder((policy) => ({ nashConv: evaluateExactly(kuhn, policy)?.nashConv }));
  const rl = { ...settings.rl, opponents: "self=0.8,pool=0.2", learningRate: { start: 0.05, end: 0.0005 } };
  await train({ ...settings, nn, rl, run: { ...settings.run, evaluateEvery: 400 } }, hooks);
  expect(metrics[0]?.nashConv as number).toBeGreaterThan(0.8);
  expect(metrics.at(-1)?.nashConv as number).toBeLessThan(0.12);
});

it("plays the same in worker threads, which load it by its path", async () => {
  const model = await policyModel(nn, [kuhn]);
  const network = model.network(model.firstWeights(new Rng("weights")));
  const policy = networkPolicy("table", network, model);
  const keys = { chanceKey: 1, actionKey: 2 };
  const plans = () => [
    { graph: new GameGraph(kuhn), episodes: 200, policies: [policy, policy] as const, paired: false, ...keys },
  ];
  const program = new URL("../../dist/selfplay/worker.js", import.meta.url);
  const warnings: string[] = [];
  const pool = new WorkerPool({ workers: 2, backend: "js", warn: (text) => warnings.push(text), program });
  await pool.ready();
  expect((await pool.play(plans())).map(content)).toEqual(play(plans()).map(content));
  expect([pool.size, warnings]).toEqual([2, []]);
  await pool.close();
});

it("trains on the command line, resumes to the same bytes, is measured and shown", async () => {
  const dir = folder();
  const games = ["--games", "kuhn", "--set", "perGame.kuhn.episodes=512", "--set", `nn.policy=${path}`];
  const pool = ["--set", "rl.opponents=self=0.5,pool=0.5", "--set", "rl.pool.every=4"];
  const run = ["--seed", "5", "--updates", "12", "--set", "run.checkpointEvery=6", "--backend", "js"];
  expect(await spiral(dir, "train", ...games, ...pool, ...run, "--name", "whole")).toMatchObject({ code: 0 });
  const whole = contents(join(dir, "whole"));

  // As a kill after the first checkpoint leaves it.
  cpSync(join(dir, "whole"), join(dir, "part"), { recursive: true });
  rmSync(join(dir, "part", "checkpoints", "000012"), { recursive: true });
  edit(join(dir, "part", "checkpoints.jsonl"), (text) => `${text.split("\n")[0]}\n`);
  expect(await spiral(dir, "train", "--resume", "part")).toMatchObject({ code: 0 });
  const part = contents(join(dir, "part"));
  const lasting = Object.keys(whole).filter((file) => /^checkpoints[\\/]|^episodes/.test(file));
  expect(lasting.length).toBe(7);
  for (const file of lasting) expect(part[file], file).toBe(whole[file]);

  const { out } = await spiral(dir, "policy", "whole", "--json");
  const { rows } = JSON.parse(out) as { rows: readonly { infoset: string }[] };
  expect(rows.map(({ infoset }) => infoset)).toContain("K:b");
  const measured = await spiral(dir, "eval", "whole@000006", "--vs", "random", "--episodes", "20", "--json");
  expect(JSON.parse(measured.out)).toMatchObject({ checkpoint: "000006" });
});

describe("a kind that is not there", () => {
  it.each([
    ["mpl", /There is no policy "mpl"/],
    ["./no-such-kind.js", /no-such-kind\.js cannot be loaded/],
    [fileURLToPath(import.meta.resolve("seedrandom")), /exports no "kind"/],
  ])("%s is refused", async (name, message) => {
    await expect(policyKind(name)).rejects.toThrow(message);
  });
});
