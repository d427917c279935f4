/** The status of a run. It follows from what is on the disk: the manifest may be out of date if the process was killed. */
import { UserError } from "../util/errors.ts";
import { readEntries } from "./checkpoint-folder.ts";
import { lockHolder } from "./lock.ts";
import type { Manifest, RunStatus } from "./manifest.ts";

/** `stopped`: its process was killed. */
export type DerivedStatus = RunStatus | "stopped";

/** A run that no process writes is finished if its last checkpoint is that of its last update; one of no set length never is. */
export function statusOf(dir: string, { status, updates }: Pick<Manifest, "status" | "updates">): DerivedStatus {
  if (status === "finished" || lockHolder(dir)) return status;
  if (updates > 0 && (lastUpdate(dir) ?? -1) >= updates) return "finished";
  return status === "running" ? "stopped" : status;
}

/** The update of the last checkpoint that is listed; null if there is none, or if the list cannot be read. */
export function lastUpdate(dir: string): number | null {
  try {
    return readEntries(dir).entries.at(-1)?.update ?? null;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
