/** Two measures of the speed of the current backend. `now` is a clock and `budget` the time to measure, in milliseconds. */
import { Rng } from "../util/rng.ts";
import { arithmetic } from "./arithmetic.ts";
import { initialWeights, type MlpShape } from "./mlp-weights.ts";

type Clock = () => number;

/** Matrices are doubled up to this size, or until one product takes so many milliseconds. */
const [MAX_SIZE, MIN_DURATION] = [4096, 25];

/** Speed of the product of two square matrices, of 2 · size³ operations, in 10⁹ operations a second. */
export function productSpeed(now: Clock, budget: number): { size: number; gflops: number } {
  let size = 128;
  const took = (): number => {
    const product = arithmetic().product(size);
    // The first product of a size may compile a kernel, so the second is timed.
    product();
    const started = now();
    product();
    return now() - started;
  };
  while (took() < MIN_DURATION && size < MAX_SIZE) size *= 2;
  return { size, gflops: (2 * size ** 3 * rate(arithmetic().product(size), now, budget)) / 1e9 };
}

/** Rows a second in training steps (forward, gradient and Adam) of `rows` rows each. */
export function trainingSpeed(shape: MlpShape, rows: number, now: Clock, budget: number): number {
  const rng = new Rng("speed");
  const network = arithmetic().learner(initialWeights(shape, rng), { beta1: 0, beta2: 0.999, epsilon: 1e-8 });
  const normals = (length: number, scale: number) => Float32Array.from({ length }, () => scale * rng.normal());
  const x = normals(rows * shape.inputs, 1);
  const lossGradient = normals(rows * shape.outputs, 1 / rows);
  // Reading the logits waits for the step before.
  const step = (): void => network.step(x, () => lossGradient, 1e-4);
  for (let warm = 0; warm < 3; warm++) step();
  const perSecond = rows * rate(step, now, budget);
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
