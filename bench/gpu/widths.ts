/**
 * Started by gpu.ts: `node gpu/widths.js {"backend": …, "seconds": …}` times a training step (rows to the device, forward, gradient,
 * Adam) of networks of several widths on one backend and prints a `WidthStep[]` as JSON. It shows from which size a GPU pays.
 */
import { arithmetic } from "../../src/nn/arithmetic.ts";
import { type BackendName, startBackend } from "../../src/nn/backend.ts";
import { initialWeights } from "../../src/nn/mlp-weights.ts";
import { Rng } from "../../src/util/rng.ts";
import { repeat, type Took } from "../lib/measure.ts";

export interface WidthTask {
  readonly backend: BackendName;
  readonly seconds: number;
}

export interface WidthStep {
  readonly width: number;
  readonly rows: number;
  readonly took: readonly Took[];
}

/** Those of the default network of kuhn,ttt, which has two hidden layers. */
const [INPUTS, OUTPUTS] = [40, 12];
const SIZES = [64, 256, 1024].flatMap((width) => [300, 4096].map((rows) => ({ width, rows })));
const ADAM = { beta1: 0, beta2: 0.999, epsilon: 1e-8, clip: 2 };

const { backend, seconds } = JSON.parse(process.argv[2] ?? "{}") as WidthTask;
await startBackend(backend);
const steps = SIZES.map(({ width, rows }): WidthStep => {
  const rng = new Rng("step");
  const shape = { inputs: INPUTS, hidden: [width, width], outputs: OUTPUTS, outputScale: 1 };
  const network = arithmetic().learner(initialWeights(shape, rng), ADAM);
  const x = Float32Array.from({ length: rows * INPUTS }, () => rng.normal());
  const lossGradient = Float32Array.from({ length: rows * OUTPUTS }, () => rng.normal() / rows);
  // A step reads the logits of its rows, which waits for the step before.
  const took = repeat({ least: 3, most: 200, seconds, warmUp: 3 }, () => network.step(x, () => lossGradient, 1e-4));
  network.dispose();
  return { width, rows, took };
});
process.stdout.write(`${JSON.stringify(steps)}\n`);
