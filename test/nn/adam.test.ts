/** Adam against the formula in double precision; its saved state goes on to the bit. */
import { beforeAll, describe, expect, it } from "vitest";
import { Adam } from "../../src/nn/adam.ts";
import type { AdamSettings } from "../../src/nn/adam-settings.ts";
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

/** The update rule of Kingma and Ba's algorithm 1, one number at a time, and its bound; how often that was reached. */
function reference({ beta1, beta2, epsilon, clip = Number.POSITIVE_INFINITY }: AdamSettings) {
  const all = SHAPES.flatMap((shape, variable) =>
    Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => ({ variable, i, w: 1, m: 0, v: 0 })),
  );
  let clipped = 0;
  for (let t = 1; t <= STEPS; t++) {
    const updates = all.map((x) => {
      const g = gradients[t - 1]?.[x.variable]?.[x.i] as number;
      x.m = beta1 * x.m + (1 - beta1) * g;
      x.v = beta2 * x.v + (1 - beta2) * g * g;
      return x.m / (1 - beta1 ** t) / (Math.sqrt(x.v / (1 - beta2 ** t)) + epsilon);
    });
    const rms = Math.sqrt(updates.reduce((sum, u) => sum + u * u, 0) / updates.length);
    if (rms > clip) clipped++;
    all.forEach((x, k) => {
      x.w -= learningRate(t) * (updates[k] as number) * Math.min(1, clip / rms);
    });
  }
  return {
    weights: SHAPES.map((_, variable) => all.filter((x) => x.variable === variable).map(({ w }) => w)),
    clipped,
  };
}

describe.each([
  { beta1: 0, beta2: 0.999, epsilon: 1e-8 },
  { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  { beta1: 0.5, beta2: 0.9, epsilon: 0.1 },
  { beta1: 0, beta2: 0.999, epsilon: 1e-8, clip: 1 },
  { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, clip: 0.3 },
])("β₁ = $beta1, β₂ = $beta2, ε = $epsilon, d = $clip", (settings) => {
  let whole: ReturnType<typeof run>;
  beforeAll(() => {
    whole = run(settings);
  });

  it("follows the formula", () => {
    const { weights: expected, clipped } = reference(settings);
    // Some steps are above the bound, where there is one, and some below.
    if (settings.clip !== undefined) expect([clipped > 5, clipped < STEPS - 5]).toEqual([true, true]);
    const { weights, steps } = whole;
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
    expect(run(settings, 24, STEPS, half)).toEqual(whole);
  });

  it("does need the state to go on", () => {
    const half = run(settings, 1, 23);
    const forgotten = { ...half, arrays: half.arrays.map((a) => ({ ...a, values: a.values.map(() => 0) })) };
    expect(run(settings, 24, STEPS, forgotten).weights).not.toEqual(whole.weights);
    expect(run(settings, 24, STEPS, { ...half, steps: 0 }).weights).not.toEqual(whole.weights);
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
