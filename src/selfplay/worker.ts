/** The program of a worker thread: it starts a backend and plays the jobs that the pool sends (worker-pool.ts). */
import { parentPort, workerData } from "node:worker_threads";
import { startBackend } from "../nn/backend.ts";
import { JobPlayer, type JobResult } from "./job.ts";
import type { WorkerBatch, WorkerSettings } from "./worker-messages.ts";

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
