/** Takes the files of a run back to a checkpoint, after which a resumed run writes them again. */
import { existsSync, readdirSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../util/errors.ts";
import { withDiskErrors } from "../../util/files.ts";
import type { CheckpointEntry } from "../checkpoint-folder.ts";
import { rewriteMetricsCsv } from "../curves/metrics-csv.ts";

/** Removes what was written after the checkpoint; without one, all metrics, episodes and evaluations. `games` are those of the run. */
export function rewind(dir: string, entry: CheckpointEntry | undefined, games: readonly string[]): void {
  dropEvaluationsAfter(dir, entry?.update ?? -1);
  for (const file of ["metrics", "episodes"] as const) {
    truncateTo(join(dir, `${file}.jsonl`), entry?.offsets[file] ?? 0);
  }
  rewriteMetricsCsv(dir, games);
}

/** Truncates a file to its length at the checkpoint. */
function truncateTo(path: string, length: number): void {
  const size = existsSync(path) ? statSync(path).size : 0;
  if (size < length) {
    throw new UserError(3, `${path} has ${size} bytes, fewer than when the checkpoint was saved (${length}).`);
  }
  if (size > length) withDiskErrors("write", path, () => truncateSync(path, length));
}

/** Removes the evaluations after an update. */
function dropEvaluationsAfter(dir: string, update: number): void {
  const folder = join(dir, "eval");
  if (!existsSync(folder)) return;
  for (const name of withDiskErrors("read", folder, () => readdirSync(folder), 3)) {
    const at = /^(\d+)\.json$/.exec(name)?.[1];
    if (at === undefined || Number(at) > update) {
      withDiskErrors("write", folder, () => rmSync(join(folder, name), { force: true }));
    }
  }
}
