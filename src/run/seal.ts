/** Ends a run whose process was killed after its last checkpoint, as that process would have. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { rewriteMetricsCsv } from "./curves/metrics-csv.ts";
import { sweepLeftovers } from "./leftovers.ts";
import { takeLock } from "./lock.ts";
import { readManifest, writeManifest } from "./manifest.ts";

/**
 * Removes the lock and the temporary files that a killed process has left in a run that was trained to its end, and lets the
 * manifest say that it is finished. Does nothing if there is no lock, which a process removes last of all.
 */
export function sealRun(dir: string): void {
  if (!existsSync(join(dir, "lock"))) return;
  const release = takeLock(dir);
  try {
    sweepLeftovers(dir, { isLocked: true });
    const manifest = readManifest(dir);
    rewriteMetricsCsv(dir, manifest.games);
    if (manifest.status === "finished") return;
    writeManifest(dir, { ...manifest, status: "finished", ended: new Date().toISOString() });
  } finally {
    release();
  }
}
