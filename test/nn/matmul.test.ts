/** The transposed matrix products that wasm is taught anew, against plain loops, and without leaving tensors behind. */
import { beforeAll, describe, expect, it } from "vitest";
import { startBackend } from "../../src/nn/backend.ts";
import { tf } from "../../src/nn/tf.ts";
import { Rng } from "../../src/util/rng.ts";

beforeAll(() => startBackend("wasm"));

const rng = new Rng("matmul");
const random = (length: number): Float32Array => Float32Array.from({ length }, () => rng.normal());

/** [batch, n, k] × [batch, k, m], each operand stored transposed where its flag says so. */
function plainProduct(
  a: Float32Array,
  b: Float32Array,
  {
    batch,
    n,
    k,
    m,
    transposeA,
    transposeB,
  }: { batch: number; n: number; k: number; m: number; transposeA: boolean; transposeB: boolean },
): number[] {
  const product: number[] = [];
  for (let s = 0; s < batch; s++) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++) {
          const left = a[s * n * k + (transposeA ? l * n + i : i * k + l)] as number;
          sum += left * (b[s * k * m + (transposeB ? j * k + l : l * m + j)] as number);
        }
        product.push(sum);
      }
    }
  }
  return product;
}

type Size = readonly [number, number, number];
const sizes: readonly Size[] = [
  [1, 1, 1],
  [1, 5, 1],
  [7, 1, 3],
  [1, 9, 4],
  [6, 4, 1],
  [3, 4, 5],
  [33, 17, 65],
];

describe.each([
  [false, false],
  [true, false],
  [false, true],
  [true, true],
])("transposeA %s, transposeB %s", (transposeA, transposeB) => {
  const check = (batch: number, rank: 2 | 3, [n, k, m]: Size): void => {
    const [a, b] = [random(batch * n * k), random(batch * k * m)];
    const outer = rank === 2 ? [] : [batch];
    const left = tf.tensor(a, [...outer, ...(transposeA ? [k, n] : [n, k])]);
    const right = tf.tensor(b, [...outer, ...(transposeB ? [m, k] : [k, m])]);
    const product = tf.matMul(left, right, transposeA, transposeB);
    expect(product.shape).toEqual([...outer, n, m]);
    const expected = plainProduct(a, b, { batch, n, k, m, transposeA, transposeB });
    const gaps = expected.map((x, i) => Math.abs(x - (product.dataSync()[i] as number)));
    expect(Math.max(...gaps)).toBeLessThan(1e-4);
    // The operands are as they were.
    expect([...left.dataSync()]).toEqual([...a]);
    expect([...right.dataSync()]).toEqual([...b]);
    tf.dispose([left, right, product]);
  };

  it.each(sizes)("%i × %i × %i", (n, k, m) => check(1, 2, [n, k, m]));
  it.each(sizes)("batches of %i × %i × %i", (n, k, m) => {
    check(1, 3, [n, k, m]);
    check(3, 3, [n, k, m]);
  });

  it("leaves no data on the backend", () => {
    const before = [tf.memory().numTensors, tf.backend().numDataIds()];
    for (const size of sizes) check(2, 3, size);
    expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual(before);
  });
});

describe("a right factor that was reshaped since the last product", () => {
  const plain = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b);
  const fused = (a: tf.Tensor, b: tf.Tensor) =>
    tf.fused.matMul({ a: a as tf.Tensor2D, b: b as tf.Tensor2D, activation: "relu" });
  const sums = (x: Float32Array, columns: number): number[] =>
    Array.from({ length: columns }, (_, j) => x.filter((_, i) => i % columns === j).reduce((a, b) => a + b, 0));

  it.each([
    ["plain, then plain", plain, plain],
    ["fused, then fused", fused, fused],
    ["plain, then fused", plain, fused],
    ["fused, then plain", fused, plain],
  ])("%s", (_, first, second) => {
    const held = [tf.memory().numTensors, tf.backend().numDataIds()];
    const numbers = random(128 * 32).map(Math.abs);
    tf.tidy(() => {
      const x = tf.tensor2d(numbers, [128, 32]);
      const check = (product: tf.Tensor, columns: number) =>
        sums(numbers, columns).forEach((sum, j) => {
          expect(Math.abs(sum - (product.dataSync()[j] as number))).toBeLessThan(1e-3);
        });
      check(first(tf.ones([1, 128]), x), 32);
      check(second(tf.ones([1, 8]), tf.reshape(x, [8, 512])), 512);
      check(second(tf.ones([1, 128]), x), 32);
    });
    expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual(held);
  });
});

it("one operand used on both sides", () => {
  const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
  expect([...tf.matMul(x, x, true, false).dataSync()]).toEqual([17, 22, 27, 22, 29, 36, 27, 36, 45]);
  expect([...tf.matMul(x, x, false, true).dataSync()]).toEqual([14, 32, 32, 77]);
  x.dispose();
});
