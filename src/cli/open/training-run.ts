/** The run that `spiral train` trains: a new one, or one that it takes up again. */
import { loadConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import type { Checkpoint } from "../../run/checkpoint-folder.ts";
import { resolveRun } from "../../run/directory.ts";
import { createRun, readRunConfig, resumeRun } from "../../run/run.ts";
import type { RunWriter } from "../../run/writer.ts";
import { UserError } from "../../util/errors.ts";
import type { Invocation } from "../command.ts";
import { type ConfigOptions, configSources } from "../flags/config.ts";
import { workerCount } from "../flags/numbers.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import { warn } from "../terminal/output.ts";

/** The options of `spiral train` that say which run. */
export interface TrainingRunOptions extends ConfigOptions {
  readonly name: string | undefined;
  /** The run to go on with; `true` is the latest. */
  readonly resume: string | true | undefined;
}

export interface TrainingRun {
  readonly config: Config;
  /** `check` is given the checkpoint to go on from before anything of the run is changed, and throws where it will not do. */
  readonly open: (
    backend: string,
    check: (checkpoint: Checkpoint, run: string) => void,
  ) => { readonly writer: RunWriter; readonly checkpoint: Checkpoint | undefined };
}

/** Checks the settings; makes and changes nothing before `open` is called. */
export async function trainingRun(
  file: string | undefined,
  options: TrainingRunOptions,
  given: Invocation["given"],
): Promise<TrainingRun> {
  return options.resume === undefined ? newRun(file, options) : resumedRun(file, options, given);
}

function newRun(file: string | undefined, options: TrainingRunOptions): TrainingRun {
  const { config } = loadConfig(configSources(file, options));
  return {
    config,
    open: (backend) => ({
      writer: createRun({ config, name: options.name, argv: process.argv.slice(2), backend, warn }),
      checkpoint: undefined,
    }),
  };
}

/** The flags that go with `--resume`; the number of threads changes nothing but the time. */
const WITH_RESUME = ["--resume", "--dir", "--json", "--workers"];

/** A resumed run keeps its settings. */
async function resumedRun(
  file: string | undefined,
  { resume, workers, dir }: TrainingRunOptions,
  given: Invocation["given"],
): Promise<TrainingRun> {
  const settings = given.filter((name) => !WITH_RESUME.includes(name));
  if (file !== undefined) settings.unshift(file);
  if (settings.length > 0) {
    throw new UserError(2, `A resumed run keeps its settings; leave out ${settings.join(", ")}, or start a new run.`);
  }
  const resolved = resolveRun(resume === true ? undefined : resume, await runsFolder({ dir }), warn);
  const saved = readRunConfig(resolved.dir);
  const config =
    workers === undefined ? saved : { ...saved, run: { ...saved.run, workers: workerCount("--workers", workers) } };
  return {
    config,
    open(backend, check) {
      const resumed = resumeRun(resolved, { backend, check: (checkpoint) => check(checkpoint, resolved.name) });
      for (const warning of resumed.warnings) warn(warning);
      return resumed;
    },
  };
}
