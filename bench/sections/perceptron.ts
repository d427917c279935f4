/**
 * A training step of the default network, forward, gradient and Adam: TensorFlow.js on wasm against our own kernels, and other
 * widths. Repetitions of the two alternate, so that the load of the machine falls on both. The figures are CPU time.
 */
import { arithmetic } from "../../src/nn/arithmetic.ts";
import { type BackendName, startBackend } from "../../src/nn/backend.ts";
import { initialWeights } from "../../src/nn/mlp-weights.ts";
import { Rng } from "../../src/util/rng.ts";
import { type Figure, figure, type Measured, timed } from "../lib/measure.ts";

/** The default network of kuhn,ttt. */
const [INPUTS, OUTPUTS] = [40, 12];
const ADAM = { beta1: 0, beta2: 0.999, epsilon: 1e-8, clip: 2 };

/** Rows, units a hidden layer, and how much less CPU time our kernels are to take. */
const CASES = [
  { rows: 12, width: 64, wanted: 15 },
  { rows: 75, width: 64, wanted: 5 },
  { rows: 300, width: 64, wanted: 2.5 },
  { rows: 4096, width: 64, wanted: 1.5 },
  { rows: 300, width: 128 },
  { rows: 300, width: 256 },
  { rows: 300, width: 512 },
] as const;

export async function perceptron(quick: boolean): Promise<Measured> {
  const figures: Figure[] = [];
  for (const { rows, width, ...target } of CASES) {
    const calls = Math.max(1, Math.round((quick ? 2e8 : 8e8) / (rows * width * (width + INPUTS + OUTPUTS) * 6)));
    const [theirs, own] = [await stepOn("wasm", rows, width), await stepOn("kernels", rows, width)];
    const seconds = (step: () => void): number =>
      timed(() => {
        for (let i = 0; i < calls; i++) step();
      }).cpu / calls;
    for (const step of [theirs, own]) seconds(step);
    const pairs = Array.from({ length: quick ? 3 : 11 }, () => [seconds(theirs), seconds(own)] as const);
    const also = { rows, "hidden units a layer": width };
    const microseconds = (name: string, values: readonly number[]) =>
      figure(
        name,
        "µs CPU",
        values.map((x) => 1e6 * x),
        { also },
      );
    figures.push(
      microseconds(
        "TensorFlow.js on wasm",
        pairs.map(([a]) => a),
      ),
      microseconds(
        "kernels",
        pairs.map(([, b]) => b),
      ),
      figure(
        "TensorFlow.js ÷ kernels",
        "×",
        pairs.map(([a, b]) => a / b),
        {
          also,
          ...("wanted" in target ? { target: { least: target.wanted } } : {}),
        },
      ),
    );
  }
  return { figures, notes: [] };
}

/** A step of a new network on this backend. Networks of an earlier backend go on working. */
async function stepOn(name: BackendName, rows: number, width: number): Promise<() => void> {
  await startBackend(name);
  const rng = new Rng("step");
  const shape = { inputs: INPUTS, hidden: [width, width], outputs: OUTPUTS, outputScale: 1 };
  const network = arithmetic().learner(initialWeights(shape, rng), ADAM);
  const x = Float32Array.from({ length: rows * INPUTS }, () => rng.normal());
  const lossGradient = Float32Array.from({ length: rows * OUTPUTS }, () => rng.normal() / rows);
  return () => network.step(x, () => lossGradient, 1e-4);
}
