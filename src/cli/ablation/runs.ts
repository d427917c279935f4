/** Trains the runs of an ablation, some at a time, each by `spiral train` in a process of its own. */
import type { ChildProcess } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { learnedSettings } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { configToYaml } from "../../config/write.ts";
import { localRunner } from "../../jobs/local.ts";
import type { QueueAddress } from "../../jobs/queue/connection.ts";
import { isFinished, runNameOf } from "../../run/ablation.ts";
import { readRunConfig } from "../../run/read.ts";
import { sealRun } from "../../run/seal.ts";
import { UserError } from "../../util/errors.ts";
import { plural } from "../../util/figures.ts";
import { note } from "../terminal/output.ts";
import { exitCodeOf, SIGNALS, type Signal } from "../terminal/signals.ts";
import type { PlannedCell } from "./plan.ts";
import {
  isThere,
  isWrittenHere,
  type Place,
  type Task,
  type Trainer,
  type Training,
  trainInProcess,
  trainingOf,
  untilUnlocked,
} from "./training.ts";

/** Every cell with every seed from 1, seed by seed. */
export function tasksOf(cells: readonly PlannedCell[], seeds: number): Task[] {
  return Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed) =>
    cells.map((cell) => ({ cell, seed, name: runNameOf(cell, seed) })),
  );
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

/**
 * The first setting that differs: `updates: 200` there, `updates: 300` now. Where a run lies, its threads and the settings of games that
 * it does not learn are left aside.
 */
function firstDifference(earlier: Config, now: Config): string | undefined {
  const lines = (config: Config) => {
    const perGame = { ...learnedSettings(config), default: now.perGame.default };
    return configToYaml({ ...config, perGame, run: { ...config.run, dir: ".", workers: "auto" } }).split("\n");
  };
  const [before, after] = [lines(earlier), lines(now)];
  const at = before.findIndex((line, i) => line !== after[i]);
  return at < 0 ? undefined : `"${before[at]?.trim()}" there, "${after[at]?.trim()}" now`;
}

/**
 * Trains what is not finished yet, `jobs` at a time; a run that was interrupted goes on from its checkpoint. Returns the
 * exit code of a signal that came meanwhile: the runs under way are then saved, and no more are begun.
 */
export async function runAll(
  dir: string,
  tasks: readonly Task[],
  jobs: number,
  address: QueueAddress | undefined,
): Promise<number | undefined> {
  const open = tasks.filter(({ name }) => !isFinished(dir, name));
  for (const { name } of tasks) if (isFinished(dir, name)) sealRun(join(dir, name));
  const there = tasks.length - open.length;
  if (there > 0) note(`${there} of ${tasks.length} runs are finished already.`);
  if (open.length === 0) return undefined;
  const queued = address && (await (await import("./queued.ts")).queuedTrainer(address, dir, tasks));
  const trainer = queued ?? localTrainer(dir, Math.min(jobs, open.length));
  const { runner, signal } = trainer;
  note(`Training ${plural(open.length, "run")} in ${dir}. ${trainer.begin}`);
  const started = performance.now();
  const trainings = open.map(trainingOf);
  const onDone = ({ label, seed }: Training, done: number): void => {
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    note(`${done} of ${open.length} runs, ${seconds} s: ${label}, seed ${seed}`);
  };
  try {
    const { done, problems } = await runner(trainings, { signal, onDone });
    if (problems.length > 0) throw new UserError(1, [...problems, "Run the same command to go on."]);
    if (!signal.aborted) return undefined;
    note(`Stopped: ${there + done} of ${tasks.length} runs are finished. ${trainer.goOn}`);
    return exitCodeOf(signal);
  } finally {
    await trainer.close();
  }
}

/** Trains on this machine, `atOnce` runs at a time. */
function localTrainer(dir: string, atOnce: number): Trainer {
  const children = new Set<ChildProcess>();
  const { signal, stop } = forwardSignals(children);
  // Between them the runs keep every core busy, and no more.
  const workers = Math.max(0, Math.floor(availableParallelism() / atOnce) - 1);
  return {
    runner: localRunner({ atOnce, run: (training) => trainOnce(training, { dir, workers, children, signal }) }),
    signal,
    begin: "Ctrl-C saves and stops.",
    goOn: "Run the same command to go on.",
    close: stop,
  };
}

/**
 * Trains a run to its end. If this ablation was killed before, a process that it had started may still write the run: it saves
 * within an update, and is waited for.
 */
async function trainOnce(training: Training, place: Place & { readonly signal: AbortSignal }): Promise<void> {
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
