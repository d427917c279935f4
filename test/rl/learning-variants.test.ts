/**
 * Every way of learning learns: Kuhn poker from nothing, in a second. Uniform play stands at 0.9167; a learner whose
 * advantages have the wrong sign ends above it.
 */
import { describe, expect, it } from "vitest";
import { evaluateExactly } from "../../src/exact/nash-conv.ts";
import { getGame } from "../../src/games/registry.ts";
import { startBackend } from "../../src/nn/backend.ts";
import type { TrainSettings } from "../../src/rl/settings.ts";
import { train } from "../../src/rl/train.ts";
import { recorder, smallRun } from "../helpers.ts";
import { names } from "./advantages/estimators.ts";

await startBackend("kernels");

const kuhn = getGame("kuhn");

/** Exact NashConv of the averaged policy at the end. */
async function learn(rl: Partial<TrainSettings["rl"]>, updates = 120): Promise<number> {
  const settings = smallRun([[kuhn, 512]], updates);
  const { hooks, metrics } = recorder((policy) => ({ nashConv: evaluateExactly(kuhn, policy)?.nashConv }));
  const nn = { policy: "mlp", hidden: [16], outputScale: 0.01 };
  const run = { ...settings.run, evaluateEvery: updates };
  await train({ ...settings, nn, rl: { ...settings.rl, ...rl }, run }, hooks);
  return metrics.at(-1)?.nashConv as number;
}

describe("Kuhn poker", () => {
  it.each(names)("with %s", async (advantage) => {
    expect(await learn({ advantage })).toBeLessThan(0.55);
  });

  it("with ppo", async () => {
    expect(await learn({ loss: "ppo" })).toBeLessThan(0.55);
  });

  it.each(["none", "uniform"] as const)("with magnet %s", async (kind) => {
    expect(await learn({ magnet: { kind, coefficient: 0.5, every: 10 } })).toBeLessThan(0.55);
  });

  it("against itself and its past", async () => {
    expect(await learn({ opponents: "self=0.5,pool=0.5" })).toBeLessThan(0.55);
  });
});
