/**
 * The lock that allows one writer per run: a file `lock` that names the process holding it. The lock of a process that has
 * died is taken over, so a killed run can be resumed at once.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { UserError } from "../util/errors.ts";
import { errnoOf, readRegular, withDiskErrors } from "../util/files.ts";

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Start time of the process if the system gives it, because process ids are reused, in containers often soon. */
  readonly start: string;
}

/** Paths of the locks that this process holds. */
const held = new Set<string>();

/** Takes the lock. Throws a UserError (exit 1) that names the process holding it. → a function that releases the lock */
export function takeLock(dir: string): () => void {
  const path = resolve(dir, "lock");
  const own: Holder = { pid: process.pid, host: hostname(), start: startOf(process.pid) };
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeFileSync(path, `${JSON.stringify(own)}\n`, { flag: "wx" });
      held.add(path);
      return () => {
        if (held.delete(path)) rmSync(path, { force: true });
      };
    } catch (error) {
      if (errnoOf(error) !== "EEXIST") {
        withDiskErrors("write", path, () => {
          throw error;
        });
      }
      const text = lockText(path);
      const holder = holderIn(text, path);
      if (holder) {
        const who = holder.host === own.host ? `process ${holder.pid}` : `process ${holder.pid} on ${holder.host}`;
        const hint = holder.host === own.host ? "Wait for it, or stop it first" : `If it is gone, delete ${path}`;
        throw new UserError(1, `${dir} is being written by ${who}. ${hint}.`);
      }
      withDiskErrors("write", path, () => removeStale(path, text));
    }
  }
  throw new UserError(1, `Cannot lock ${dir}: other processes are trying the same.`);
}

/**
 * Removes the stale lock whose content is `text`. Meanwhile, another process may have replaced it by its own lock. The file is
 * therefore renamed first, and put back if its content differs.
 */
export function removeStale(path: string, text: string | undefined): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return;
    throw error;
  }
  try {
    if (lockText(aside) !== text) linkSync(aside, path);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error; // A third process has taken the lock.
  } finally {
    rmSync(aside, { force: true });
  }
}

/** The process that writes a run; undefined if there is none or it has died. */
export function lockHolder(dir: string): Holder | undefined {
  const path = resolve(dir, "lock");
  return holderIn(lockText(path), path);
}

function lockText(path: string): string | undefined {
  try {
    return readRegular(path).toString("utf8");
  } catch {
    return undefined;
  }
}

function holderIn(text: string | undefined, path: string): Holder | undefined {
  let holder: Holder;
  try {
    holder = JSON.parse(text ?? "") as Holder;
  } catch {
    return undefined; // There is no lock, or its process was killed while writing it.
  }
  if (typeof holder !== "object" || holder === null || !Number.isInteger(holder.pid) || holder.pid <= 0)
    return undefined;
  if (holder.host !== hostname()) return holder;
  if (holder.pid === process.pid) return held.has(path) ? holder : undefined;
  try {
    process.kill(holder.pid, 0); // Signal 0 only checks whether the process exists.
  } catch (error) {
    if (errnoOf(error) === "ESRCH") return undefined;
  }
  return holder.start === startOf(holder.pid) ? holder : undefined;
}

/** Start time of a process in kernel ticks, on Linux; "" on other systems. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Field 22; the name in field 2 is in parentheses and may hold spaces.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
