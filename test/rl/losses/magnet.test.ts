/** The three magnets, seen in the loss of a batch that gains and loses nothing. */
import { beforeAll, describe, expect, it } from "vitest";
import { startBackend } from "../../../src/nn/backend.ts";
import type { Policy } from "../../../src/policies/policy.ts";
import type { Row } from "../../../src/rl/rows.ts";
import { kuhn, learnerWith, quiet, rng, someRows, ttt } from "../learners.ts";

beforeAll(() => startBackend("kernels"));

const COEFFICIENT = 0.7;
const WEIGHTS = { kuhn: { entropy: 1, magnet: 0.4 }, ttt: { entropy: 1, magnet: 2 } };
const magnetised = (kind: "none" | "uniform" | "averaged", every = 1000) =>
  learnerWith({ magnet: { kind, coefficient: COEFFICIENT, every }, entropy: { start: 0, end: 0 } }, WEIGHTS);

const rows = quiet([...someRows(kuhn, 1), ...someRows(ttt, 2, 10)]);

/** Σ visits · weight · KL(π ‖ m), from the policies' own words. */
function pull(rows: readonly Row[], policy: Policy, magnetOf: (row: number, slot: number) => number): number {
  const distributions = policy.distributions(rows.map(({ infoset }) => infoset));
  return rows.reduce((sum, { visits, infoset }, row) => {
    let kl = 0;
    distributions[row]?.forEach((p, slot) => {
      if (p > 0) kl += p * Math.log(p / magnetOf(row, slot));
    });
    return sum + visits * WEIGHTS[infoset.game.id as keyof typeof WEIGHTS].magnet * kl;
  }, 0);
}
const shuffled = (learner: ReturnType<typeof magnetised>, updates: number) => {
  for (let u = 1; u <= updates; u++) learner.update(someRows(u % 2 ? kuhn : ttt, u), u, rng);
};

describe("uniform", () => {
  it("is the KL divergence to every legal action alike, each game at its own weight", () => {
    const learner = magnetised("uniform");
    const uniform = (row: number) => 1 / (rows[row]?.infoset.actions.length ?? 0);
    const before = pull(rows, learner.policy, uniform);
    expect(before).toBeGreaterThan(0.05);
    expect(learner.update(rows, 1, rng)).toBeCloseTo(COEFFICIENT * before, 5);
    for (let u = 2; u <= 60; u++) learner.update(rows, u, rng);
    expect(pull(rows, learner.policy, uniform)).toBeLessThan(before / 4);
    learner.dispose();
  });
});

describe("none", () => {
  it("does not pull, whatever its coefficient", () => {
    const learner = magnetised("none");
    shuffled(learner, 4);
    const theta = () => learner.save().weights;
    const before = theta();
    expect(Math.abs(learner.update(rows, 5, rng))).toBe(0);
    expect(theta()).toEqual(before);
    learner.dispose();
  });
});

describe("averaged", () => {
  it("is the KL divergence to the average as of the last multiple of `every`", () => {
    const learner = magnetised("averaged", 3);
    const infosets = rows.map(({ infoset }) => infoset);
    let magnet = learner.averagedPolicy.distributions(infosets);
    const pulls: number[] = [];
    for (let u = 1; u <= 8; u++) {
      const expected = pull(rows, learner.policy, (row, slot) => magnet[row]?.[slot] as number);
      pulls.push(expected);
      expect(learner.update(rows, u, rng)).toBeCloseTo(COEFFICIENT * expected, 5);
      if (u % 3 === 0) magnet = learner.averagedPolicy.distributions(infosets);
      // Something to be pulled back from, without moving a magnet.
      learner.update(someRows(kuhn, u), 1, rng);
    }
    expect(pulls[0]).toBe(0);
    for (const x of pulls.slice(1)) expect(x).toBeGreaterThan(1e-4);
    learner.dispose();
  });
});

it("the three make different learners", () => {
  const after = (["none", "uniform", "averaged"] as const).map((kind) => {
    const learner = magnetised(kind);
    shuffled(learner, 3);
    const weights = String(learner.save().averaged.flatMap(({ values }) => [...values]));
    learner.dispose();
    return weights;
  });
  expect(new Set(after).size).toBe(3);
});
