/** The rule `mirror`: targets and weights against known values, what it learns, and with any kind of policy. */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { evaluateExactly } from "../../../src/exact/nash-conv.ts";
import { getGame } from "../../../src/games/registry.ts";
import { startBackend } from "../../../src/nn/backend.ts";
import { mirrorTargets, rowWeights } from "../../../src/rl/losses/mirror.ts";
import type { TrainSettings } from "../../../src/rl/settings.ts";
import { train } from "../../../src/rl/train.ts";
import { recorder, smallRun } from "../../helpers.ts";

await startBackend("kernels");

const log = (...numbers: number[]): Float64Array => Float64Array.from(numbers, Math.log);

describe("the target", () => {
  const starts = Int32Array.of(0, 2, 5);
  const policy = [0.25, 0.75, 0.5, 0.25, 0.25];
  const at = { logPolicy: log(...policy), magnetLogPolicy: log(0.5, 0.5, 0.2, 0.3, 0.5) };

  it("is the policy itself without advantage, pull and bonus", () => {
    const equal = { starts, values: new Float64Array([0.3, 0.3, -1, -1, -1]), means: Float64Array.of(0.3, -1) };
    const targets = mirrorTargets(equal, at, { stepSize: 2, magnet: 0, entropy: 0, floor: 0 });
    targets.forEach((p, i) => {
      expect(p).toBeCloseTo(policy[i] as number, 12);
    });
  });

  it("is π · (m / π)^ηα · π^(−ητ) · exp(η Q̂), normalised", () => {
    const values = Float64Array.of(0.4, -0.2, 1, 0, -1);
    const means = Float64Array.of(-0.05, 0.25);
    const [stepSize, magnet, entropy] = [1.5, 0.2, 0.1];
    const targets = mirrorTargets({ starts, values, means }, at, { stepSize, magnet, entropy, floor: 0.01 });
    for (const [start, end] of [
      [0, 2],
      [2, 5],
    ] as const) {
      const odds = policy.slice(start, end).map((p, k) => {
        const m = Math.exp(at.magnetLogPolicy[start + k] as number);
        const pull = (m / p) ** (stepSize * magnet) * p ** (-stepSize * entropy);
        return p * pull * Math.exp(stepSize * (values[start + k] as number));
      });
      const sum = odds.reduce((a, b) => a + b, 0);
      odds.forEach((odd, k) => {
        expect(targets[start + k]).toBeCloseTo(odd / sum, 12);
      });
    }
  });

  it("lets an action come back that has nearly died, and only if it is good", () => {
    const died = { logPolicy: Float64Array.of(-30, 0), magnetLogPolicy: Float64Array.of(-25, 0) };
    const target = (value: number, floor: number) =>
      mirrorTargets(
        { starts: Int32Array.of(0, 2), values: Float64Array.of(value, 0), means: Float64Array.of(0) },
        died,
        { stepSize: 2, magnet: 0.1, entropy: 0, floor },
      )[0] as number;
    expect(target(0.5, 0)).toBeLessThan(1e-11);
    // Odds of .003 to 1 times e, as π and m are both at the floor of .006 / 2.
    expect(target(0.5, 0.006)).toBeCloseTo((0.003 * Math.E) / (1 + 0.003 * Math.E), 12);
    expect(target(-1, 0.006)).toBeCloseTo((0.003 * Math.exp(-2)) / (1 + 0.003 * Math.exp(-2)), 12);
  });

  it("of a huge advantage is finite", () => {
    const targets = mirrorTargets(
      { starts: Int32Array.of(0, 2), values: Float64Array.of(1e4, -1e4), means: Float64Array.of(0) },
      { logPolicy: log(1e-12, 1), magnetLogPolicy: log(0.5, 0.5) },
      { stepSize: 100, magnet: 0, entropy: 0, floor: 0 },
    );
    expect([...targets]).toEqual([1, 0]);
  });
});

it("rows weigh by the root of their visits, and by how much is known of them", () => {
  const weights = rowWeights({ visits: Float64Array.of(0.64, 0.36), effective: Float64Array.of(10, 30) });
  // 0.8 · ½ and 0.6 · ¾.
  expect(weights[0]).toBeCloseTo(0.4 / 0.85, 12);
  expect(weights[1]).toBeCloseTo(0.45 / 0.85, 12);
});

/** NashConv before and after a few updates. */
async function learned(
  id: string,
  updates: number,
  episodes: number,
  nn: Partial<TrainSettings["nn"]> = {},
  magnet: TrainSettings["rl"]["magnet"] = { kind: "averaged", coefficient: 0.07, every: 1 },
) {
  const game = getGame(id);
  const base = smallRun([[game, episodes]], updates);
  const settings: TrainSettings = {
    ...base,
    nn: { ...base.nn, ...nn },
    rl: {
      ...base.rl,
      rule: "mirror",
      learningRate: { start: 0.01, end: 0.0005 },
      magnet,
      averaging: 0.9,
      entropy: { start: 0.01, end: 0.004 },
    },
    weights: {},
  };
  const { hooks, metrics } = recorder((policy) => ({ nashConv: evaluateExactly(game, policy)?.nashConv }));
  await train(settings, hooks);
  return { first: metrics[0]?.nashConv as number, last: metrics.at(-1)?.nashConv as number, metrics };
}

describe("learning", () => {
  it("comes near to an equilibrium of Kuhn poker in 60 updates", async () => {
    const { first, last, metrics } = await learned("kuhn", 60, 1024);
    expect(first).toBeGreaterThan(0.8);
    expect(last).toBeLessThan(0.09);
    expect(metrics.at(-1)).toMatchObject({ rows: 12, entropy: { kuhn: expect.any(Number) } });
  });

  it("learns Leduc poker, which the rule of SPIRAL has hardly begun to after as many games", async () => {
    const { first, last } = await learned("leduc", 40, 1024);
    expect(first).toBeGreaterThan(4);
    expect(last).toBeLessThan(3);
  });

  it("is pulled to nothing without a magnet, and to uniform play by that magnet", async () => {
    const entropy = async (kind: "none" | "uniform", coefficient: number) => {
      const { metrics } = await learned("kuhn", 10, 256, {}, { kind, coefficient, every: 1 });
      return (metrics.at(-1) as unknown as { entropy: { kuhn: number } }).entropy.kuhn;
    };
    expect(await entropy("none", 5)).toBe(await entropy("none", 0));
    expect(await entropy("uniform", 5)).toBeGreaterThan((await entropy("uniform", 0)) + 0.05);
  });

  it("moves any kind of policy: a table of logits", async () => {
    const policy = fileURLToPath(new URL("../../policies/table-kind.js", import.meta.url));
    const { first, last } = await learned("kuhn", 60, 1024, { policy });
    expect(last).toBeLessThan(first / 3);
  });
});
