/** What runs in a worker thread: plays the jobs that it is sent, on a backend of its own (worker-pool.ts). */
import { parentPort, workerData } from "node:worker_threads";
import { type BackendName, startBackend } from "../nn/backend.ts";
import { type Job, JobPlayer, type JobResult } from "./job.ts";
import type { Weights } from "./policy-makers.ts";

/** What a worker is told when it is made. */
export interface WorkerSettings {
  readonly backend: BackendName;
  readonly maxNodes: number;
}

/** What a worker is sent. It answers with the jobs' results, in order. */
export interface WorkerBatch {
  readonly jobs: readonly Job[];
  readonly weights: Weights;
}

const port = parentPort;
if (!port) throw new Error("worker.ts runs in a worker thread");
const { backend, maxNodes } = workerData as WorkerSettings;
const player = new JobPlayer(maxNodes);
await startBackend(backend);

port.on("message", async ({ jobs, weights }: WorkerBatch) => {
  const results = await player.play(jobs, weights);
  port.postMessage(results, results.flatMap(buffersOf));
});
port.postMessage("ready");

/** The arrays of a result, which move to the other thread instead of being copied. */
function buffersOf({ cells: { plies, slots, decisions, returns } }: JobResult): ArrayBuffer[] {
  return [plies, slots, decisions, returns].map(({ buffer }) => buffer as ArrayBuffer);
}
