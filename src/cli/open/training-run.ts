/** The run that `spiral train` trains: a new one, or one that it takes up again. */

import { loadConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import type { WeightArray } from "../../nn/weights.ts";
import { learningRateAt } from "../../rl/annealing.ts";
import type { Demonstrations } from "../../rl/demonstrations.ts";
import type { Checkpoint } from "../../run/checkpoint-folder.ts";
import { resolveRun } from "../../run/directory.ts";
import { readManifest } from "../../run/manifest.ts";
import { createRun, resumableConfig, resumeRun } from "../../run/run.ts";
import type { RunWriter } from "../../run/writer.ts";
import { UserError } from "../../util/errors.ts";
import { checkAll } from "../check-all.ts";
import type { Invocation } from "../command.ts";
import { type ConfigOptions, configSources } from "../flags/config.ts";
import { workerCount } from "../flags/numbers.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import { note, warn } from "../terminal/output.ts";
import { checkLog, demonstrationsOf, logOf } from "./demonstrations.ts";
import { initialWeights } from "./initial-weights.ts";

/** The options of `spiral train` that say which run. */
export interface TrainingRunOptions extends ConfigOptions {
  readonly name: string | undefined;
  /** The run, and its checkpoint, whose weights a new run begins with. */
  readonly init: string | undefined;
  /** The run to go on with; `true` is the latest. */
  readonly resume: string | true | undefined;
}

export interface TrainingRun {
  readonly config: Config;
  /** The first weights of a new run with `--init`. */
  readonly initial: readonly WeightArray[] | undefined;
  readonly demonstrations: Demonstrations | undefined;
  /** The backend that a run that is taken up again ran on last. */
  readonly ranOn: string | undefined;
  /** `check` is given the checkpoint to go on from before anything of the run is changed, and throws where it will not do. */
  readonly open: (
    backend: string,
    check: (checkpoint: Checkpoint, run: string) => void,
  ) => { readonly writer: RunWriter; readonly checkpoint: Checkpoint | undefined };
}

/** Checks the settings. Nothing is made before `open` is called; an extension of a run that a kill interrupted is completed. */
export async function trainingRun(
  file: string | undefined,
  options: TrainingRunOptions,
  given: Invocation["given"],
): Promise<TrainingRun> {
  return options.resume === undefined ? newRun(file, options) : resumedRun(file, options, given);
}

async function newRun(file: string | undefined, options: TrainingRunOptions): Promise<TrainingRun> {
  const { config, queue } = loadConfig(configSources(file, options));
  if (queue !== undefined) note("This run is trained here: run.queue is for spiral ablate, which trains many.");
  const { name, init: spec } = options;
  const init = spec === undefined ? undefined : await initialWeights(spec, config);
  const demonstrations = demonstrationsOf(config);
  const log = demonstrations && logOf(demonstrations);
  const argv = process.argv.slice(2);
  return {
    config,
    initial: init?.weights,
    demonstrations,
    ranOn: undefined,
    open: (backend) => ({
      writer: createRun({ config, name, argv, backend, init: init?.source, demonstrations: log, warn }),
      checkpoint: undefined,
    }),
  };
}

/** The flags that go with `--resume`; the number of threads changes nothing but the time. */
const WITH_RESUME = ["--resume", "--updates", "--dir", "--json", "--workers", "--profile"];

/** Throws a UserError (exit 2) if there are settings, which a resumed run keeps. */
function checkKept(settings: readonly string[]): void {
  if (settings.length === 0) return;
  throw new UserError(2, `A resumed run keeps its settings; leave out ${settings.join(", ")}, or start a new run.`);
}

/** A resumed run keeps its settings, except for its length. */
async function resumedRun(
  file: string | undefined,
  { resume, updates, workers, dir }: TrainingRunOptions,
  given: Invocation["given"],
): Promise<TrainingRun> {
  const settings = given.filter((name) => !WITH_RESUME.includes(name));
  if (file !== undefined) settings.unshift(file);
  const parent = await runsFolder({ dir });
  const [resolved, asked, threads] = checkAll(
    () => resolveRun(resume === true ? undefined : resume, parent, warn),
    () => (updates === undefined ? undefined : updateCount(updates)),
    () => (workers === undefined ? undefined : workerCount("--workers", workers)),
    () => checkKept(settings),
  );
  const saved = resumableConfig(resolved.dir);
  const length = asked ?? saved.updates;
  const run = { ...saved.run, workers: threads ?? saved.run.workers };
  const config = { ...saved, updates: length, run };
  const demonstrations = demonstrationsOf(config);
  const manifest = readManifest(resolved.dir);
  checkLog(resolved.name, manifest, demonstrations);
  return {
    config,
    initial: undefined,
    demonstrations,
    ranOn: manifest.backends?.at(-1) ?? manifest.backend,
    open(backend, check) {
      const resumed = resumeRun(resolved, {
        backend,
        updates: length,
        check: (checkpoint) => check(checkpoint, resolved.name),
      });
      for (const warning of resumed.warnings) warn(warning);
      if (length !== saved.updates) note(lengthNote(saved, length, resumed.checkpoint?.update ?? 0));
      return resumed;
    },
  };
}

const updateCount = (text: string): number =>
  loadConfig({ flags: [{ name: "--updates", key: "updates", text }] }).config.updates;

/** How the length of a run changes, and what that does to the learning rate. */
function lengthNote({ updates, rl }: Config, length: number, done: number): string {
  const rate = (update: number, of: number): string =>
    Number(learningRateAt(rl.learningRate, update, { updates: of, rl }).toPrecision(3)).toString();
  const [before, after] = [rate(Math.max(done, 1), updates), rate(done + 1, length)];
  const [had, has] = [updates, length].map((n) => (n === 0 ? "no set length" : `${n} updates`));
  const change =
    rl.decay === "inverse-time"
      ? "The learning rate does not depend on it."
      : `From update ${done + 1} on, the schedules are those of a run of ${has}: the learning rate goes from ${before} to ${after}.`;
  return `The run had ${had} and has ${length === 0 ? has : length} now. ${change}`;
}
