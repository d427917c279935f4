/** The gradient's variance against plain loops over decisions, for a network without hidden layers. */
import { beforeAll, describe, expect, it } from "vitest";
import { getGame } from "../../src/games/registry.ts";
import { GameGraph, type Infoset } from "../../src/graph/game-graph.ts";
import { startBackend } from "../../src/nn/backend.ts";
import { tf } from "../../src/nn/tf.ts";
import type { WeightArray } from "../../src/nn/weights.ts";
import { FeatureLayout } from "../../src/policies/features/layout.ts";
import { kind } from "../../src/policies/features/mlp.ts";
import { networkPolicy } from "../../src/policies/network-policy.ts";
import { gradientVariance } from "../../src/rl/variance.ts";
import type { Trajectories } from "../../src/selfplay/plan.ts";
import { play } from "../../src/selfplay/play.ts";
import { Rng } from "../../src/util/rng.ts";
import { onTensors } from "../helpers.ts";

const kuhn = getGame("kuhn");
const layout = new FeatureLayout([kuhn]);
const model = kind.model({ policy: "mlp", hidden: [], outputScale: 1 }, [kuhn]);
const weights = model.firstWeights(new Rng("variance"));
const estimator = { baselineDecay: 0.9, critic: { lambda: 0.95, learningRate: 0.01, hidden: [4] } };
const settings = { batches: 5, warmUp: 2, episodes: 6, estimator };
const measure = (
  names: Parameters<typeof gradientVariance>[3],
  more: Partial<typeof settings> = {},
  arrays: readonly WeightArray[] = weights,
) => gradientVariance(arrays, model, kuhn, names, { ...settings, ...more }, new Rng("draws"));

beforeAll(() => startBackend("kernels"));

/** The batches that are measured, after those that warm up. */
function batches(count: number): Trajectories[] {
  const network = model.network(weights);
  const policy = networkPolicy("same", network, model);
  const graph = new GameGraph(kuhn);
  const played = Array.from({ length: count }, (_, b) => {
    const draws = new Rng("draws").fork("batch", b);
    const keys = { chanceKey: draws.fork("chance").key(), actionKey: draws.fork("actions").key() };
    return play([{ graph, episodes: settings.episodes, policies: [policy, policy], paired: false, ...keys }])[0];
  }) as Trajectories[];
  network.dispose();
  return played;
}

/** ∇ of − mean A log π(a | s) in W and b, with logits x W + b: A (π − 1_a) x / T, summed over decisions, A the return. */
function plainGradient({ plan, plies, slots, decisions, infosets, returns }: Trajectories): number[] {
  const [matrix, bias] = weights as [WeightArray, WeightArray];
  const gradient = Array<number>(matrix.values.length + bias.values.length).fill(0);
  let turns = 0;
  for (let episode = 0; episode < plan.episodes; episode++) {
    for (let ply = 0; ply < (plies[episode] as number); ply++) {
      const cell = episode * kuhn.maxPlies + ply;
      if ((decisions[cell] as number) < 0) continue;
      turns++;
      const infoset = infosets[decisions[cell] as number] as Infoset;
      const x = layout.encode([infoset]);
      const logits = [...bias.values].map((b, column) =>
        x.reduce((sum, v, i) => sum + v * (matrix.values[i * layout.outputs + column] as number), b),
      );
      const total = logits.reduce((sum, z) => sum + Math.exp(z), 0);
      const advantage = returns[episode * 2 + infoset.player] as number;
      logits.forEach((z, column) => {
        const taken = infoset.actions[slots[cell] as number] === column ? 1 : 0;
        const slope = advantage * (Math.exp(z) / total - taken);
        x.forEach((v, i) => {
          (gradient[i * layout.outputs + column] as number) += slope * v;
        });
        (gradient[matrix.values.length + column] as number) += slope;
      });
    }
  }
  return gradient.map((g) => g / turns);
}

describe("the variance of the gradient", () => {
  it("is the sum over weights of the variance over batches", () => {
    // Every action of Kuhn poker is legal everywhere, so that π is a softmax over the whole head.
    expect(layout.outputs).toBe(2);
    const gradients = batches(settings.batches).map(plainGradient);
    const total = (gradients[0] as number[]).reduce((sum, _, i) => {
      const values = gradients.map((g) => g[i] as number);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return sum + values.reduce((a, v) => a + (v - mean) ** 2, 0) / (values.length - 1);
    }, 0);
    expect(total).toBeGreaterThan(0.01);
    expect(measure(["none"]).get("none")).toBeCloseTo(total, 6);
  });

  it("is that of no baseline where a baseline stays 0", () => {
    // A decay of 1 never moves RAE's; in a zero-sum game the returns of both seats cancel in the shared one.
    const still = measure(["none", "rae", "shared"], { estimator: { ...estimator, baselineDecay: 1 } });
    expect(still.get("rae")).toBe(still.get("none"));
    const moved = measure(["none", "rae", "shared"]);
    expect(moved.get("shared")).toBe(moved.get("none"));
    expect(moved.get("rae")).not.toBe(moved.get("none"));
  });

  it("of an estimator is the same whichever others are measured beside it", () => {
    const alone = measure(["rae"]).get("rae");
    expect(measure(["critic", "infoset", "rae"]).get("rae")).toBe(alone);
  });

  it("is measured after the warm-up, which an estimator's memory has learned from", () => {
    const [cold, warm] = [0, 20].map((warmUp) => measure(["none", "rae", "critic"], { warmUp }));
    expect(warm?.get("none")).toBe(cold?.get("none"));
    for (const name of ["rae", "critic"] as const) expect(warm?.get(name)).not.toBe(cold?.get(name));
  });

  it("is 0 where play is a single line: nothing is left to learn", () => {
    const certain = weights.map((array) => ({
      ...array,
      values: array.values.map((_, i) => (array.name.endsWith("bias") && i === 0 ? 200 : 0)),
    }));
    expect(measure(["none"], {}, certain).get("none")).toBe(0);
  });

  it("is the same from the same seed, and leaves no tensor behind", async () => {
    await onTensors();
    const names = ["none", "rae", "infoset", "critic"] as const;
    measure(names);
    const before = tf.memory().numTensors;
    expect([...measure(names)]).toEqual([...measure(names)]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
