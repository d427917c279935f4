/**
 * Started by gpu.ts: `node gpu-step.js {"backend": …, "rows": …, "hidden": […], "seconds": …}` times the training step of a large
 * network on one backend and prints an `Steps` as JSON.
 *
 * Two ways: `update` is the learner's own, which makes its tensors from the rows each time; `step` has them on the device already,
 * and is what other frameworks time: forward, loss, gradient, Adam.
 */
import { Adam } from "../src/nn/adam.ts";
import { type BackendName, startBackend } from "../src/nn/backend.ts";
import { initialWeights, Mlp } from "../src/nn/mlp.ts";
import { tf } from "../src/nn/tf.ts";
import { Learner } from "../src/rl/learner.ts";
import { negativeEntropy } from "../src/rl/losses/entropy.ts";
import type { LossBatch } from "../src/rl/losses/loss.ts";
import { klToMagnet } from "../src/rl/losses/magnet.ts";
import { policyGradient } from "../src/rl/losses/policy-gradient.ts";
import type { Row } from "../src/rl/rows.ts";
import { rowTensors } from "../src/rl/tensors.ts";
import { Rng } from "../src/util/rng.ts";
import { firstBatch, settingsFor, unmerged } from "./batch.ts";
import { type Effort, repeat, type Took } from "./measure.ts";

export interface Task {
  readonly backend: BackendName;
  readonly rows: number;
  readonly hidden: readonly number[];
  readonly seconds: number;
}

export interface Steps {
  readonly device: string | undefined;
  readonly inputs: number;
  readonly outputs: number;
  /** Floating-point operations of a step: two for each weight and row forward, four backward, less the gradient of the inputs. */
  readonly operations: number;
  readonly update: readonly Took[];
  readonly step: readonly Took[];
}

const GAMES = ["kuhn", "ttt", "negotiation"];

const task = JSON.parse(process.argv[2] ?? "{}") as Task;
process.stdout.write(`${JSON.stringify(await steps(task))}\n`);

async function steps({ backend, rows: count, hidden, seconds }: Task): Promise<Steps> {
  const { device } = await startBackend(backend);
  const settings = settingsFor(GAMES);
  const batch = await firstBatch(settings);
  const few = unmerged(batch);
  const rows = Array.from({ length: count }, (_, i): Row => few[i % few.length] as Row);
  const { inputs, outputs } = batch.layout;
  const effort: Effort = { least: 3, most: 100, seconds, warmUp: 2 };

  const magnet = { ...settings.rl.magnet, kind: "uniform" as const };
  const large = { ...settings, nn: { ...settings.nn, hidden }, rl: { ...settings.rl, magnet } };
  const learner = new Learner(large, batch.layout, new Rng(1));
  const update = repeat(effort, () => learner.update(rows, 1, new Rng(1)));
  learner.dispose();

  const network = new Mlp(initialWeights({ ...large.nn, inputs, outputs }, new Rng(1)));
  const adam = new Adam(network.variables, large.rl.adam);
  const { x, illegal, ...sums } = rowTensors(rows, batch.layout);
  const weights = tf.fill([count, 1], 1 / count) as tf.Tensor2D;
  const loss: LossBatch = {
    ...sums,
    oldLogPolicy: undefined,
    entropyWeights: weights,
    magnetWeights: weights,
    magnetLogPolicy: tf.logSoftmax(illegal) as tf.Tensor2D,
  };
  const step = repeat(effort, () => {
    const { value, grads } = tf.variableGrads(() => {
      const logPolicy = tf.logSoftmax(tf.add(network.forward(x), illegal)) as tf.Tensor2D;
      const pull = tf.mul(klToMagnet(logPolicy, loss, large.rl), magnet.coefficient);
      const bonus = tf.mul(negativeEntropy(logPolicy, loss, large.rl), large.rl.entropy.start);
      return tf.add(policyGradient(logPolicy, loss), tf.add(pull, bonus)) as tf.Scalar;
    }, [...network.variables]);
    const gradients = network.variables.map(({ name }) => grads[name] as tf.Tensor);
    adam.step(gradients, 1e-4);
    value.dataSync();
    tf.dispose([value, gradients]);
  });
  return { device, inputs, outputs, operations: operationsOf([inputs, ...hidden, outputs], count), update, step };
}

function operationsOf(widths: readonly number[], rows: number): number {
  const layers = widths.slice(1).map((width, i) => width * (widths[i] as number));
  const all = layers.reduce((a, b) => a + b, 0);
  return rows * (6 * all - 2 * (layers[0] as number));
}
