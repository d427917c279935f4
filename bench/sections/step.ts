/** Started by backends.ts: `node step.js BACKEND quick|full` measures one backend in this process and prints it as JSON. */
import { arithmetic } from "../../src/nn/arithmetic.ts";
import { type BackendName, startBackend } from "../../src/nn/backend.ts";
import { initialWeights } from "../../src/nn/mlp-weights.ts";
import type { Row } from "../../src/rl/rows.ts";
import { Rng } from "../../src/util/rng.ts";
import { firstBatch, merged, settingsFor, unmerged } from "../lib/batch.ts";
import { type Effort, type Measured, milliseconds, repeat } from "../lib/measure.ts";

const [name = "", effort] = process.argv.slice(2);
const seconds = effort === "quick" ? 0.5 : 2;
const backend = await startBackend(name as BackendName);
const settings = settingsFor(["kuhn", "ttt"]);
const batch = await firstBatch(settings);
const few = merged(batch);
const many = unmerged(batch).slice(0, 4096);
const often: Effort = { least: 3, most: 100, seconds, warmUp: 3 };

const { inputs, outputs } = batch.layout;
const network = arithmetic().network(initialWeights({ ...settings.nn, inputs, outputs }, new Rng(1)));
const forward = (rows: readonly Row[]) => {
  const features = batch.layout.encode(rows.map(({ infoset }) => infoset));
  return repeat(often, () => network.logits(features));
};
const step = (rows: readonly Row[]) => {
  const learner = batch.learner();
  return repeat(often, () => learner.update(rows, 1, new Rng(1)));
};
const figures = [
  ...[few, many].map((rows) => milliseconds(`${name}, forward`, forward(rows), { also: { rows: rows.length } })),
  ...[few, many].map((rows) => milliseconds(`${name}, training step`, step(rows), { also: { rows: rows.length } })),
];
const measured: Measured = { figures, notes: backend.device === undefined ? [] : [`${name}: ${backend.device}.`] };
process.stdout.write(`${JSON.stringify(measured)}\n`);
