/** `spiral train`: puts the trainer, the evaluator and the run directory together, and shows how it goes. */
import { dirname, resolve } from "node:path";
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
import type { Snapshot } from "../../rl/train.ts";
import type { Checkpoint } from "../../run/checkpoint.ts";
import { checkFreeName, checkRunName, resolveRun } from "../../run/directory.ts";
import { createRun, readRunConfig, resumeRun } from "../../run/run.ts";
import type { RunWriter } from "../../run/writer.ts";
import type { Executor } from "../../selfplay/plan.ts";
import { UserError } from "../../util/errors.ts";
import { Rng } from "../../util/rng.ts";
import { workerCount } from "../open/executor.ts";
import { checkAll, configSources, runsFolder, type TrainOptions } from "../options.ts";
import { note, print, SPIRAL, styleFor, table, warn } from "../terminal/output.ts";
import { listen, type Signals } from "../terminal/signals.ts";
import { compact, createProgress, type GameMeasure, number } from "../terminal/training-progress.ts";
import { run as showConfig } from "./config.ts";

/** Games against random play, where a game cannot be evaluated exactly. */
const SAMPLE_EPISODES = 1000;

type Measures = Record<string, GameMeasure>;

interface Prepared {
  readonly config: Config;
  /** `check` is given the checkpoint to go on from before anything of the run is changed, and throws where it will not do. */
  readonly open: (
    backend: string,
    check: (checkpoint: Checkpoint, run: string) => void,
  ) => { readonly writer: RunWriter; readonly checkpoint: Checkpoint | undefined };
}

export async function run(file: string | undefined, options: TrainOptions): Promise<number> {
  if (options.dryRun) return dryRun(file, options);
  const { config, open } = await prepare(file, options);
  const games = config.games.map(getGame);
  // Heard from before there is a run: an interruption while it is being made saves after the first update.
  const signals = listen();
  try {
    return await trainRun({ config, games, open, signals, options });
  } finally {
    signals.stop();
  }
}

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
  return showConfig("show", file, options);
}

interface Job {
  readonly config: Config;
  readonly games: readonly Game[];
  readonly open: Prepared["open"];
  readonly signals: Signals;
  readonly options: TrainOptions;
}

