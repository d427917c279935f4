/** The network against its formula in double precision, its gradient against finite differences, and its weight lists. */
import { beforeAll, describe, expect, it } from "vitest";
import { startBackend } from "../../src/nn/backend.ts";
import { Mlp } from "../../src/nn/mlp.ts";
import { initialWeights, type MlpShape } from "../../src/nn/mlp-weights.ts";
import { tf } from "../../src/nn/tf.ts";
import type { WeightArray } from "../../src/nn/weights.ts";
import { Rng } from "../../src/util/rng.ts";

beforeAll(() => startBackend("wasm"));

const shape: MlpShape = { inputs: 5, hidden: [8, 6], outputs: 3, outputScale: 1 };
const rng = new Rng("mlp");
const ROWS = 4;
const features = Float32Array.from({ length: ROWS * shape.inputs }, () => rng.normal());
const target = Array.from({ length: ROWS * shape.outputs }, () => rng.normal());
/** With biases that are not 0, which first weights have. */
const weights = initialWeights(shape, rng).map((w) => ({ ...w, values: w.values.map((x) => x + 0.1 * rng.normal()) }));

/** The formula of the file's header, one number at a time. */
function plainLogits(arrays: readonly { shape: readonly number[]; values: ArrayLike<number> }[]): number[] {
  let h = Array.from({ length: ROWS }, (_, r) =>
    Array.from(features.subarray(r * shape.inputs, (r + 1) * shape.inputs)),
  );
  for (let i = 0; i < arrays.length; i += 2) {
    const { shape: size, values: w } = arrays[i] as (typeof arrays)[number];
    const [inputs, outputs] = size as [number, number];
    h = h.map((row) =>
      Array.from({ length: outputs }, (_, j) => {
        let z = arrays[i + 1]?.values[j] as number;
        for (let k = 0; k < inputs; k++) z += (row[k] as number) * (w[k * outputs + j] as number);
        return i + 2 < arrays.length ? Math.max(0, z) : z;
      }),
    );
  }
  return h.flat();
}
const plainLoss = (arrays: readonly { shape: readonly number[]; values: ArrayLike<number> }[]): number =>
  plainLogits(arrays).reduce((sum, z, i) => sum + z * z * (target[i] as number), 0);

describe("the network", () => {
  it("computes its formula", () => {
    const network = new Mlp(weights);
    const logits = network.logits(features);
    plainLogits(weights).forEach((z, i) => {
      expect(logits[i]).toBeCloseTo(z, 5);
    });
    network.dispose();
  });

  it("has the gradient that finite differences have", () => {
    const network = new Mlp(weights);
    const gradients = network.gradients(features, (logits) => logits.map((z, i) => 2 * z * (target[i] as number)));
    const exact = weights.map((w) => ({ shape: w.shape, values: Float64Array.from(w.values) }));
    let largest = 0;
    expect(gradients.map((g) => g.shape)).toEqual(weights.map((w) => [...w.shape]));
    gradients.forEach((g, variable) => {
      const gradient = g.dataSync();
      const values = exact[variable]?.values as Float64Array;
      values.forEach((w, i) => {
        const at = (x: number): number => {
          values[i] = x;
          return plainLoss(exact);
        };
        const difference = (at(w + 1e-6) - at(w - 1e-6)) / 2e-6;
        values[i] = w;
        expect(gradient[i]).toBeCloseTo(difference, 3);
        largest = Math.max(largest, Math.abs(difference));
      });
    });
    expect(largest).toBeGreaterThan(1);
    tf.dispose(gradients);
    network.dispose();
  });

  it("moves towards another, and keep 0 copies", () => {
    const [a, b] = [new Mlp(weights), new Mlp(initialWeights(shape, new Rng("other")))];
    const [from, to] = [a.save(), b.save()];
    a.moveTowards(b, 0.75);
    a.save().forEach(({ values }, i) => {
      values.forEach((x, j) => {
        const expected = 0.75 * (from[i]?.values[j] as number) + 0.25 * (to[i]?.values[j] as number);
        expect(x).toBeCloseTo(expected, 6);
      });
    });
    a.moveTowards(b, 0);
    expect(a.save()).toEqual(to);
    // A copy stays what it is when the original moves on.
    b.load(weights);
    expect(a.save()).toEqual(to);
    for (const network of [a, b]) network.dispose();
  });
});

describe("weight lists", () => {
  it("start at He's scale, the head at outputScale of it, biases at 0", () => {
    const wide = initialWeights({ inputs: 200, hidden: [300], outputs: 100, outputScale: 0.01 }, new Rng("he"));
    const deviation = (w: WeightArray) => Math.sqrt(w.values.reduce((sum, x) => sum + x * x, 0) / w.values.length);
    expect(wide.map(({ name, shape }) => [name, ...shape])).toEqual([
      ["layer0.weight", 200, 300],
      ["layer0.bias", 300],
      ["layer1.weight", 300, 100],
      ["layer1.bias", 100],
    ]);
    expect(deviation(wide[0] as WeightArray) / Math.sqrt(2 / 200)).toBeCloseTo(1, 1);
    expect(deviation(wide[2] as WeightArray) / (0.01 * Math.sqrt(2 / 300))).toBeCloseTo(1, 1);
    expect([...(wide[1]?.values ?? [1]), ...(wide[3]?.values ?? [1])].every((x) => x === 0)).toBe(true);
  });

  it("are a function of the seed", () => {
    const make = (seed: string) => initialWeights(shape, new Rng(seed));
    expect(make("a")).toEqual(make("a"));
    expect(make("a")[0]?.values).not.toEqual(make("b")[0]?.values);
  });

  it("come back from save as they went in, in any order", () => {
    const network = new Mlp(weights);
    expect(network.save()).toEqual(weights);
    const other = initialWeights(shape, new Rng("other"));
    network.load([...other].reverse());
    expect(network.save()).toEqual(other);
    network.dispose();
  });

  it("that do not fit are refused with a reason", () => {
    const network = new Mlp(weights);
    const last = weights.length - 1;
    expect(() => network.load(weights.slice(0, last))).toThrow("it has no tensor layer2.bias");
    const bent = weights.with(last, { name: "layer2.bias", shape: [2], values: new Float32Array(2) });
    expect(() => network.load(bent)).toThrow("layer2.bias is [2], and this network's is [3]");
    network.dispose();
  });
});

it("nothing is left on the backend", () => {
  const before = [tf.memory().numTensors, tf.backend().numDataIds()];
  const network = new Mlp(weights);
  const other = new Mlp(weights);
  expect(tf.memory().numTensors).toBe((before[0] as number) + 2 * weights.length);
  network.logits(features);
  network.moveTowards(other, 0.5);
  network.moveTowards(other, 0);
  network.load(weights);
  network.save();
  network.dispose();
  other.dispose();
  expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual(before);
});
