/**
 * One writer per run: a file `lock` with the process that holds it. A lock whose process is gone is taken over, so a run
 * that was killed can be resumed at once.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { UserError } from "../util/errors.ts";
import { errnoOf, withDiskErrors } from "../util/files.ts";

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Start time of the process where the system tells it: process ids are used again, and soon so in containers. */
  readonly start: string;
}

const held = new Set<string>();

/** Takes the lock and returns what gives it back; a UserError names the process that has it. */
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
 * Removes the lock that was found to hold `text`. It is renamed first, as by now another process may have removed it and
 * put its own there: that one is put back.
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
    if (errnoOf(error) !== "EEXIST") throw error; // A third one has it.
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Who is writing a run; undefined where nobody is, or its process is gone. */
export function lockHolder(dir: string): Holder | undefined {
  const path = resolve(dir, "lock");
  return holderIn(lockText(path), path);
}

function lockText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function holderIn(text: string | undefined, path: string): Holder | undefined {
  let holder: Holder;
  try {
    holder = JSON.parse(text ?? "") as Holder;
  } catch {
    return undefined; // None, or one that was being written when its process was killed.
  }
  if (typeof holder !== "object" || holder === null || !Number.isInteger(holder.pid) || holder.pid <= 0)
    return undefined;
  if (holder.host !== hostname()) return holder;
  if (holder.pid === process.pid) return held.has(path) ? holder : undefined;
  try {
    process.kill(holder.pid, 0); // Signal 0 only asks whether the process is there.
  } catch (error) {
    if (errnoOf(error) === "ESRCH") return undefined;
  }
  return holder.start === startOf(holder.pid) ? holder : undefined;
}

/** When a process started, in the kernel's ticks, on Linux; "" elsewhere. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Field 22; the name in field 2 is in parentheses and may hold spaces.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
