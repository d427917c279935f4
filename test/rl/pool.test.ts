/** The pool: its members, how often each is drawn, and that a member plays the weights that were added. */
import { beforeAll, describe, expect, it } from "vitest";
import { startBackend } from "../../src/nn/backend.ts";
import { tf } from "../../src/nn/tf.ts";
import type { WeightArray } from "../../src/nn/weights.ts";
import { networkPolicy } from "../../src/policies/network-policy.ts";
import type { Policy } from "../../src/policies/policy.ts";
import { Pool, type PoolMember, type PoolSettings } from "../../src/rl/pool.ts";
import { Rng } from "../../src/util/rng.ts";
import { chiSquaredZ, onTensors } from "../helpers.ts";
import { kuhn, modelOf, someRows, ttt } from "./learners.ts";

beforeAll(() => startBackend("kernels"));

const infosets = someRows(kuhn, 1).map(({ infoset }) => infoset);
const model = modelOf([kuhn, ttt], 4);
const weightsOf = (update: number): WeightArray[] => model.firstWeights(new Rng(update));
const poolOf = (settings: Partial<PoolSettings> = {}): Pool =>
  new Pool({ every: 10, size: 3, sampling: "uniform", ...settings }, model);

/** A pool that was offered every update up to this one. */
function offered(upTo: number, settings?: Partial<PoolSettings>): Pool {
  const pool = poolOf(settings);
  for (let u = 0; u <= upTo; u++) pool.offer(u, () => weightsOf(u));
  return pool;
}
const members = (pool: Pool): number[] => pool.save().map(({ update }) => update);
/** The pool with these scores, the oldest member's first. */
const withScores = (pool: Pool, scores: readonly number[]): PoolMember[] =>
  pool.save().map((member, i) => ({ ...member, score: scores[i] as number }));
/** How often each is drawn, by name. */
function frequencies(pool: Pool, draws: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i < draws; i++) {
    const { name } = pool.draw(new Rng(`draw ${i}`)).policy;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

describe("membership", () => {
  it("is every `every` updates from the untrained policy on; the oldest leaves", () => {
    const pool = poolOf();
    const seen: number[][] = [];
    let asked = 0;
    for (let u = 0; u <= 45; u++) {
      pool.offer(u, () => {
        asked++;
        return weightsOf(u);
      });
      if (u % 5 === 0) seen.push(members(pool));
    }
    expect(seen.map((list) => list.join())).toEqual([
      "0",
      "0",
      "0,10",
      "0,10",
      "0,10,20",
      "0,10,20",
      "10,20,30",
      "10,20,30",
      "20,30,40",
      "20,30,40",
    ]);
    expect(asked).toBe(5);
    pool.dispose();
  });

  it("lets go of who leaves, and of all at the end", async () => {
    await onTensors();
    const tensors = () => [tf.memory().numTensors, tf.backend().numDataIds()];
    const before = tensors();
    const pool = offered(20);
    const full = tensors();
    for (let u = 21; u <= 60; u++) pool.offer(u, () => weightsOf(u));
    pool.restore(pool.save());
    expect(tensors()).toEqual(full);
    expect(full[0]).toBe((before[0] as number) + 3 * 4);
    pool.dispose();
    expect(tensors()).toEqual(before);
  });
});

describe("a draw", () => {
  it("plays with the weights that were taken in", () => {
    const pool = offered(20);
    const names = new Set<string>();
    for (let i = 0; i < 40; i++) {
      const { policy } = pool.draw(new Rng(i));
      names.add(policy.name);
      const network = model.network(weightsOf(Number(policy.name.replace("pool@", ""))));
      const expected: Policy = networkPolicy("expected", network, model);
      expect(policy.distributions(infosets)).toEqual(expected.distributions(infosets));
      network.dispose();
    }
    expect([...names].sort()).toEqual(["pool@0", "pool@10", "pool@20"]);
    pool.dispose();
  });

  it("takes each alike where sampling is uniform, whatever the scores", () => {
    const pool = offered(20);
    pool.restore(withScores(pool, [1, 0, 0.5]));
    const counts = frequencies(pool, 900);
    const found = [0, 10, 20].map((u) => counts.get(`pool@${u}`) ?? 0);
    expect(chiSquaredZ(found, [300, 300, 300])).toBeLessThan(4);
    pool.dispose();
  });

  it("takes who is beaten less more often where sampling is by win rate", () => {
    const pool = offered(20, { sampling: "winrate" });
    pool.restore(withScores(pool, [1, 0.5, 0]));
    const counts = frequencies(pool, 1650);
    // By weights 0.05, 0.55 and 1.05.
    const found = [0, 10, 20].map((u) => counts.get(`pool@${u}`) ?? 0);
    expect(chiSquaredZ(found, [50, 550, 1050])).toBeLessThan(4);
    pool.dispose();
  });
});

it("a score starts at ½ and follows the learner's, a tenth of the way each time, of the member that was played", () => {
  const pool = offered(10);
  expect(pool.save().map(({ update, score }) => [update, score])).toEqual([
    [0, 0.5],
    [10, 0.5],
  ]);
  const scores = new Map([
    ["pool@0", 0.5],
    ["pool@10", 0.5],
  ]);
  for (let i = 0; i < 12; i++) {
    const { policy, played } = pool.draw(new Rng(i));
    const result = (i % 4) / 3;
    played(result);
    const score = scores.get(policy.name) as number;
    scores.set(policy.name, score + 0.1 * (result - score));
  }
  expect(scores.get("pool@0")).not.toBe(0.5);
  for (const { update, score } of pool.save()) expect(score).toBeCloseTo(scores.get(`pool@${update}`) as number, 12);
  pool.dispose();
});

it("goes on from what was saved: members, their order, weights and scores", () => {
  const whole = offered(30);
  whole.draw(new Rng(1)).played(1);
  const resumed = offered(10);
  resumed.restore(whole.save());
  for (const pool of [whole, resumed]) for (let u = 31; u <= 40; u++) pool.offer(u, () => weightsOf(u));
  expect(resumed.save()).toEqual(whole.save());
  expect(members(resumed)).toEqual([20, 30, 40]);
  for (let i = 0; i < 20; i++) {
    const [a, b] = [whole, resumed].map((pool) => pool.draw(new Rng(i)).policy) as [Policy, Policy];
    expect(b.name).toBe(a.name);
    expect(b.distributions(infosets)).toEqual(a.distributions(infosets));
  }
  for (const pool of [whole, resumed]) pool.dispose();
});
