/** `spiral train`: puts the trainer, the evaluator and the run directory together, and shows how it goes. */
import type { Game } from "../../games/game.ts";
import type { Backend } from "../../nn/backend.ts";
import type { Snapshot } from "../../rl/train.ts";
import type { RunWriter } from "../../run/writer.ts";
import type { Executor } from "../../selfplay/plan.ts";
import { UserError } from "../../util/errors.ts";
import { checkAll } from "../check-all.ts";
import { defineCommand } from "../command.ts";
import { anySetting, configSources, howToRun, whatToLearn } from "../flags/config.ts";
import { text, textOrTrue, toggle } from "../flags/flag.ts";
import type { SoFar } from "../open/training-hooks.ts";
import type { TrainingRun, TrainingRunOptions } from "../open/training-run.ts";
import { print, printJson } from "../terminal/output.ts";
import { listen, type Signals } from "../terminal/signals.ts";
import { createProgress, type Progress } from "../terminal/training-progress.ts";

export const command = defineCommand({
  usage: "train [config]",
  example: "spiral train --games kuhn,ttt --seed 7",
  flags: {
    ...whatToLearn,
    name: text("--name <name>", "name of the run's folder"),
    ...anySetting,
    init: text("--init <run[@checkpoint]>", "start from the weights of a checkpoint: tiny@300, tiny@best"),
    resume: textOrTrue(
      "--resume [run]",
      "go on with a run, the latest if none is named; --updates gives it a new length, or none",
    ),
    ...howToRun,
    profile: toggle("--profile", "say at the end what an update spends its time on"),
    dryRun: toggle("--dry-run", "check the settings, print them and stop"),
    json: toggle("--json", "print JSON, one object per line"),
  },

  async run([file], options, { verbose, given }) {
    if (options.dryRun) {
      await dryRun(file, options);
      return 0;
    }
    const { getGame } = await import("../../games/registry.ts");
    const { trainingRun } = await import("../open/training-run.ts");
    const { config, ...run } = await trainingRun(file, options, given);
    const games = config.games.map(getGame);
    // Heard from before there is a run: an interruption while it is being made saves after the first update.
    const signals = listen();
    try {
      const { json, profile: profiled } = options;
      return await trainOnBackend({ ...run, config, games, signals, json, profiled, verbose });
    } finally {
      signals.stop();
    }
  },
});

/** Checks the settings and prints them. */
async function dryRun(
  file: string | undefined,
  options: TrainingRunOptions & { readonly json: boolean },
): Promise<void> {
  const { loadConfig } = await import("../../config/load.ts");
  const { checkFreeName, checkRunName } = await import("../../run/directory.ts");
  const { showConfig } = await import("../terminal/config-table.ts");
  const { name, resume, init } = options;
  if (resume !== undefined) {
    throw new UserError(2, "A resumed run keeps its settings; --dry-run has none to check. Leave out one of the two.");
  }
  const [{ config }] = checkAll(
    () => loadConfig(configSources(file, options)),
    () => name === undefined || checkRunName(name),
  );
  const { policyModel } = await import("../../policies/registry.ts");
  const { getGame } = await import("../../games/registry.ts");
  await policyModel(config.nn, config.games.map(getGame));
  if (name !== undefined) checkFreeName(config.run.dir, name);
  if (init !== undefined) await (await import("../open/initial-weights.ts")).initialWeights(init, config);
  (await import("../open/demonstrations.ts")).demonstrationsOf(config);
  showConfig(file, options);
}

interface Job extends TrainingRun {
  readonly games: readonly Game[];
  readonly signals: Signals;
  /** `--json`, `--profile` and `--verbose`. */
  readonly json: boolean;
  readonly profiled: boolean;
  readonly verbose: boolean;
}

async function trainOnBackend(job: Job): Promise<number> {
  const { startTraining } = await import("../open/trained-backend.ts");
  const { openExecutor } = await import("../open/executor.ts");
  const backend = await startTraining(job.config.nn, job.ranOn);
  const executor = openExecutor(job.config.run.workers, backend.name, { areAlike: true });
  try {
    return await trainWith(executor, backend, job);
  } finally {
    await executor.close();
  }
}

