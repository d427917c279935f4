/**
 * `npm run bench:kernels [backend] [games]`: the time of the training step, kernel by kernel. Every kernel of the backend (by
 * default wasm) is timed while the learner updates on the first batch of a default run (by default of kuhn,ttt).
 *
 * The share s of the matrix products, with their transposes, bounds the gain from faster products: the whole step can become at
 * most 1 / (1 − s) times as fast (Amdahl).
 */
import { type BackendName, startBackend } from "../src/nn/backend.ts";
import { tf } from "../src/nn/tf.ts";
import { Rng } from "../src/util/rng.ts";
import { firstBatch, merged, settingsFor } from "./lib/batch.ts";
import { since } from "./lib/measure.ts";

const [WARM_UP, UPDATES] = [20, 200];
const [backend = "wasm", games = "kuhn,ttt"] = process.argv.slice(2);
const { name } = await startBackend(backend as BackendName);

const spent = new Map<string, { calls: number; seconds: number }>();
let depth = 0;
for (const kernel of tf.getKernelsForBackend(tf.getBackend())) {
  tf.unregisterKernel(kernel.kernelName, kernel.backendName);
  tf.registerKernel({
    ...kernel,
    kernelFunc: (params) => {
      const started = performance.now();
      depth += 1;
      try {
        return kernel.kernelFunc(params);
      } finally {
        depth -= 1;
        // The time of a kernel includes the kernels that it calls.
        if (depth === 0) {
          const entry = spent.get(kernel.kernelName) ?? { calls: 0, seconds: 0 };
          spent.set(kernel.kernelName, entry);
          entry.calls += 1;
          entry.seconds += (performance.now() - started) / 1000;
        }
      }
    },
  });
}

const batch = await firstBatch(settingsFor(games.split(",")));
const rows = merged(batch);
const learner = batch.learner();
const rng = new Rng(1);
for (let update = 1; update <= WARM_UP; update++) learner.update(rows, update, rng);
spent.clear();
const [started, cpu] = [performance.now(), process.cpuUsage()];
for (let update = WARM_UP + 1; update <= WARM_UP + UPDATES; update++) learner.update(rows, update, rng);
const took = since(started, cpu);

const percent = (seconds: number): string => `${((100 * seconds) / took.wall).toFixed(1)} %`;
const milliseconds = (seconds: number): string => ((1000 * seconds) / UPDATES).toFixed(3);
console.log(
  `${games} on ${name}, ${rows.length} rows: ${milliseconds(took.wall)} ms an update (CPU ${milliseconds(took.cpu)})\n`,
);
console.log("| kernel | calls an update | ms an update | share |\n|---|--:|--:|--:|");
for (const [kernel, { calls, seconds }] of [...spent].sort(([, a], [, b]) => b.seconds - a.seconds)) {
  console.log(`| ${kernel} | ${calls / UPDATES} | ${milliseconds(seconds)} | ${percent(seconds)} |`);
}
const inKernels = [...spent.values()].reduce((sum, { seconds }) => sum + seconds, 0);
console.log(`| outside kernels | | ${milliseconds(took.wall - inKernels)} | ${percent(took.wall - inKernels)} |`);
const products = ["BatchMatMul", "_FusedMatMul"].reduce((sum, kernel) => sum + (spent.get(kernel)?.seconds ?? 0), 0);
const share = products / took.wall;
console.log(
  `\nMatrix products: ${percent(share * took.wall)}. Infinitely fast ones would make it ${(1 / (1 - share)).toFixed(2)} times as fast.`,
);
