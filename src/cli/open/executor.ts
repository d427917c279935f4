/** How many threads play beside the main one, and the pool of them. */
import { availableParallelism } from "node:os";
import type { BackendName } from "../../nn/backend.ts";
import type { Executor } from "../../selfplay/plan.ts";
import { inThisThread } from "../../selfplay/play.ts";
import { WorkerPool } from "../../selfplay/worker-pool.ts";
import { UserError } from "../../util/errors.ts";
import { warn } from "../terminal/output.ts";

/** On these a row's logits do not depend on the rows beside it, so that games are the same however they are split. */
const SPLITTABLE: readonly BackendName[] = ["kernels", "wasm", "js"];
/** Every thread runs the network on all that comes up in its games, so that each more brings less. */
const MOST_BY_DEFAULT = 8;

/**
 * Where batches are played. Workers start in the background; until they are ready this thread plays everything. Where no number is
 * given, a short command starts none, and where batches are alike, as in training, workers play only as long as that is quicker.
 */
export function openExecutor(
  workers: number | "auto",
  backend: BackendName,
  { areAlike = false }: { readonly areAlike?: boolean } = {},
): Executor {
  if (!SPLITTABLE.includes(backend)) {
    if (workers === "auto" || workers === 0) return inThisThread;
    throw new UserError(
      2,
      `Worker threads play on kernels, wasm and js, and this runs on ${backend}, which plays in the main thread. Leave out --workers (run.workers), or take --backend wasm.`,
    );
  }
  const count = workers === "auto" ? Math.min(MOST_BY_DEFAULT, Math.max(1, availableParallelism() - 1)) : workers;
  // Threads run what is built; from the sources, as in tests, there is nothing for them to run.
  const isBuilt = import.meta.url.endsWith(".js");
  const clock = workers === "auto" ? { clock: () => performance.now(), areAlike } : {};
  return new WorkerPool({ workers: isBuilt ? count : 0, backend, warn, ...clock });
}