async function trainWith(executor: Executor, backend: Backend, job: Job): Promise<number> {
  const { config, games, initial, demonstrations, open, signals, json } = job;
  const { policyKind } = await import("../../policies/registry.ts");
  const { train } = await import("../../rl/train.ts");
  const { bestCheckpoint, isWorse } = await import("../../run/best.ts");
  const { toSnapshot } = await import("../open/checkpoint-contents.ts");
  const { hooksOf, savedMeasures, trainSettings } = await import("../open/training-hooks.ts");
  const { profileTable, startProfile } = await import("../terminal/profile.ts");
  const { noteStopped, printTrained } = await import("../terminal/training-report.ts");
  const kind = await policyKind(config.nn.policy);
  // Before a run is made: it throws if the policy cannot play these games.
  const model = kind.model(config.nn, games);
  let snapshot: Snapshot | undefined;
  const { writer, checkpoint } = open(backend.name, (found, name) => {
    snapshot = toSnapshot(found, name, config, kind);
  });
  signals.onSecond(() => writer.finish("interrupted"));
  const seconds = stopwatch();
  try {
    const from = checkpoint?.update ?? 0;
    const progress = createProgress(config.updates, from, { quiet: json });
    await announce(backend, checkpoint !== undefined, writer, progress, job);
    writer.log({ backend: backend.name, device: backend.device, passedOver: backend.passedOver, from }, "started");
    const profile = job.profiled ? startProfile() : undefined;
    const { episodes, decisions } = snapshot ?? { episodes: 0, decisions: 0 };
    const soFar: SoFar = {
      // Nothing is left to train if the run was killed after its last checkpoint.
      measures: from > 0 && from === config.updates ? savedMeasures(writer.dir, from) : {},
      evaluated: from,
      untrained: undefined,
      totals: { episodes, decisions },
    };
    const hooks = hooksOf({ ...job, model, writer, progress, profile, seconds, soFar });
    const last = await train(trainSettings(config, games, demonstrations), hooks, snapshot, executor, initial);
    const milliseconds = profile?.milliseconds();
    progress.close();
    const isWhole = last === config.updates;
    const sinceStart = cost(Math.round(1000 * process.uptime()) / 1000);
    writer.log({ update: last, ...sinceStart }, isWhole ? "finished" : "interrupted");
    writer.finish(isWhole ? "finished" : "interrupted");
    if (!isWhole) noteStopped(writer, last, config.updates);
    if (!isWhole && config.updates > 0) return signals.exitCode();
    const { measures, evaluated, untrained, totals } = soFar;
    const best = bestCheckpoint(writer.dir);
    if (json) {
      const result = { run: writer.name, updates: last, ...totals, ...cost(seconds()), milliseconds };
      printResult({ ...result, games: measures, best: best ?? null });
    } else {
      printTrained(writer, {
        updates: last,
        episodes: totals.episodes,
        seconds: seconds(),
        measures,
        untrained,
        shown: demonstrations?.updates ?? 0,
        isInitialised: initial !== undefined,
        evaluated,
        better: best && isWorse(writer.dir, evaluated, best.update) ? best : undefined,
      });
      if (milliseconds && last > from) print(`\n${profileTable(milliseconds, last - from)}`);
    }
    return isWhole ? 0 : signals.exitCode();
  } catch (error) {
    writer.finish("failed");
    throw error;
  }
}

/** Says what begins, and has an interruption say what it does. */
async function announce(
  backend: Backend,
  isResumed: boolean,
  { dir }: RunWriter,
  progress: Progress,
  { config, signals, verbose }: Job,
): Promise<void> {
  const { passedOverLines } = await import("../terminal/training-report.ts");
  const rule = config.rl.rule === "spiral" ? "" : `, by the rule ${config.rl.rule}`;
  const begins = `${isResumed ? "Going on with" : "Training"} ${dir} on ${backend.name}${rule}`;
  progress.message(`${begins}. Ctrl-C saves and stops.`);
  for (const line of passedOverLines(backend, verbose)) progress.message(line);
  signals.onFirst((update) =>
    progress.message(`Finishing update ${update + 1} and saving. Ctrl-C again stops at once.`),
  );
}

/** A line of JSON; what is undefined is left out. */
function printResult(result: Readonly<Record<string, unknown>>): void {
  printJson({ type: "result", ...result }, 0);
}

/** Seconds on the clock, and of all cores. */
function cost(seconds: number): { readonly seconds: number; readonly cpuSeconds: number } {
  const { user, system } = process.cpuUsage();
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

/** Seconds since now, to the millisecond. */
function stopwatch(): () => number {
  const started = performance.now();
  return () => Math.round(performance.now() - started) / 1000;
}
