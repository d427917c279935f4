/** The program of a worker thread: it starts a backend and plays the jobs that the pool sends (worker-pool.ts). */
import { parentPort, workerData } from "node:worker_threads";
import { type BackendName, startBackend } from "../nn/backend.ts";
import { type Job, JobPlayer, type JobResult } from "./job.ts";
import type { Weights } from "./policy-makers.ts";

/** The `workerData` of a worker. */
export interface WorkerSettings {
  readonly backend: BackendName;
  readonly maxNodes: number;
}

/** A message to a worker. The worker answers with the results of the jobs, in order. */
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

/** The arrays of a result that are transferred to the other thread instead of copied. */
function buffersOf({ cells: { plies, slots, decisions, returns } }: JobResult): ArrayBuffer[] {
  return [plies, slots, decisions, returns].map(({ buffer }) => buffer as ArrayBuffer);
}
