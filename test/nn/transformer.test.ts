/**
 * The transformer's engines against a plain one in 64 bits (test/reference/transformer.ts), whose own gradient is held against
 * finite differences; that rows do not touch one another; and what is left in memory.
 */
import assert from "node:assert/strict";
import { afterAll, describe, expect, it } from "vitest";
import { type BackendName, findBackend, startBackend } from "../../src/nn/backend.ts";
import { type PrefixTree, prefixTree } from "../../src/nn/prefix-tree.ts";
import { tf } from "../../src/nn/tf.ts";
import { initialTransformer, Transformer } from "../../src/nn/transformer.ts";
import { headColumns, type TransformerShape, transformerTensors } from "../../src/nn/transformer-shape.ts";
import type { WeightArray } from "../../src/nn/weights.ts";
import { Rng } from "../../src/util/rng.ts";
import { plainTransformer } from "../reference/transformer.ts";

afterAll(() => startBackend("js"));

const ENGINES = [
  ["js", "tensors"],
  ["wasm", "tensors"],
  ["wasm", "kernels"],
  ["node", "tensors"],
] as const;

/** An engine's relative error, of logits and of gradients. */
const NEAR = 1e-5;

/** A network with weights that are not special: gains that are not 1, biases that are not 0. */
function example(part: Partial<TransformerShape>) {
  const shape = { tokens: 11, width: 16, layers: 2, heads: 2, context: 7, outputScale: 1, ...part };
  const rng = new Rng(JSON.stringify(shape));
  const weights = initialTransformer(shape, rng).map((w) => ({
    ...w,
    values: w.values.map((x) => x + 0.1 * rng.normal()),
  }));
  // Sequences of every length up to the context; many share prefixes, and some end inside or with another.
  const lengths = [1, 2, 3, 4, 5, 6, 7, 7, 2, 1].map((length) => Math.min(length, shape.context));
  const sequences = lengths.map((length, i) =>
    Array.from({ length }, (_, j) => (j < 3 ? i % 2 : rng.below(shape.tokens))),
  );
  const columns = headColumns(shape);
  const d = sequences.map(() => Array.from({ length: columns }, () => rng.normal()));
  return { shape, weights, sequences, tree: prefixTree(sequences), d, lossGradient: Float32Array.from(d.flat()) };
}

/** The largest difference, relative to the largest number. */
function gap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  const largest = (x: number, y: number): number => Math.max(x, Math.abs(y));
  return Array.from(a, (x, i) => x - (b[i] as number)).reduce(largest, 0) / Array.from(b).reduce(largest, 1e-30);
}

async function start(backend: BackendName, skip: (reason: string) => void): Promise<void> {
  const found = findBackend(backend);
  if (found.status !== "usable") skip(found.reason);
  await startBackend(backend);
}

const gradientsOf = (network: Transformer, tree: PrefixTree, d: Float32Array): Float32Array[] => {
  const gradients = network.gradients(tree, () => d);
  const values = gradients.map((gradient) => gradient.dataSync() as Float32Array);
  expect(gradients.map(({ shape }) => shape)).toEqual(network.variables.map(({ shape }) => shape));
  tf.dispose(gradients);
  return values;
};

describe("the plain transformer", () => {
  it("has the gradient that finite differences have", () => {
    const { shape, weights, sequences, d } = example({ width: 8, tokens: 5, context: 4, layers: 2 });
    const some = [1, 3, 6];
    const [of, by] = [some.map((i) => sequences[i] as number[]), some.map((i) => d[i] as number[])];
    const loss = (arrays: readonly WeightArray[]): number =>
      plainTransformer(arrays, shape, of, by)
        .logits.flat()
        .reduce((sum, z, i) => sum + z * (by.flat()[i] as number), 0);
    const { gradients } = plainTransformer(weights, shape, of, by);
    const rng = new Rng("some");
    weights.forEach((array, i) => {
      const wide = { ...array, values: Float64Array.from(array.values) as unknown as Float32Array };
      const k = rng.below(array.values.length);
      const at = (x: number): number => loss(weights.with(i, { ...wide, values: wide.values.with(k, x) }));
      const w = array.values[k] as number;
      expect(gradients[i]?.[k]).toBeCloseTo((at(w + 1e-5) - at(w - 1e-5)) / 2e-5, 7);
    });
  });
});

describe("every engine computes the plain transformer and its gradient", () => {
  const examples = [
    { width: 8, heads: 1, layers: 1 },
    { width: 8, heads: 2, tokens: 70 },
    { width: 16, heads: 4, layers: 3, context: 5 },
    { width: 16, heads: 1, context: 1 },
    { width: 24, heads: 3, context: 4 },
    { width: 32, heads: 4, context: 3 },
    { width: 64, heads: 2, layers: 1, context: 2 },
  ].map((part) => {
    const made = example(part);
    return { part, ...made, plain: plainTransformer(made.weights, made.shape, made.sequences, made.d) };
  });

  it.for(ENGINES)("%s, %s", async ([backend, engine], { skip }) => {
    await start(backend, skip);
    for (const { part, shape, weights, tree, lossGradient, plain } of examples) {
      const network = new Transformer(weights, shape, { engine });
      expect([part, gap(network.logits(tree), plain.logits.flat()) < NEAR]).toEqual([part, true]);
      gradientsOf(network, tree, lossGradient).forEach((gradient, i) => {
        const name = weights[i]?.name;
        expect([part, name, gap(gradient, plain.gradients[i] as number[]) < NEAR]).toEqual([part, name, true]);
      });
      network.dispose();
    }
  });
});

