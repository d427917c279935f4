/**
 * The multilayer perceptron of our own kernels: beside TensorFlow.js on wasm and js; beside its formula in 64 bits, finite differences and
 * Adam's formula; and what it keeps of its memory.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Adam } from "../../src/nn/adam.ts";
import type { AdamSettings } from "../../src/nn/adam-settings.ts";
import { startBackend } from "../../src/nn/backend.ts";
import { Mlp } from "../../src/nn/mlp.ts";
import { initialWeights, type MlpShape } from "../../src/nn/mlp-weights.ts";
import { kernelFile } from "../../src/nn/simd/file.ts";
import { KernelHeap } from "../../src/nn/simd/heap.ts";
import { KernelMlp, LearningKernelMlp } from "../../src/nn/simd/mlp.ts";
import { tf } from "../../src/nn/tf.ts";
import type { WeightArray } from "../../src/nn/weights.ts";
import { Rng } from "../../src/util/rng.ts";
import { plainLogits, widened } from "../reference/learner.ts";

const heap = new KernelHeap(kernelFile("mlp"));
const WITHOUT_MOMENTUM: AdamSettings = { beta1: 0, beta2: 0.999, epsilon: 1e-8, clip: 2 };
const WITH_MOMENTUM: AdamSettings = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, clip: 0.5 };

/** With biases that are not 0, which first weights have; and rows of features, some of them 0. */
function someNetwork(sizes: Omit<MlpShape, "outputScale">, rows: number) {
  const rng = new Rng(`${sizes.inputs} ${sizes.hidden} ${sizes.outputs} ${rows}`);
  const first = initialWeights({ ...sizes, outputScale: 1 }, rng);
  const weights = first.map((w) => ({ ...w, values: w.values.map((x) => x + 0.1 * rng.normal()) }));
  const features = Float32Array.from({ length: rows * sizes.inputs }, () => (rng.below(3) === 0 ? 0 : rng.normal()));
  const target = Float32Array.from({ length: rows * sizes.outputs }, () => rng.normal() / rows);
  /** Of L = Σ target · z². */
  const lossGradient = (z: Float32Array) => z.map((at, i) => 2 * at * target[i]);
  const loss = (z: readonly number[]) => z.reduce((sum, at, i) => sum + at * at * target[i], 0);
  return { rng, weights, features, lossGradient, loss };
}

const gap = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
};
/** Of numbers that are larger than 1, in units of the largest. */
const relativeGap = (a: ArrayLike<number>, b: ArrayLike<number>): number => gap(a, b) / Math.max(1, largest(b));
const largest = (values: ArrayLike<number>): number => gap(values, new Float32Array(values.length));
function flat(arrays: readonly WeightArray[]): Float32Array {
  const all = new Float32Array(arrays.reduce((sum, { values }) => sum + values.length, 0));
  let at = 0;
  for (const { values } of arrays) {
    all.set(values, at);
    at += values.length;
  }
  return all;
}

/** Odd widths, a single unit, no hidden layer, the default and a network wider than a block of the product. */
const SHAPES = [
  { inputs: 1, hidden: [1], outputs: 1 },
  { inputs: 5, hidden: [8, 1, 6], outputs: 3 },
  { inputs: 30, hidden: [], outputs: 5 },
  { inputs: 41, hidden: [37], outputs: 19 },
  { inputs: 40, hidden: [64, 64], outputs: 12 },
  { inputs: 3, hidden: [270, 9], outputs: 17 },
];
const ROWS = [1, 2, 5, 67, 300];
const CASES = SHAPES.flatMap((shape) => ROWS.map((rows) => ({ ...shape, rows })));

