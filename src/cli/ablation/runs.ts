/** Trains the runs of an ablation, some at a time, each by `spiral train` in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism, hostname } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Config } from "../../config/schema.ts";
import { configToYaml } from "../../config/write.ts";
import { type Job, runLocally } from "../../jobs/local.ts";
import { isFinished, runNameOf } from "../../run/ablation.ts";
import { lockHolder } from "../../run/lock.ts";
import { readRunConfig } from "../../run/run.ts";
import { sealRun } from "../../run/seal.ts";
import { UserError } from "../../util/errors.ts";
import { packageFile } from "../../util/package.ts";
import { note } from "../terminal/output.ts";
import { exitCodeOf, SIGNALS, type Signal } from "../terminal/signals.ts";
import type { PlannedCell } from "./plan.ts";

/** Milliseconds between looks at a run that another process writes. */
const LOOK_AGAIN = 100;

export interface Task {
  readonly cell: PlannedCell;
  readonly seed: number;
  /** Of the run. */
  readonly name: string;
}

/** Every cell with every seed from 1, seed by seed. */
export function tasksOf(cells: readonly PlannedCell[], seeds: number): Task[] {
  return Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed) =>
    cells.map((cell) => ({ cell, seed, name: runNameOf(cell, seed) })),
  );
}

/** What `spiral train` needs for a run, whose name is the id. */
interface Training extends Job {
  readonly seed: number;
  /** `key=value`, each. */
  readonly sets: readonly string[];
  /** Of the cell, for those who wait. */
  readonly label: string;
}

/** Refuses runs that are there already and were begun with other settings: their results do not belong in this table. */
export function checkEarlierRuns(dir: string, tasks: readonly Task[]): void {
  const problems = tasks.flatMap(({ cell, seed, name }) => {
    if (!isThere(dir, name)) return [];
    const difference = firstDifference(readRunConfig(join(dir, name)), { ...cell.config, seed });
    return difference === undefined ? [] : [`${join(dir, name)} was begun with other settings: ${difference}.`];
  });
  if (problems.length === 0) return;
  const more = problems.length > 1 ? [`${problems.length - 1} more of its runs were too.`] : [];
  const hint = `Take another --name, or delete ${dir}.`;
  throw new UserError(2, [problems[0] as string, ...more, hint]);
}

/** The first setting that differs, where a run lies and its threads aside: `updates: 200` there, `updates: 300` now. */
function firstDifference(earlier: Config, now: Config): string | undefined {
  const lines = (config: Config) =>
    configToYaml({ ...config, run: { ...config.run, dir: ".", workers: "auto" } }).split("\n");
  const [before, after] = [lines(earlier), lines(now)];
  const at = before.findIndex((line, i) => line !== after[i]);
  return at < 0 ? undefined : `"${before[at]?.trim()}" there, "${after[at]?.trim()}" now`;
}

/**
 * Trains what is not finished yet, `jobs` at a time; a run that was interrupted goes on from its checkpoint. Returns the
 * exit code of a signal that came meanwhile: the runs under way are then saved, and no more are begun.
 */
export async function runAll(dir: string, tasks: readonly Task[], jobs: number): Promise<number | undefined> {
  const open = tasks.filter(({ name }) => !isFinished(dir, name));
  for (const { name } of tasks) if (isFinished(dir, name)) sealRun(join(dir, name));
  const there = tasks.length - open.length;
  if (there > 0) note(`${there} of ${tasks.length} runs are finished already.`);
  if (open.length > 0) note(`Training ${open.length} runs in ${dir}. Ctrl-C saves and stops.`);
  const started = performance.now();
  const children = new Set<ChildProcess>();
  const signals = forwardSignals(children);
  // Between them the runs keep every core busy, and no more.
  const workers = Math.max(0, Math.floor(availableParallelism() / Math.max(1, Math.min(jobs, open.length))) - 1);
  const trainings: Training[] = open.map(({ cell, seed, name }) => {
    return { id: name, seed, sets: cell.sets, label: cell.label || "base" };
  });
  const running = runLocally(trainings, {
    atOnce: jobs,
    run: (training) => trainOnce(training, { dir, workers, children, signal: signals.signal }),
    signal: signals.signal,
    onDone({ label, seed }, done) {
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      note(`${done} of ${open.length} runs, ${seconds} s: ${label}, seed ${seed}`);
    },
  });
  const { done, problems } = await running.finally(signals.stop);
  if (problems.length > 0) throw new UserError(1, [...problems, "Run the same command to go on."]);
  if (!signals.signal.aborted) return undefined;
  note(`Stopped: ${there + done} of ${tasks.length} runs are finished. Run the same command to go on.`);
  return exitCodeOf(signals.signal);
}

/** Whether a run was begun: its manifest is written before anything that counts. */
const isThere = (dir: string, run: string): boolean => existsSync(join(dir, run, "manifest.json"));

interface Place {
  readonly dir: string;
  /** Threads of each run beside the main one. */
  readonly workers: number;
  /** The processes that train at present. */
  readonly children: Set<ChildProcess>;
  readonly signal: AbortSignal;
}

/**
 * Trains a run to its end. If this ablation was killed before, a process that it had started may still write the run: it saves
 * within an update, and is waited for.
 */
async function trainOnce(training: Training, place: Place): Promise<void> {
  for (;;) {
    await untilUnlocked(join(place.dir, training.id), place.signal);
    if (place.signal.aborted) throw new UserError(1, `${training.id} was not begun.`);
    if (isFinished(place.dir, training.id)) {
      sealRun(join(place.dir, training.id));
      return;
    }
    const wasThere = isThere(place.dir, training.id);
    try {
      await trainInProcess(training, place);
      return;
    } catch (error) {
      const isTaken = error instanceof UserError && error.message.includes("exit code 2");
      const cameBetween = isTaken && !wasThere && isThere(place.dir, training.id);
      if (!cameBetween && !isWrittenHere(join(place.dir, training.id))) throw error;
    }
  }
}

async function untilUnlocked(run: string, signal: AbortSignal): Promise<void> {
  if (!isWrittenHere(run)) return;
  note(`Waiting for process ${lockHolder(run)?.pid}, which writes ${run}.`);
  while (!signal.aborted && isWrittenHere(run)) await setTimeout(LOOK_AGAIN);
}

/** Whether a process of this machine writes the run. */
const isWrittenHere = (run: string): boolean => lockHolder(run)?.host === hostname();

/** Ends normally where the run is finished; else throws a UserError. */
async function trainInProcess({ id, seed, sets }: Training, { dir, workers, children }: Place): Promise<void> {
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

/**
 * Hands the signals that end this process on to the children: the first lets them save, the second ends them at once. The
 * first aborts `signal` too, with its name as the reason.
 */
function forwardSignals(children: ReadonlySet<ChildProcess>) {
  const received = new AbortController();
  const endChildren = () => {
    for (const child of children) child.kill("SIGTERM");
  };
  const onSignal = (signal: Signal): void => {
    if (!received.signal.aborted) note("Saving the runs under way. Ctrl-C again stops at once.");
    received.abort(signal);
    endChildren();
  };
  const names = Object.keys(SIGNALS) as Signal[];
  for (const name of names) process.on(name, onSignal);
  process.on("exit", endChildren);
  return {
    signal: received.signal,
    stop(): void {
      for (const name of names) process.off(name, onSignal);
      process.off("exit", endChildren);
    },
  };
}
