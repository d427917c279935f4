/** The state of a learner: averaging, saving, restoring and disposing of it. */
import assert from "node:assert/strict";
import { beforeAll, describe, expect, it } from "vitest";
import { startBackend } from "../../src/nn/backend.ts";
import { tf } from "../../src/nn/tf.ts";
import type { Row } from "../../src/rl/rows.ts";
import { Rng } from "../../src/util/rng.ts";
import { onTensors } from "../helpers.ts";
import { find, kuhn, learnerWith, rng, someRows, ttt } from "./learners.ts";

beforeAll(() => startBackend("kernels"));

const tensors = () => [tf.memory().numTensors, tf.backend().numDataIds()];

describe("the average and the magnet", () => {
  it.each(["pg", "ppo"] as const)(
    "%s: the average follows by 1 − δ, the magnet is the average as of its last refresh",
    (loss) => {
      const learner = learnerWith({ loss, averaging: 0.9, magnet: { kind: "averaged", coefficient: 0.5, every: 3 } });
      let before = learner.save();
      for (let u = 1; u <= 7; u++) {
        learner.update(someRows(kuhn, u), u, new Rng(u));
        const after = learner.save();
        for (const { name, values } of after.averaged) {
          const [old, theta] = [find(before.averaged, name).values, find(after.weights, name).values];
          values.forEach((x, i) => {
            assert(Math.abs(x - (0.9 * (old[i] as number) + 0.1 * (theta[i] as number))) < 5e-7);
          });
          const magnet = find(after.magnet, name).values;
          assert.deepEqual(magnet, u % 3 === 0 ? values : find(before.magnet, name).values);
        }
        expect(after.averaged[0]?.values).not.toEqual(before.averaged[0]?.values);
        before = after;
      }
      learner.dispose();
    },
  );
});

describe("saved and restored", () => {
  it.each([
    [0, "pg"],
    [0.9, "pg"],
    [0, "ppo"],
  ] as const)("goes on to the bit, β₁ = %d, %s", (beta1, loss) => {
    const adam = { beta1, beta2: 0.999, epsilon: 1e-8 };
    const rows = Array.from({ length: 12 }, (_, u) => someRows(u % 3 === 0 ? ttt : kuhn, u));
    const whole = learnerWith({ adam, loss });
    const resumed = learnerWith({ adam, loss });
    rows.forEach((batch, u) => {
      if (u === 7) resumed.restore(whole.save());
      const loss = whole.update(batch, u + 1, new Rng(u));
      if (u >= 7) expect(resumed.update(batch, u + 1, new Rng(u))).toBe(loss);
    });
    assert.deepEqual(resumed.save(), whole.save());
    for (const learner of [whole, resumed]) learner.dispose();
  });
});

it.each([
  ["pg", "averaged"],
  ["ppo", "averaged"],
  ["ppo", "uniform"],
  ["pg", "none"],
] as const)("leaves no tensor behind, in 42 updates or after it is gone: %s, magnet %s", async (loss, kind) => {
  await onTensors();
  const before = tensors();
  const learner = learnerWith({ loss, magnet: { kind, coefficient: 0.5, every: 7 } });
  const batches = [someRows(kuhn, 1), someRows(ttt, 2, 10)];
  const update = (u: number) => {
    learner.update(batches[u % 2] as Row[], u, rng);
    learner.policy.distributions((batches[u % 2] as Row[]).map(({ infoset }) => infoset));
  };
  for (let u = 1; u <= 14; u++) update(u);
  const warm = tensors();
  for (let u = 15; u <= 56; u++) update(u);
  learner.restore(learner.save());
  expect(tensors()[0]).toBe(warm[0]);
  learner.dispose();
  expect(tensors()).toEqual(before);
});
