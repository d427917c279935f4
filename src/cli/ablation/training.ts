/** One run of an ablation, trained by `spiral train` in a process of its own; and what runs are trained by. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Job, JobRunner } from "../../jobs/runner.ts";
import { lockHolder } from "../../run/lock.ts";
import { UserError } from "../../util/errors.ts";
import { packageFile } from "../../util/package.ts";
import { note } from "../terminal/output.ts";
import type { PlannedCell } from "./plan.ts";

export interface Task {
  readonly cell: PlannedCell;
  readonly seed: number;
  /** Of the run. */
  readonly name: string;
}

/** Milliseconds between looks at a run that another process writes. */
const LOOK_AGAIN = 100;

/** What `spiral train` needs for a run, whose name is the id. */
export interface Training extends Job {
  readonly kind: "train";
  readonly seed: number;
  /** `key=value`, each. */
  readonly sets: readonly string[];
  /** Of the cell, for those who wait. */
  readonly label: string;
}

export interface Place {
  readonly dir: string;
  /** Threads of each run beside the main one. */
  readonly workers: number;
  /** The processes that train at present. */
  readonly children: Set<ChildProcess>;
}

/** Whether a run was begun: its manifest is written before anything that counts. */
export const isThere = (dir: string, run: string): boolean => existsSync(join(dir, run, "manifest.json"));

/** Ends normally where the run is finished; else throws a UserError. */
export async function trainInProcess({ id, seed, sets }: Training, { dir, workers, children }: Place): Promise<void> {
  const run = join(dir, id);
  const args = isThere(dir, id)
    ? ["--resume", id]
    : ["--name", id, "--seed", String(seed), ...sets.flatMap((set) => ["--set", set])];
  // A process group of its own: Ctrl-C on a terminal reaches this process alone, which passes it on once. The channel tells
  // the run if this process dies.
  const command = ["train", ...args, "--dir", dir, "--workers", String(workers), "--json"];
  const child = spawn(process.execPath, [packageFile("bin/spiral.js"), ...command], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    detached: true,
    windowsHide: true,
  });
  children.add(child);
  let errors = "";
  child.stderr?.on("data", (chunk) => {
    errors += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", (error) => reject(new UserError(1, `${id} cannot be started: ${error.message}.`)));
    child.on("close", resolve);
  });
  children.delete(child);
  if (code === 0) return;
  const said = errors.split("\n").filter((line) => line.startsWith("error: "));
  const how = code === null ? "was ended by a signal" : `ended with exit code ${code}`;
  throw new UserError(1, [`${run} ${how}.`, ...said.map((line) => line.slice("error: ".length))]);
}

export const trainingOf = ({ cell, seed, name }: Task): Training => {
  return { id: name, kind: "train", seed, sets: cell.sets, label: cell.label || "base" };
};

/** What trains the runs, and what the person at the terminal is told about it. */
export interface Trainer {
  readonly runner: JobRunner<Training>;
  /** Aborted by a signal, with its name as the reason. */
  readonly signal: AbortSignal;
  /** How to stop. */
  readonly begin: string;
  /** How to go on after that. */
  readonly goOn: string;
  readonly close: () => void | Promise<void>;
}

/** Waits while a process of this machine writes the run. */
export async function untilUnlocked(run: string, signal: AbortSignal): Promise<void> {
  if (!isWrittenHere(run)) return;
  note(`Waiting for process ${lockHolder(run)?.pid}, which writes ${run}.`);
  while (!signal.aborted && isWrittenHere(run)) await setTimeout(LOOK_AGAIN);
}

/** Whether a process of this machine writes the run. */
export const isWrittenHere = (run: string): boolean => lockHolder(run)?.host === hostname();