describe.each(["wasm", "js"] as const)("beside TensorFlow.js on %s, within 1e-5", (backend) => {
  beforeAll(() => startBackend(backend));
  afterAll(() => startBackend("wasm"));

  it.each(CASES)("$inputs → $hidden → $outputs, $rows rows", ({ rows, ...shape }) => {
    const { weights, features, lossGradient } = someNetwork(shape, rows);
    for (const settings of [WITHOUT_MOMENTUM, WITH_MOMENTUM]) {
      const own = new LearningKernelMlp(heap, weights, settings);
      const theirs = new Mlp(weights);
      const adam = new Adam(theirs.variables, settings);
      expect(gap(own.logits(features), theirs.logits(features))).toBeLessThan(1e-5);
      const gradients = theirs.gradients(features, lossGradient);
      const ownGradients = own.gradients(features, lossGradient);
      gradients.forEach((gradient, i) => {
        expect(relativeGap(ownGradients[i], gradient.dataSync())).toBeLessThan(1e-5);
      });
      own.step(features, lossGradient, 1e-3);
      adam.step(gradients, 1e-3);
      expect(gap(flat(own.save()), flat(theirs.save()))).toBeLessThan(1e-5);
      expect(relativeGap(flat(own.saveOptimizer().arrays), flat(adam.save()))).toBeLessThan(1e-5);
      expect(gap(flat(own.save()), flat(weights))).toBeGreaterThan(1e-4);
      tf.dispose(gradients);
      adam.dispose();
      for (const network of [own, theirs]) network.dispose();
    }
  });
});

describe("in 64 bits", () => {
  const rows = 3;
  const shape = { inputs: 5, hidden: [9, 6], outputs: 3 };
  const { rng, weights, features, lossGradient, loss } = someNetwork(shape, rows);
  const slowLogits = (w: ReturnType<typeof widened>) =>
    Array.from({ length: rows }, (_, r) => plainLogits(w, features.subarray(5 * r, 5 * (r + 1)))).flat();

  it("the logits are those of the formula", () => {
    const network = new KernelMlp(heap, weights);
    expect(gap(network.logits(features), slowLogits(widened(weights)))).toBeLessThan(1e-6);
    network.dispose();
  });

  it("the gradient is that of finite differences", () => {
    const network = new LearningKernelMlp(heap, weights, WITHOUT_MOMENTUM);
    const gradients = network.gradients(features, lossGradient);
    const exact = widened(weights);
    exact.forEach(({ values }, tensor) => {
      const differences = values.map((w, i) => {
        const at = (x: number): number => {
          values[i] = x;
          return loss(slowLogits(exact));
        };
        const difference = (at(w + 1e-6) - at(w - 1e-6)) / 2e-6;
        values[i] = w;
        return difference;
      });
      expect(gap(gradients[tensor], differences)).toBeLessThan(1e-5);
      expect(largest(differences)).toBeGreaterThan(0.1);
    });
    // And the weights are what they were.
    expect(network.save()).toEqual(weights);
    network.dispose();
  });

  it.each([WITHOUT_MOMENTUM, WITH_MOMENTUM, { beta1: 0, beta2: 0.9, epsilon: 0.1 }])(
    "twenty steps follow Adam's formula: $beta1, $beta2, $epsilon, $clip",
    (settings) => {
      // Only a head, whose gradient for the bias is ∂L/∂logits.
      const outputs = 11;
      const head = someNetwork({ inputs: 1, hidden: [], outputs }, 1).weights;
      const network = new LearningKernelMlp(heap, head, settings);
      const w = Array.from(flat(head));
      const [m, v] = [w.map(() => 0), w.map(() => 0)];
      let clipped = 0;
      for (let t = 1; t <= 20; t++) {
        // One has no gradient at all, and one update has none in any.
        const g = Array.from({ length: outputs }, (_, i) => (i === 2 || t === 5 ? 0 : rng.normal() * 10 ** (3 - i)));
        network.step(Float32Array.of(1), () => Float32Array.from(g), 0.01 / t);
        const { beta1, beta2, epsilon, clip = Number.POSITIVE_INFINITY }: AdamSettings = settings;
        const updates = [...g, ...g].map((x, i) => {
          m[i] = beta1 * m[i] + (1 - beta1) * x;
          v[i] = beta2 * v[i] + (1 - beta2) * x * x;
          return m[i] / (1 - beta1 ** t) / (Math.sqrt(v[i] / (1 - beta2 ** t)) + epsilon);
        });
        const rms = Math.sqrt(updates.reduce((sum, u) => sum + u * u, 0) / updates.length);
        if (rms > clip) clipped++;
        updates.forEach((u, i) => {
          w[i] -= (0.01 / t) * u * Math.min(1, clip / rms);
        });
      }
      expect(gap(flat(network.save()), w)).toBeLessThan(1e-5);
      // Those without a gradient stood still.
      expect([2, 2 + outputs].map((i) => flat(network.save())[i])).toEqual([2, 2 + outputs].map((i) => flat(head)[i]));
      if (settings === WITH_MOMENTUM) expect([clipped > 0, clipped < 20]).toEqual([true, true]);
      network.dispose();
    },
  );
});

