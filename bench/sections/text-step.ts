/** Started by text.ts and gpu.ts: `node text-step.js TASK` times one backend and width and prints a `TextSteps` as JSON. */
import { Adam } from "../../src/nn/adam.ts";
import { startBackend } from "../../src/nn/backend.ts";
import { prefixTree } from "../../src/nn/prefix-tree.ts";
import { tf } from "../../src/nn/tf.ts";
import { initialTransformer, Transformer } from "../../src/nn/transformer.ts";
import { headColumns } from "../../src/nn/transformer-shape.ts";
import { Rng } from "../../src/util/rng.ts";
import { repeat, type Took } from "../lib/measure.ts";
import type { TextSteps, TextTask } from "./text.ts";

const { backend, engine, width, layers, seconds } = JSON.parse(process.argv[2] as string) as TextTask;
const [SEQUENCES, LENGTH, SHARED, TOGETHER] = [32, 64, 40, 8];

await startBackend(backend);
const shape = { tokens: 72, width, layers, heads: 4, context: LENGTH, outputScale: 0.1 };
const rng = new Rng("text");
const network = new Transformer(initialTransformer(shape, rng), shape, { engine });
const adam = new Adam(network.variables, { beta1: 0, beta2: 0.999, epsilon: 1e-8 });

/** Training steps on sequences that have their first tokens in common, by groups. */
function steps(shared: number): Took[] {
  const words = (count: number): number[] => Array.from({ length: count }, () => rng.below(shape.tokens));
  const beginnings = Array.from({ length: SEQUENCES / TOGETHER }, () => words(shared));
  const sequences = Array.from({ length: SEQUENCES }, (_, i) => [
    ...(beginnings[Math.floor(i / TOGETHER)] as number[]),
    ...words(LENGTH - shared),
  ]);
  // A loss at each token: each beginning of a sequence is a row.
  const tree = prefixTree(sequences.flatMap((sequence) => sequence.map((_, i) => sequence.slice(0, i + 1))));
  const rows = SEQUENCES * LENGTH;
  const lossGradient = Float32Array.from({ length: rows * headColumns(shape) }, () => rng.normal() / rows);
  return repeat({ least: 3, most: 100, seconds, warmUp: 1 }, () => {
    const gradients = network.gradients(tree, () => lossGradient);
    adam.step(gradients, 1e-4);
    // Reading a weight waits for the whole step.
    network.variables.at(-1)?.dataSync();
    tf.dispose(gradients);
  });
}

const result: TextSteps = { rows: SEQUENCES * LENGTH, distinct: steps(0), shared: steps(SHARED) };
process.stdout.write(`${JSON.stringify(result)}\n`);
