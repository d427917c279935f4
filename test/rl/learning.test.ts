/**
 * Small runs that a wrong learner fails. Bounds lie well above what a handful of seeds gave, and well below what uniform play,
 * a learner that stands still, and one whose sign or seats are crossed end at.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { evaluateExactly } from "../../src/exact/nash-conv.ts";
import { getGame } from "../../src/games/registry.ts";
import { startBackend } from "../../src/nn/backend.ts";
import { uniform } from "../../src/policies/policy.ts";
import { train } from "../../src/rl/train.ts";
import { recorder, smallRun } from "../helpers.ts";

beforeAll(() => startBackend("kernels"));

/** Exact values of the averaged policy at the end. */
async function learn(id: string, episodes: number, updates: number, seed: number) {
  const game = getGame(id);
  const settings = smallRun([[game, episodes]], updates, seed);
  const { hooks, metrics } = recorder((policy) => ({ exact: evaluateExactly(game, policy) }));
  await train({ ...settings, run: { ...settings.run, evaluateEvery: updates } }, hooks);
  const exact = metrics.at(-1)?.exact as NonNullable<ReturnType<typeof evaluateExactly>>;
  return { sampled: exact.nashConv, greedy: exact.greedyNashConv };
}

describe("learning from nothing", () => {
  it.each([1, 2])("Kuhn poker, seed %d: close to an equilibrium", async (seed) => {
    expect(evaluateExactly(getGame("kuhn"), uniform)?.nashConv).toBeGreaterThan(0.9);
    expect((await learn("kuhn", 2048, 250, seed)).sampled).toBeLessThan(0.1);
  });

  it("tic-tac-toe: its best moves cannot be beaten", async () => {
    expect(evaluateExactly(getGame("ttt"), uniform)?.nashConv).toBeGreaterThan(1.9);
    const { sampled, greedy } = await learn("ttt", 512, 250, 1);
    expect(greedy).toBe(0);
    expect(sampled).toBeLessThan(0.8);
  });

  it("negotiation: no script or human gains by outwitting its best moves", async () => {
    const id = "negotiation:maxQuantity=2";
    expect(evaluateExactly(getGame(id), uniform)?.nashConv).toBeGreaterThan(1.6);
    const { sampled, greedy } = await learn(id, 128, 120, 1);
    expect(greedy).toBe(0);
    expect(sampled).toBeLessThan(0.5);
  });
});
