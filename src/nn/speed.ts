/** Two measures of the speed of the current backend. `now` is a clock and `budget` the time to measure, in milliseconds. */
import { Rng } from "../util/rng.ts";
import { Adam } from "./adam.ts";
import { Mlp } from "./mlp.ts";
import { initialWeights, type MlpShape } from "./mlp-weights.ts";
import { tf } from "./tf.ts";

type Clock = () => number;

/** Matrices are doubled up to this size, or until one product takes so many milliseconds. */
const [MAX_SIZE, MIN_DURATION] = [4096, 25];

/** Speed of the product of two square matrices, of 2 · size³ operations, in 10⁹ operations a second. */
export function productSpeed(now: Clock, budget: number): { size: number; gflops: number } {
  let size = 128;
  const product = (): void =>
    tf.tidy(() => {
      const x = tf.fill([size, size], 0.5);
      // Reading one entry waits for all of them.
      tf.slice(tf.matMul(x, x), [0, 0], [1, 1]).dataSync();
    });
  const took = (): number => {
    const started = now();
    product();
    return now() - started;
  };
  // The first product of a size may compile a kernel, so the second is timed.
  for (took(); took() < MIN_DURATION && size < MAX_SIZE; took()) size *= 2;
  return { size, gflops: (2 * size ** 3 * rate(product, now, budget)) / 1e9 };
}

/** Rows a second in training steps (forward, gradient and Adam) of `rows` rows each. */
export function trainingSpeed(shape: MlpShape, rows: number, now: Clock, budget: number): number {
  const rng = new Rng("speed");
  const network = new Mlp(initialWeights(shape, rng));
  const adam = new Adam(network.variables, { beta1: 0, beta2: 0.999, epsilon: 1e-8 });
  const normals = (length: number, scale: number) => Float32Array.from({ length }, () => scale * rng.normal());
  const x = normals(rows * shape.inputs, 1);
  const lossGradient = normals(rows * shape.outputs, 1 / rows);
  const step = (): void => {
    const gradients = network.gradients(x, rows, () => lossGradient);
    adam.step(gradients, 1e-4);
    // Reading a weight waits for the whole step.
    network.variables.at(-1)?.dataSync();
    tf.dispose(gradients);
  };
  for (let warm = 0; warm < 3; warm++) step();
  const perSecond = rows * rate(step, now, budget);
  adam.dispose();
  network.dispose();
  return perSecond;
}

/** Calls a second. */
function rate(call: () => void, now: Clock, budget: number): number {
  const started = now();
  let calls = 0;
  do {
    call();
    calls += 1;
  } while (now() - started < budget);
  return (calls * 1000) / (now() - started);
}
