/**
 * `npm run fuzz -- --inputs 100000 [--seed 1] [--only messages]`: mutated logs, notation, checkpoints, manifests, metrics, configs,
 * endpoint answers and messages of clients; `--only` takes those whose name begins so. Every input must be read or refused in plain words. Ends with 1 if one crashed, hung, or was used in silence.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { fuzz } from "./fuzz/campaign.ts";
import { targetsIn } from "./fuzz/targets.ts";

/** An input that takes longer than this hangs. */
const HANG_MS = 20_000;

interface Task {
  readonly folder: string;
  readonly inputs: number;
  readonly seed: number;
  readonly only: string;
  /** The input that is being read, and the number of its target. Shared between the threads. */
  readonly now: Int32Array;
}

if (isMainThread) await watch();
else await work(workerData as Task);

/** Runs the campaign in a thread, so that a hang is seen. */
async function watch(): Promise<void> {
  const { values } = parseArgs({
    options: {
      inputs: { type: "string", default: "100000" },
      seed: { type: "string", default: "1" },
      only: { type: "string", default: "" },
    },
  });
  const [inputs, seed] = [Number(values.inputs), Number(values.seed)];
  const folder = mkdtempSync(join(tmpdir(), "spiral-fuzz-"));
  const now = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { folder, inputs, seed, only: values.only, now } satisfies Task,
  });
  let [last, since] = [-1, performance.now()];
  const timer = setInterval(() => {
    if (now[0] !== last) [last, since] = [now[0], performance.now()];
    else if (performance.now() - since > HANG_MS) {
      console.error(`Input ${last} of seed ${seed} hangs.`);
      process.exit(1);
    }
  }, 500);
  worker.on("message", (line: string) => console.log(line));
  const code = await new Promise<number>((resolve, reject) => worker.on("exit", resolve).on("error", reject));
  clearInterval(timer);
  rmSync(folder, { recursive: true });
  process.exitCode = code;
}

async function work({ folder, inputs, seed, only, now }: Task): Promise<void> {
  const say = (line: string): void => parentPort?.postMessage(line);
  const targets = targetsIn(folder).filter(({ name }) => name.startsWith(only));
  if (targets.length === 0) throw new Error(`there is nothing to read whose name begins with ${only}`);
  const { read, refused, failures } = await fuzz(targets, inputs, seed, (input) => {
    now[0] = input;
  });
  for (const name of Object.keys(read)) say(`${name.padEnd(50)} read ${read[name]}, refused ${refused[name]}`);
  for (const { target, input, bytes, error } of failures.slice(0, 20)) {
    const path = join(tmpdir(), `spiral-fuzz-${seed}-${input}`);
    writeFileSync(path, bytes);
    say(`input ${input}, ${target}, kept in ${path}: ${error instanceof Error ? error.stack : String(error)}`);
  }
  say(`${inputs} inputs of seed ${seed}: ${failures.length} crashed or were used in silence, none hung.`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}
