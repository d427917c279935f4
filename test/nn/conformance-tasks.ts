/** What every backend computes for conformance.test.ts, and reports of itself; what a machine may lack, in a process of its own. */

import { isDeepStrictEqual } from "node:util";
import { arithmetic } from "../../src/nn/arithmetic.ts";
import { type BackendName, startBackend } from "../../src/nn/backend.ts";
import { initialWeights } from "../../src/nn/mlp-weights.ts";
import { kernelHeap } from "../../src/nn/simd/arithmetic.ts";
import { tf } from "../../src/nn/tf.ts";
import type { WeightArray } from "../../src/nn/weights.ts";
import { FeatureLayout } from "../../src/policies/features/layout.ts";
import { kind } from "../../src/policies/features/mlp.ts";
import type { PolicySettings } from "../../src/policies/policy-kind.ts";
import { Learner, type LearnerSettings } from "../../src/rl/learner.ts";
import type { Row } from "../../src/rl/rows.ts";
import { Rng } from "../../src/util/rng.ts";
import { smallRun } from "../helpers.ts";
import { kuhn, someRows, ttt } from "../rl/learners.ts";

export const STEPS = 50;

export interface Task {
  readonly settings: LearnerSettings & { readonly nn: PolicySettings };
  readonly layout: FeatureLayout;
  readonly rows: readonly Row[];
  readonly updates: number;
}

const base = smallRun([], STEPS);
const constant = (value: number) => ({ start: value, end: value });
const small = { policy: "mlp", hidden: [8, 8], outputScale: 1 };
const kuhnAlone = { layout: new FeatureLayout([kuhn]), rows: someRows(kuhn, 5) };
const rl = { ...base.rl, learningRate: constant(0.004), averaging: 0.9, entropy: constant(0.2) };
const weights = { kuhn: { entropy: 0.5, magnet: 0.7 } };

/** Policy gradient and PPO, each with the other terms of the loss: a pull to either kind of magnet, and entropy. */
export const tasks: Readonly<Record<"pg" | "ppo" | "wide" | "wider", Task>> = {
  pg: {
    ...kuhnAlone,
    settings: { ...base, nn: small, weights, rl: { ...rl, magnet: { kind: "averaged", coefficient: 0.5, every: 10 } } },
    updates: STEPS,
  },
  ppo: {
    ...kuhnAlone,
    settings: {
      ...base,
      nn: small,
      weights,
      rl: {
        ...rl,
        loss: "ppo",
        learningRate: constant(0.03),
        magnet: { kind: "uniform", coefficient: 0.3, every: 10 },
        ppo: { clip: 0.2, epochs: 5, minibatches: 1 },
      },
    },
    updates: STEPS / 5,
  },
  // As wide as the default network, with two games in it, and rows enough for the kernels that work in blocks.
  wide: {
    layout: new FeatureLayout([kuhn, ttt]),
    rows: [...someRows(kuhn, 6), ...someRows(ttt, 7, 30)],
    settings: { ...base, nn: { ...small, hidden: [64, 64] }, weights: {}, rl },
    updates: 5,
  },
  // Wide enough for the programs that webgpu keeps for large matrices; in no round numbers.
  wider: {
    layout: new FeatureLayout([kuhn, ttt]),
    rows: [...someRows(kuhn, 8), ...someRows(ttt, 9, 4)],
    settings: { ...base, nn: { ...small, hidden: [270, 261] }, weights: {}, rl },
    updates: 3,
  },
};

/** The weights that a task starts from. */
export const firstWeights = ({ settings, layout }: Task): WeightArray[] =>
  initialWeights({ ...settings.nn, inputs: layout.inputs, outputs: layout.outputs }, new Rng("conformance"));

interface Trained {
  readonly losses: readonly number[];
  readonly weights: readonly number[];
  readonly averaged: readonly number[];
  readonly logits: readonly number[];
}

export interface Report {
  readonly device: string | undefined;
  readonly trained: Readonly<Record<keyof typeof tasks, Trained>>;
  /** Whether all of it came out the same, to the bit, a second time. */
  readonly repeats: boolean;
  /** Whether a row's logits depend on the rows beside it: the largest difference. */
  readonly rowGap: number;
  /** What is held after a few steps, and after many. */
  readonly held: readonly [Held, Held];
}

type Held = Readonly<Record<string, number>>;

function train(task: Task): Trained {
  const { settings, layout, rows, updates } = task;
  const learner = new Learner(settings, kind.model(settings.nn, layout.games), new Rng("conformance"));
  const rng = new Rng("minibatches");
  const losses = Array.from({ length: updates }, (_, i) => learner.update(rows, i + 1, rng));
  const flat = (arrays: readonly WeightArray[]) => arrays.flatMap(({ values }) => [...values]);
  const { weights, averaged } = learner.save();
  learner.dispose();
  const network = arithmetic().network(averaged);
  const logits = [...network.logits(layout.encode(rows.map(({ infoset }) => infoset)))];
  network.dispose();
  return { losses, weights: flat(weights), averaged: flat(averaged), logits };
}

const trainAll = () => ({
  pg: train(tasks.pg),
  ppo: train(tasks.ppo),
  wide: train(tasks.wide),
  wider: train(tasks.wider),
});

function rowGap(): number {
  const shape = { inputs: 41, hidden: [64, 37], outputs: 19, outputScale: 1 };
  const rng = new Rng("rows");
  const network = arithmetic().network(initialWeights(shape, rng));
  const total = 70;
  const x = Float32Array.from({ length: total * shape.inputs }, () => rng.normal());
  const together = network.logits(x);
  let gap = 0;
  for (const size of [1, 2, 3, 5, 8, 17, 33, 64]) {
    const start = total - size;
    const some = network.logits(x.subarray(start * shape.inputs));
    some.forEach((value, i) => {
      gap = Math.max(gap, Math.abs(value - (together[start * shape.outputs + i] as number)));
    });
  }
  network.dispose();
  return gap;
}

/** Tensors, bytes and entries of the backend's own table; and bytes of GPU memory, where it counts them. Of our kernels, numbers. */
function held(name: BackendName): Held {
  if (name === "kernels") return { numbers: kernelHeap().held };
  const { numTensors, numBytes, ...others } = tf.memory() as tf.MemoryInfo & { numBytesAllocatedInGPU?: number };
  return { numTensors, numBytes, entries: tf.backend().numDataIds(), gpu: others.numBytesAllocatedInGPU ?? 0 };
}

function leak(name: BackendName, steps: number): [Held, Held] {
  const { settings, layout, rows } = tasks.pg;
  const learner = new Learner(settings, kind.model(settings.nn, layout.games), new Rng("leak"));
  const rng = new Rng("minibatches");
  const run = (from: number, to: number) => {
    for (let update = from; update <= to; update++) learner.update(rows, update, rng);
    return held(name);
  };
  const both: [Held, Held] = [run(1, 20), run(21, steps)];
  learner.dispose();
  return both;
}

/**
 * Starts the backend and does it all; `steps` of training are watched for leaks.
 */
export async function report(name: BackendName, steps: number): Promise<Report> {
  const { device } = await startBackend(name);
  const trained = trainAll();
  const repeats = isDeepStrictEqual(trainAll(), trained);
  return { device, trained, repeats, rowGap: rowGap(), held: leak(name, steps) };
}
