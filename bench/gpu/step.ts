/**
 * Started by gpu.ts: `node gpu/step.js {"backend": …, "rows": …, "hidden": […], "seconds": …}` times the training step of a large
 * network on one backend and prints a `Steps` as JSON.
 *
 * It times two things. `update` is the learner's update, which encodes the rows and computes the losses each time. `step` is what
 * other frameworks time: rows to the device, forward, gradient and Adam, from a given ∂L/∂logits.
 */
import { Adam } from "../../src/nn/adam.ts";
import { type BackendName, startBackend } from "../../src/nn/backend.ts";
import { Mlp } from "../../src/nn/mlp.ts";
import { initialWeights } from "../../src/nn/mlp-weights.ts";
import { tf } from "../../src/nn/tf.ts";
import { policyModel } from "../../src/policies/registry.ts";
import { Learner } from "../../src/rl/learner.ts";
import type { Row } from "../../src/rl/rows.ts";
import { Rng } from "../../src/util/rng.ts";
import { firstBatch, settingsFor, unmerged } from "../lib/batch.ts";
import { type Effort, repeat, type Took } from "../lib/measure.ts";

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
  /** Floating-point operations of a step: two for each weight and row forward, four backward, minus the gradient of the inputs. */
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
  const learner = new Learner(large, await policyModel(large.nn, batch.layout.games), new Rng(1));
  const update = repeat(effort, () => learner.update(rows, 1, new Rng(1)));
  learner.dispose();

  const network = new Mlp(initialWeights({ ...large.nn, inputs, outputs }, new Rng(1)));
  const adam = new Adam(network.variables, large.rl.adam);
  const x = batch.layout.encode(rows.map(({ infoset }) => infoset));
  const lossGradient = new Float32Array(count * outputs).fill(1 / count);
  const step = repeat(effort, () => {
    const gradients = network.gradients(x, () => lossGradient);
    adam.step(gradients, 1e-4);
    network.variables.at(-1)?.dataSync();
    tf.dispose(gradients);
  });
  return { device, inputs, outputs, operations: operationsOf([inputs, ...hidden, outputs], count), update, step };
}

function operationsOf(widths: readonly number[], rows: number): number {
  const layers = widths.slice(1).map((width, i) => width * (widths[i] as number));
  const all = layers.reduce((a, b) => a + b, 0);
  return rows * (6 * all - 2 * (layers[0] as number));
}