async function trainRun(job: Job): Promise<number> {
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

async function trainWith(
  executor: Executor,
  backend: Backend,
  { config, games, open, signals, options }: Job,
): Promise<number> {
  const { train } = await import("../../rl/train.ts");
  const { toFiles, toSnapshot } = await import("../open/checkpoint-contents.ts");
  const kind = await policyKind(config.nn.policy);
  const { profileTable, startProfile } = await import("../terminal/profile.ts");
  let snapshot: Snapshot | undefined;
  const { writer, checkpoint } = open(backend.name, (found, name) => {
    snapshot = toSnapshot(found, name, config, kind);
  });
  signals.onSecond(() => writer.finish("interrupted"));
  const started = performance.now();
  const seconds = () => Math.round(performance.now() - started) / 1000;
  let measures: Measures = {};
  let untrained: Measures | undefined;
  let totals = { episodes: 0, decisions: 0 };
  try {
    const from = checkpoint?.update ?? 0;
    const progress = createProgress(config.updates, from, { quiet: options.json === true });
    progress.message(
      `${checkpoint ? "Going on with" : "Training"} ${writer.dir} on ${backend.name}. Ctrl-C saves and stops.`,
    );
    for (const line of passedOverLines(backend, options.verbose === true)) progress.message(line);
    writer.log({ backend: backend.name, device: backend.device, passedOver: backend.passedOver, from }, "started");
    signals.onFirst((update) =>
      progress.message(`Finishing update ${update + 1} and saving. Ctrl-C again stops at once.`),
    );
    const settings = {
      ...config,
      games: games.map((game) => ({ game, episodes: gameSettings(config, game.id).episodes })),
      weights: Object.fromEntries(games.map((game) => [game.id, gameSettings(config, game.id)])),
    };
    const profile = options.profile ? startProfile() : undefined;
    const last = await train(
      settings,
      {
        async evaluate(policy, update) {
          measures = await measure(games, policy, new Rng(config.seed).fork("evaluation", update));
          if (update === 0) untrained = measures;
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
        progress(update, sums) {
          totals = sums;
          progress.update(update, sums.episodes);
          return signals.requested(update);
        },
        ...(profile ? { phase: profile.phase } : {}),
      },
      snapshot,
      executor,
    );
    const milliseconds = profile?.milliseconds();
    progress.close();
    const isWhole = last === config.updates;
    writer.log({ update: last }, isWhole ? "finished" : "interrupted");
    writer.finish(isWhole ? "finished" : "interrupted");
    if (!isWhole) {
      note(
        `Stopped after update ${last} of ${config.updates}, which is saved. Go on with: ${SPIRAL} train --resume ${writer.name}${inFolder(writer.dir)}`,
      );
      return signals.exitCode();
    }
    if (options.json) {
      const { user, system } = process.cpuUsage();
      const cost = { seconds: seconds(), cpuSeconds: (user + system) / 1e6 };
      const spent = milliseconds ? { milliseconds } : {};
      print(
        JSON.stringify({
          type: "result",
          run: writer.name,
          updates: last,
          ...totals,
          ...cost,
          ...spent,
          games: measures,
        }),
      );
    } else {
      summary(writer, last, totals.episodes, seconds(), measures, untrained);
      if (milliseconds) print(`\n${profileTable(milliseconds, last - from)}`);
    }
    return 0;
  } catch (error) {
    writer.finish("failed");
    throw error;
  }
}

/** Why `auto` did not take a better backend: whatever does not work, and in a word what is not installed. */
export function passedOverLines({ passedOver }: Pick<Backend, "passedOver">, verbose: boolean): string[] {
  const toSay = passedOver.filter(({ status }) => verbose || status === "broken");
  const missing = passedOver.filter((trouble) => !toSay.includes(trouble)).map(({ name }) => name);
  const lines = toSay.map(({ name, reason }) => `Not on ${name}: ${reason}.`);
  if (missing.length > 0) lines.push(`Not installed: ${missing.join(", ")}. What they need: ${SPIRAL} doctor`);
  return lines;
}

/**
 * The settings, checked; and what makes the run directory, or takes up the one that `--resume` names, which keeps its
 * settings, but for the number of threads, which changes nothing but the time.
 */
async function prepare(file: string | undefined, options: TrainOptions): Promise<Prepared> {
  const { resume, dir: _dir, json: _json, verbose: _verbose, workers, ...others } = options;
  if (resume === undefined) {
    const { config } = loadConfig(configSources(file, options));
    const open = (backend: string) => ({
      writer: createRun({ config, name: options.name, argv: process.argv.slice(2), backend, warn }),
      checkpoint: undefined,
    });
    return { config, open };
  }
  const given = Object.keys(others).map(
    (name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  );
  if (file !== undefined) given.unshift(file);
  if (given.length > 0) {
    throw new UserError(2, `A resumed run keeps its settings; leave out ${given.join(", ")}, or start a new run.`);
  }
  const resolved = resolveRun(resume === true ? undefined : resume, await runsFolder(options));
  const saved = readRunConfig(resolved.dir);
  const config = workers === undefined ? saved : { ...saved, run: { ...saved.run, workers: workerCount(workers) } };
  const open: Prepared["open"] = (backend, check) => {
    const resumed = resumeRun(resolved, { backend, check: (checkpoint) => check(checkpoint, resolved.name) });
    for (const warning of resumed.warnings) warn(warning);
    return resumed;
  };
  return { config, open };
}

async function measure(games: readonly Game[], policy: Policy, rng: Rng): Promise<Measures> {
  const measures: Measures = {};
  for (const game of games) {
    const exact = evaluateExactly(game, policy);
    measures[game.id] = exact
      ? { nashConv: exact.nashConv, greedyNashConv: exact.greedyNashConv }
      : { meanReturnVsRandom: (await versus(game, policy, uniform, SAMPLE_EPISODES, rng.fork(game.id))).meanReturn };
  }
  return measures;
}

/** ` --dir X` where the runs lie elsewhere than where a command without it looks. */
function inFolder(runDir: string): string {
  const parent = dirname(runDir);
  return resolve(parent) === resolve(loadConfig().config.run.dir) ? "" : ` --dir ${quoted(parent)}`;
}

const quoted = (path: string): string => (/^[\w./:\\-]+$/.test(path) ? path : `"${path}"`);

function summary(
  { dir, name }: Pick<RunWriter, "dir" | "name">,
  updates: number,
  episodes: number,
  seconds: number,
  measures: Measures,
  untrained: Measures | undefined,
): void {
  const { bold, green } = styleFor(process.stdout);
  print(
    `${green("Trained")} ${updates} updates, ${compact(episodes)} games of self-play in ${seconds.toFixed(1)} s.\n`,
  );
  const cell = ({ nashConv, meanReturnVsRandom = 0 }: GameMeasure): string =>
    nashConv === undefined ? `${meanReturnVsRandom.toFixed(3)} against random` : number(nashConv);
  const rows = Object.entries(measures).map(([id, measure]) => {
    const before = untrained?.[id];
    const greedy = measure.greedyNashConv === undefined ? "" : number(measure.greedyNashConv);
    return [id, before ? cell(before) : "", cell(measure), greedy];
  });
  print(table(["game", untrained ? "untrained" : "", "NashConv", "greedy"], rows, { right: [1, 2, 3] }));
  print("\nNashConv is exact: what perfect opponents in both seats would win from the policy; 0 is an equilibrium.");
  print(`Saved in ${dir}\n`);
  print(bold("Next:"));
  const which = resolveRun(undefined, dirname(dir)).name === name ? "" : ` ${name}`;
  const where = inFolder(dir);
  const next = [
    [`eval${which}${where}`, "play it against fixed opponents"],
    [`replay${which}${where}`, "watch one of its games"],
    [`policy${which} --game ${Object.keys(measures)[0]}${where}`, "read its strategy"],
  ] as const;
  const width = Math.max(...next.map(([command]) => command.length));
  for (const [command, what] of next) print(`  ${SPIRAL} ${command.padEnd(width)}  ${what}`);
}
