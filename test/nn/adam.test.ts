/** Adam against the formula in double precision; its saved state goes on to the bit. */
import { beforeAll, describe, expect, it } from "vitest";
import { Adam, type AdamSettings } from "../../src/nn/adam.ts";
import { startBackend } from "../../src/nn/backend.ts";
import { tf } from "../../src/nn/tf.ts";
import { Rng } from "../../src/util/rng.ts";

beforeAll(() => startBackend("wasm"));

const SHAPES = [[3, 4], [4]];
const rng = new Rng("adam");
const STEPS = 60;
/** By step and variable; sizes differ by 10⁶, and one coordinate has no gradient at all. */
const gradients = Array.from({ length: STEPS }, () =>
  SHAPES.map((shape) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) =>
      i === 2 ? 0 : rng.normal() * 10 ** (3 - i),
    ),
  ),
);
const learningRate = (step: number): number => 0.01 / step;

function run(settings: AdamSettings, from = 1, to = STEPS, resume?: ReturnType<typeof state>) {
  const variables = SHAPES.map((shape, i) =>
    tf.tidy(() => tf.variable(resume ? tf.tensor(resume.weights[i] as Float32Array, shape) : tf.ones(shape))),
  );
  const adam = new Adam(variables, settings);
  if (resume) adam.restore(resume.arrays, resume.steps);
  for (let step = from; step <= to; step++) {
    const grads = (gradients[step - 1] as Float32Array[]).map((g, i) => tf.tensor(g, SHAPES[i]));
    adam.step(grads, learningRate(step));
    tf.dispose(grads);
  }
  const after = state(variables, adam);
  adam.dispose();
  tf.dispose(variables);
  return after;
}

const state = (variables: readonly tf.Variable[], adam: Adam) => ({
  weights: variables.map((v) => Float32Array.from(v.dataSync())),
  arrays: adam.save(),
  steps: adam.steps,
});

/** The update rule of Kingma and Ba's algorithm 1, one number at a time. */
function reference({ beta1, beta2, epsilon }: AdamSettings): number[][] {
  return SHAPES.map((shape, variable) =>
    Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => {
      let [w, m, v] = [1, 0, 0];
      for (let t = 1; t <= STEPS; t++) {
        const g = gradients[t - 1]?.[variable]?.[i] as number;
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g * g;
        w -= (learningRate(t) * (m / (1 - beta1 ** t))) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
      }
      return w;
    }),
  );
}

describe.each([
  { beta1: 0, beta2: 0.999, epsilon: 1e-8 },
  { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  { beta1: 0.5, beta2: 0.9, epsilon: 0.1 },
])("β₁ = $beta1, β₂ = $beta2, ε = $epsilon", (settings) => {
  it("follows the formula", () => {
    const expected = reference(settings);
    const { weights, steps } = run(settings);
    expect(steps).toBe(STEPS);
    weights.forEach((values, variable) => {
      values.forEach((w, i) => {
        expect(w).toBeCloseTo(expected[variable]?.[i] as number, 5);
        // Only the coordinate without a gradient stands still; under a large ε a small gradient may as well.
        if (i === 2 || settings.epsilon < 1e-6) expect(w === 1).toBe(i === 2);
      });
    });
  });

  it("goes on from saved state as if it had never stopped", () => {
    const half = run(settings, 1, 23);
    expect(half.arrays.length).toBe(settings.beta1 > 0 ? 4 : 2);
    expect(run(settings, 24, STEPS, half)).toEqual(run(settings));
  });

  it("does need the state to go on", () => {
    const half = run(settings, 1, 23);
    const forgotten = { ...half, arrays: half.arrays.map((a) => ({ ...a, values: a.values.map(() => 0) })) };
    expect(run(settings, 24, STEPS, forgotten).weights).not.toEqual(run(settings).weights);
    expect(run(settings, 24, STEPS, { ...half, steps: 0 }).weights).not.toEqual(run(settings).weights);
  });
});

it("says which part of its state is missing", () => {
  const settings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  const saved = run(settings, 1, 2);
  const without = (name: string) => ({ ...saved, arrays: saved.arrays.filter((a) => a.name !== name) });
  for (const name of ["adam.v.1", "adam.m.0"]) {
    expect(() => run(settings, 3, 4, without(name))).toThrow(`no optimizer state ${name}`);
  }
});