describe.for(ENGINES)("%s, %s", ([backend, engine]) => {
  const { shape, weights, sequences, tree, lossGradient } = example({ width: 32, heads: 4 });
  const columns = headColumns(shape);

  it("computes a row alike whatever rows are beside it, to the bit", async ({ skip }) => {
    await start(backend, skip);
    const network = new Transformer(weights, shape, { engine });
    const together = network.logits(tree);
    for (let from = 0; from < sequences.length; from++) {
      for (const to of [from + 1, sequences.length]) {
        const alone = network.logits(prefixTree(sequences.slice(from, to)));
        assert.deepEqual(alone, together.slice(from * columns, to * columns));
      }
    }
    const reversed = network.logits(prefixTree([...sequences].reverse()));
    expect(reversed.slice(0, columns)).toEqual(together.slice(-columns));
    network.dispose();
  });

  it("computes a large tree in parts", async ({ skip }) => {
    await start(backend, skip);
    const network = new Transformer(weights, shape, { engine });
    const inParts = new Transformer(weights, shape, { engine, maxNodes: 12 });
    expect(inParts.logits(tree)).toEqual(network.logits(tree));
    const whole = gradientsOf(network, tree, lossGradient);
    gradientsOf(inParts, tree, lossGradient).forEach((gradient, i) => {
      expect(gap(gradient, whole[i] as Float32Array)).toBeLessThan(NEAR);
    });
    for (const each of [network, inParts]) each.dispose();
  });

  it("leaves nothing behind but its variables", async ({ skip }) => {
    await start(backend, skip);
    const before = [tf.memory().numTensors, tf.backend().numDataIds()];
    const network = new Transformer(weights, shape, { engine });
    expect(tf.memory().numTensors).toBe((before[0] as number) + weights.length);
    network.logits(tree);
    gradientsOf(network, tree, lossGradient);
    const inParts = new Transformer(weights, shape, { engine, maxNodes: 12 });
    gradientsOf(inParts, tree, lossGradient);
    inParts.logits(tree);
    for (const each of [network, inParts]) each.dispose();
    expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual(before);
  });
});

describe("first weights", () => {
  const shape = { tokens: 150, width: 64, layers: 2, heads: 4, context: 100, outputScale: 0.1 };
  const weights = initialTransformer(shape, new Rng("first"));

  it("are those of the network's tensors, and a function of the seed", () => {
    expect(weights.map(({ name, shape }) => ({ name, shape }))).toEqual(transformerTensors(shape));
    assert.deepEqual(initialTransformer(shape, new Rng("first")), weights);
    assert.notDeepEqual(initialTransformer(shape, new Rng("second"))[0], weights[0]);
    expect(new Set(weights.map(({ name }) => name)).size).toBe(2 + 7 * 2 + 3);
  });

  it.each([
    ["token.embedding", 0.5],
    ["position.embedding", 0.1],
    ["block0.attention.qkv", 1 / 8],
    ["block0.attention.out", 1 / 16],
    ["block1.up.weight", Math.sqrt(2) / 8],
    ["block1.down.weight", 1 / 32],
    ["head.weight", 0.1 / 8],
    ["block1.attention.norm", 1],
    ["norm", 1],
    ["block0.up.bias", 0],
    ["head.bias", 0],
  ])("%s has the root mean square %f", (name, scale) => {
    const { values } = weights.find((array) => array.name === name) as WeightArray;
    const rms = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
    expect(Math.abs(rms - scale)).toBeLessThanOrEqual(0.03 * scale);
  });
});

describe("what does not fit is refused with a reason", () => {
  const { shape, weights, tree } = example({});

  it("a tree", async () => {
    await startBackend("wasm");
    const network = new Transformer(weights, shape);
    const gradients = (sequences: number[][]) => network.gradients(prefixTree(sequences), (logits) => logits);
    expect(() => network.logits(prefixTree([[1], [0, 1, 2, 3, 4, 5, 6, 7]]))).toThrow(
      "a sequence of 8 tokens does not fit the context of 7",
    );
    expect(() => gradients([[1, 11]])).toThrow("token 11 is not in the vocabulary of 11");
    expect(() => network.logits(prefixTree([[-1]]))).toThrow("token -1 is not in the vocabulary of 11");
    expect(() => network.logits(prefixTree([]))).toThrow("the tree has no sequence");
    expect(network.logits(tree).length).toBe(tree.rows.length * 16);
    network.dispose();
  });

  it("a width, and weights", () => {
    expect(() => new Transformer(weights, { ...shape, width: 12 })).toThrow("the width 12 does not suit 2 heads");
    expect(() => new Transformer(weights, { ...shape, heads: 8 })).toThrow("the width 16 does not suit 8 heads");
    expect(() => new Transformer(weights, { ...shape, tokens: 9 })).toThrow(
      "token.embedding is [11,16], and this network's is [9,16]",
    );
  });
});
