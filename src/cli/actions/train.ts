/** `spiral train`: puts the trainer, the evaluator and the run directory together, and shows how it goes. */
import { versus } from "../../arena/versus.ts";
import { gameSettings, loadConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { evaluateExactly } from "../../exact/nash-conv.ts";
import type { Game } from "../../games/game.ts";
import { getGame } from "../../games/registry.ts";
import type { Backend } from "../../nn/backend.ts";
import { type Policy, uniform } from "../../policies/policy.ts";
import { policyKind } from "../../policies/registry.ts";
import { formatEpisode } from "../../record/episode.ts";
import type { Snapshot, TrainHooks, TrainSettings } from "../../rl/train.ts";
import { checkFreeName, checkRunName } from "../../run/directory.ts";
import type { RunWriter } from "../../run/writer.ts";
import type { Executor } from "../../selfplay/plan.ts";
import { UserError } from "../../util/errors.ts";
import { Rng } from "../../util/rng.ts";
import { checkAll } from "../check-all.ts";
import type { Run } from "../command.ts";
import type { declaration, TrainOptions } from "../commands/train.ts";
import { configSources } from "../flags/config.ts";
import { type TrainingRun, trainingRun } from "../open/training-run.ts";
import { print } from "../terminal/output.ts";
import type { Profile } from "../terminal/profile.ts";
import { listen, type Signals } from "../terminal/signals.ts";
import { createProgress, type GameMeasure, type Progress } from "../terminal/training-progress.ts";
import { type Measures, noteStopped, passedOverLines, printTrained } from "../terminal/training-report.ts";
import { showConfig } from "./config.ts";

/** Games against random play, where a game cannot be evaluated exactly. */
const SAMPLE_EPISODES = 1000;

export const run: Run<typeof declaration> = async ([file], options, { verbose, given }) => {
  if (options.dryRun) return dryRun(file, options);
  const { config, open } = await trainingRun(file, options, given);
  const games = config.games.map(getGame);
  // Heard from before there is a run: an interruption while it is being made saves after the first update.
  const signals = listen();
  try {
    return await trainOnBackend({ config, games, open, signals, options, verbose });
  } finally {
    signals.stop();
  }
};

function dryRun(file: string | undefined, options: TrainOptions): number {
  const { name, resume } = options;
  if (resume !== undefined) {
    throw new UserError(2, "A resumed run keeps its settings; --dry-run has none to check. Leave out one of the two.");
  }
  const [{ config }] = checkAll(
    () => loadConfig(configSources(file, options)),
    () => name === undefined || checkRunName(name),
  );
  if (name !== undefined) checkFreeName(config.run.dir, name);
  return showConfig(file, options);
}

interface Job {
  readonly config: Config;
  readonly games: readonly Game[];
  readonly open: TrainingRun["open"];
  readonly signals: Signals;
  readonly options: TrainOptions;
  readonly verbose: boolean;
}

async function trainOnBackend(job: Job): Promise<number> {
  const { startBackend } = await import("../../nn/backend.ts");
  const { openExecutor } = await import("../open/executor.ts");
  const backend = await startBackend(job.config.nn.backend);
  const executor = openExecutor(job.config.run.workers, backend.name, { areAlike: true });
  try {
    return await trainWith(executor, backend, job);
  } finally {
    await executor.close();
  }
}

async function trainWith(executor: Executor, backend: Backend, job: Job): Promise<number> {
  const { config, games, open, signals, options } = job;
  const { train } = await import("../../rl/train.ts");
  const { toFiles, toSnapshot } = await import("../open/checkpoint-contents.ts");
  const kind = await policyKind(config.nn.policy);
  const { profileTable, startProfile } = await import("../terminal/profile.ts");
  let snapshot: Snapshot | undefined;
  const { writer, checkpoint } = open(backend.name, (found, name) => {
    snapshot = toSnapshot(found, name, config, kind);
  });
  signals.onSecond(() => writer.finish("interrupted"));
  const seconds = stopwatch();
  try {
    const from = checkpoint?.update ?? 0;
    const progress = createProgress(config.updates, from, { quiet: options.json });
    announce(backend, checkpoint !== undefined, writer, progress, job);
    writer.log({ backend: backend.name, device: backend.device, passedOver: backend.passedOver, from }, "started");
    const profile = options.profile ? startProfile() : undefined;
    const soFar: SoFar = { measures: {}, untrained: undefined, totals: { episodes: 0, decisions: 0 } };
    const hooks = hooksOf({ ...job, writer, progress, profile, seconds, soFar, toFiles });
    const last = await train(trainSettings(config, games), hooks, snapshot, executor);
    const milliseconds = profile?.milliseconds();
    progress.close();
    const isWhole = last === config.updates;
    writer.log({ update: last }, isWhole ? "finished" : "interrupted");
    writer.finish(isWhole ? "finished" : "interrupted");
    if (!isWhole) {
      noteStopped(writer, last, config.updates);
      return signals.exitCode();
    }
    const { measures, untrained, totals } = soFar;
    if (options.json) {
      printResult({ run: writer.name, updates: last, ...totals, ...cost(seconds()), milliseconds, games: measures });
    } else {
      printTrained(writer, { updates: last, episodes: totals.episodes, seconds: seconds(), measures, untrained });
      if (milliseconds) print(`\n${profileTable(milliseconds, last - from)}`);
    }
    return 0;
  } catch (error) {
    writer.finish("failed");
    throw error;
  }
}

/** Says what begins, and has an interruption say what it does. */
function announce(
  backend: Backend,
  isResumed: boolean,
  { dir }: RunWriter,
  progress: Progress,
  { signals, verbose }: Job,
): void {
  progress.message(`${isResumed ? "Going on with" : "Training"} ${dir} on ${backend.name}. Ctrl-C saves and stops.`);
  for (const line of passedOverLines(backend, verbose)) progress.message(line);
  signals.onFirst((update) =>
    progress.message(`Finishing update ${update + 1} and saving. Ctrl-C again stops at once.`),
  );
}

const trainSettings = (config: Config, games: readonly Game[]): TrainSettings => ({
  ...config,
  games: games.map((game) => ({ game, episodes: gameSettings(config, game.id).episodes })),
  weights: Object.fromEntries(games.map((game) => [game.id, gameSettings(config, game.id)])),
});

/** What training has come to so far; the hooks keep it up to date. */
interface SoFar {
  /** Of the latest evaluation. */
  measures: Measures;
  /** Of the evaluation before the first update. */
  untrained: Measures | undefined;
  totals: { readonly episodes: number; readonly decisions: number };
}

interface HookParts extends Job {
  readonly writer: RunWriter;
  readonly progress: Progress;
  readonly profile: Profile | undefined;
  readonly seconds: () => number;
  readonly soFar: SoFar;
  readonly toFiles: typeof import("../open/checkpoint-contents.ts").toFiles;
}

/** What the trainer calls as it goes: it writes the run directory and shows the progress. */
function hooksOf({ config, games, signals, options, writer, progress, profile, seconds, soFar, toFiles }: HookParts) {
  const hooks: TrainHooks = {
    async evaluate(policy, update) {
      const measures = await measure(games, policy, new Rng(config.seed).fork("evaluation", update));
      soFar.measures = measures;
      if (update === 0) soFar.untrained = measures;
      progress.evaluation(update, measures);
      writer.evaluation(update, { update, games: measures });
      if (options.json) print(JSON.stringify({ type: "evaluation", update, games: measures }));
      return { evaluation: measures };
    },
    metrics: (row) => writer.metrics({ ...row, seconds: seconds() }),
    episodes: (episodes) => writer.episodes(episodes.map(formatEpisode)),
    checkpoint(saved, due) {
      const { files, state } = toFiles(saved, games);
      writer.checkpoint(saved.update, files, state, { temporary: !due });
    },
    progress(update, totals) {
      soFar.totals = totals;
      progress.update(update, totals.episodes);
      return signals.requested(update);
    },
    ...(profile ? { phase: profile.phase } : {}),
  };
  return hooks;
}

async function measure(games: readonly Game[], policy: Policy, rng: Rng): Promise<Measures> {
  const measures: Record<string, GameMeasure> = {};
  for (const game of games) {
    const exact = evaluateExactly(game, policy);
    measures[game.id] = exact
      ? { nashConv: exact.nashConv, greedyNashConv: exact.greedyNashConv }
      : { meanReturnVsRandom: (await versus(game, policy, uniform, SAMPLE_EPISODES, rng.fork(game.id))).meanReturn };
  }
  return measures;
}

/** A line of JSON; what is undefined is left out. */
function printResult(result: Readonly<Record<string, unknown>>): void {
  print(JSON.stringify({ type: "result", ...result }));
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
