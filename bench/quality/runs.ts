/**
 * Trains the runs of `npm run quality`: one after the other on this machine, or all of them by the workers of a queue, as those of
 * `spiral ablate --queue` are.
 *
 * Workers take the jobs of a program with the same files only, and this one is built elsewhere. So what hands out the jobs is loaded
 * from `dist`.
 */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Task, Training } from "../../src/cli/ablation/training.ts";
import { localRunner } from "../../src/jobs/local.ts";
import type { QueueAddress } from "../../src/jobs/queue/connection.ts";
import type { Job } from "../../src/jobs/runner.ts";
import { UserError } from "../../src/util/errors.ts";
import { argvOf, type Measurement } from "./measurements.ts";
import { spiralTrain } from "./train.ts";

/** A run to be trained. The id is its name. */
export interface Run extends Job {
  readonly measurement: Measurement;
  readonly seed: number;
}

/** Called for each run as it is finished, with its folder. */
type OnRun = (run: Run, folder: string) => void;

const built = async <M>(path: string): Promise<M> => (await import(pathToFileURL(resolve("dist", path)).href)) as M;

/** One after the other. The folder of a run is removed when it is judged. */
export async function trainHere(runs: readonly Run[], dir: string, onRun: OnRun): Promise<void> {
  const run = async ({ id, measurement, seed }: Run): Promise<void> => {
    const { code } = await spiralTrain([...argvOf(measurement.flags), "--seed", String(seed), "--name", id], dir);
    if (code !== 0) throw new UserError(1, `${id} ended with ${code}.`);
  };
  const onDone = (run: Run): void => {
    onRun(run, join(dir, run.id));
    rmSync(join(dir, run.id), { recursive: true });
  };
  const { problems } = await localRunner({ atOnce: 1, run })(runs, { signal: new AbortController().signal, onDone });
  if (problems.length > 0) throw new UserError(1, problems);
}

/**
 * By workers. The folder is that of this build of Spiral and stays until all runs are judged, so that the same command goes on where
 * it was interrupted. → whether it came to its end
 */
export async function trainQueued(runs: readonly Run[], address: QueueAddress, onRun: OnRun): Promise<boolean> {
  const { ownBuild } = await built<typeof import("../../src/cli/queue/build.ts")>("cli/queue/build.js");
  const { queuedTrainer } = await built<typeof import("../../src/cli/ablation/queued.ts")>("cli/ablation/queued.js");
  const { trainingOf } = await built<typeof import("../../src/cli/ablation/training.ts")>("cli/ablation/training.js");
  const { isFinished } = await built<typeof import("../../src/run/ablation.ts")>("run/ablation.js");
  const dir = join("build", `quality-${(await ownBuild()).id}`);
  mkdirSync(dir, { recursive: true });
  const tasks = await Promise.all(runs.map(taskOf));
  const judge = (run: Run): void => onRun(run, join(dir, run.id));
  const [there, open] = [true, false].map((isThere) => runs.filter(({ id }) => isFinished(dir, id) === isThere));
  there.forEach(judge);
  if (open.length > 0) {
    const byId = new Map(open.map((run) => [run.id, run]));
    const trainings = tasks.filter(({ name }) => byId.has(name)).map(trainingOf);
    const trainer = await queuedTrainer(address, dir, tasks);
    try {
      console.error(`Training ${open.length} of ${runs.length} runs. ${trainer.begin}`);
      const onDone = ({ id }: Training): void => judge(byId.get(id) as Run);
      const { problems } = await trainer.runner(trainings, { signal: trainer.signal, onDone });
      if (problems.length > 0) throw new UserError(1, [...problems, "Run the same command to go on."]);
      if (trainer.signal.aborted) {
        console.error(trainer.goOn);
        return false;
      }
    } finally {
      await trainer.close();
    }
  }
  rmSync(dir, { recursive: true });
  return true;
}

/** As `spiral ablate` has it. */
async function taskOf({ id, measurement: { flags }, seed }: Run): Promise<Task> {
  const { loadConfig } = await built<typeof import("../../src/config/load.ts")>("config/load.js");
  const { configFlagsAsInTrain, configSources } =
    await built<typeof import("../../src/cli/flags/config.ts")>("cli/flags/config.js");
  const { optionsOf } = await built<typeof import("../../src/cli/flags/flag.ts")>("cli/flags/flag.js");
  const sources = configSources(undefined, optionsOf(configFlagsAsInTrain, { ...flags }));
  const sets = [...(sources.sets ?? []), ...(sources.flags ?? []).map(({ key, text }) => `${key}=${text}`)];
  const label = argvOf(flags).join(" ");
  return { cell: { label, slug: id, settings: {}, config: loadConfig(sources).config, sets }, seed, name: id };
}

/** What a run says at its end: its updates, seconds since its process began, and of all cores. */
export function endOf(folder: string): { readonly updates: number; readonly wall: number; readonly cpu: number } {
  const lines = readFileSync(join(folder, "log.jsonl"), "utf8").trim().split("\n");
  const last = JSON.parse(lines.at(-1) ?? "") as Readonly<Record<"update" | "seconds" | "cpuSeconds", number>>;
  return { updates: last.update, wall: last.seconds, cpu: last.cpuSeconds };
}
