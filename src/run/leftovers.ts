/**
 * The files that a process leaves if it is killed while it replaces a file (`.manifest.json.4711.tmp`, see `writeFileAtomic`),
 * puts the folder of a run in place (`.RUN.4711.tmp`) or takes over a lock (`lock.4711.stale`). The number is its process id.
 */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { errnoOf, withDiskErrors } from "../util/files.ts";

const TEMPORARY = /^\..+\.(\d+)\.tmp$/;
const STALE_LOCK = /^lock\.(\d+)\.stale$/;

/** Whether a process may leave a file of this name, a lock included, before it has written anything. */
export const isLeftover = (name: string): boolean => name === "lock" || TEMPORARY.test(name) || STALE_LOCK.test(name);

/**
 * Removes the leftovers in a folder. Those of a live process are kept, as it may need them; `isLocked` says that the caller
 * holds the lock of the folder, so that nobody else replaces files in it.
 */
export function sweepLeftovers(folder: string, { isLocked }: { readonly isLocked: boolean }): void {
  withDiskErrors("write", folder, () => {
    for (const name of readdirSync(folder)) {
      const temporary = TEMPORARY.exec(name);
      const pid = (temporary ?? STALE_LOCK.exec(name))?.[1];
      if (pid === undefined || (isAlive(Number(pid)) && !(temporary && isLocked))) continue;
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  });
}

/** Whether another process has this id. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0); // Signal 0 only checks whether the process exists.
    return true;
  } catch (error) {
    return errnoOf(error) === "EPERM";
  }
}
