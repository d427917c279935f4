/** The messages between the pool (worker-pool.ts) and its worker threads (worker.ts). */
import type { BackendName } from "../nn/backend.ts";
import type { Job } from "./job.ts";
import type { Weights } from "./recipes.ts";

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