describe("its state", () => {
  const { weights, features, lossGradient } = someNetwork({ inputs: 5, hidden: [9, 6], outputs: 3 }, 4);
  const other = someNetwork({ inputs: 5, hidden: [9, 6], outputs: 3 }, 7).weights;
  const train = (network: LearningKernelMlp, steps: number) => {
    for (let i = 0; i < steps; i++) network.step(features, lossGradient, 0.01);
  };

  it("comes back from a file as it went in, and training goes on to the bit", () => {
    for (const settings of [WITHOUT_MOMENTUM, WITH_MOMENTUM]) {
      const [whole, half, rest] = [0, 1, 2].map(() => new LearningKernelMlp(heap, weights, settings));
      expect(whole.save()).toEqual(weights);
      train(whole, 20);
      train(half, 9);
      const saved = half.saveOptimizer();
      expect([saved.steps, saved.arrays.length]).toEqual([9, settings.beta1 > 0 ? 12 : 6]);
      expect(saved.arrays.map(({ shape }) => shape).slice(0, 6)).toEqual(weights.map(({ shape }) => shape));
      rest.load([...half.save()].reverse());
      rest.restoreOptimizer(saved);
      train(rest, 11);
      expect(rest.save()).toEqual(whole.save());
      expect(rest.saveOptimizer()).toEqual(whole.saveOptimizer());
      // It does need the moments and the number of steps.
      rest.load(half.save());
      rest.restoreOptimizer({ ...saved, steps: 0 });
      train(rest, 11);
      expect(rest.save()).not.toEqual(whole.save());
      for (const network of [whole, half, rest]) network.dispose();
    }
  });

  it("that does not fit is refused with a reason", () => {
    const network = new LearningKernelMlp(heap, weights, WITH_MOMENTUM);
    expect(() => network.load(weights.slice(0, 5))).toThrow("it has no tensor layer2.bias");
    const bent = weights.with(5, { name: "layer2.bias", shape: [2], values: new Float32Array(2) });
    expect(() => network.load(bent)).toThrow("layer2.bias is [2], and this network's is [3]");
    const { arrays } = network.saveOptimizer();
    for (const lost of ["adam.v.1", "adam.m.0"]) {
      const without = { arrays: arrays.filter(({ name }) => name !== lost), steps: 1 };
      expect(() => network.restoreOptimizer(without)).toThrow(`no optimizer state ${lost}`);
    }
    network.dispose();
  });

  it("moves towards another's, and keep 0 copies", () => {
    const [a, b] = [new KernelMlp(heap, weights), new LearningKernelMlp(heap, other, WITHOUT_MOMENTUM)];
    a.moveTowards(b, 0.75);
    const expected = flat(weights).map((x, i) => 0.75 * x + 0.25 * flat(other)[i]);
    expect(gap(flat(a.save()), expected)).toBeLessThan(1e-6);
    a.moveTowards(b, 0);
    train(b, 1);
    expect(a.save()).toEqual(other);
    for (const network of [a, b]) network.dispose();
  });

  it("is not touched by a network that is asked while the loss is computed", () => {
    const wide = someNetwork({ inputs: 50, hidden: [70], outputs: 9 }, 400);
    const [alone, beside] = [0, 1].map(() => new LearningKernelMlp(heap, weights, WITHOUT_MOMENTUM));
    const asked = new KernelMlp(heap, wide.weights);
    const answer = asked.logits(wide.features);
    train(alone, 3);
    for (let i = 0; i < 3; i++) {
      const ask = (z: Float32Array) => {
        expect(asked.logits(wide.features)).toEqual(answer);
        return lossGradient(z);
      };
      beside.step(features, ask, 0.01);
    }
    expect(beside.save()).toEqual(alone.save());
    for (const network of [alone, beside, asked]) network.dispose();
  });

  it("goes back to the memory that it was taken from", () => {
    const before = heap.held;
    const first = new LearningKernelMlp(heap, weights, WITH_MOMENTUM);
    train(first, 2);
    expect(heap.held).toBeGreaterThan(before);
    first.dispose();
    expect(heap.held).toBe(before);
    // What is left in it does not matter to the next.
    const again = new LearningKernelMlp(heap, weights, WITH_MOMENTUM);
    expect([again.save(), flat(again.saveOptimizer().arrays).every((x) => x === 0)]).toEqual([weights, true]);
    again.dispose();
  });
});
