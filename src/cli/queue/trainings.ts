/** The runs of an ablation as jobs of a queue: a worker trains one in a folder of its own, and sends the folder as an archive. */

import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Config } from "../../config/schema.ts";
import { configToYaml } from "../../config/write.ts";
import { packFolder, unpackFolder } from "../../jobs/archive.ts";
import type { Answer } from "../../jobs/queue/results.ts";
import { WrongAnswer } from "../../jobs/runner.ts";
import { isFinished } from "../../run/ablation.ts";
import { checkRunName } from "../../run/directory.ts";
import { readManifest, writeManifest } from "../../run/manifest.ts";
import { makeFolders, syncFolder, withDiskErrors, writeFileAtomic } from "../../util/files.ts";
import { type Place, type Training, trainInProcess } from "../ablation/training.ts";

/** Threads of a run beside its main one: a worker takes as many runs at once as it has cores. */
export const THREADS = 0;

/** Settings that name a file of the machine that trains. */
const isFile = (set: string): boolean => /^(nn\.policy|rl\.demonstrations\.from)=.*[./\\]/.test(set);

/** A training for a queue. The backend was chosen where the command runs, so that all machines take the same. */
const trainingSchema = z.strictObject({
  id: z.string(),
  kind: z.literal("train"),
  seed: z.int().min(0),
  sets: z.array(z.string().refine((set) => !isFile(set), "a job may name no file of a worker")),
  label: z.string(),
  backend: z.string(),
});
export type QueuedTraining = Training & { readonly backend: string };

/** Trains a run in a new folder below `scratch`. The answer is the archive of the run's folder. */
export async function trainForQueue(
  given: QueuedTraining,
  scratch: string,
  children: Place["children"],
): Promise<Answer> {
  const job = trainingSchema.parse(given);
  checkRunName(job.id);
  makeFolders(scratch);
  const dir = mkdtempSync(join(scratch, "run-"));
  try {
    const sets = [...job.sets.filter((set) => !set.startsWith("nn.backend=")), `nn.backend=${job.backend}`];
    await trainInProcess({ ...job, sets }, { dir, workers: THREADS, children });
    const run = join(dir, job.id);
    return { bytes: await packFolder(run), hash: weightsHash(run) };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Of the weights of all checkpoints. Most other files hold times. */
function weightsHash(run: string): string {
  const hash = createHash("sha256");
  const paths = readdirSync(run, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".safetensors"));
  for (const path of paths.sort()) hash.update(readFileSync(join(run, path)));
  return hash.digest("hex");
}

/**
 * Puts the folder of a run in its place, which may hold the beginning of the same run; a finished one is kept. The settings that
 * depend on the machine become those of this one. The run is there as a whole or not at all.
 */
export async function placeRun(archive: Uint8Array, dir: string, name: string, config: Config): Promise<void> {
  if (isFinished(dir, name)) return;
  const temporary = join(dir, `.${name}.${process.pid}.tmp`);
  rmSync(temporary, { recursive: true, force: true });
  try {
    await unpackFolder(archive, temporary);
    const manifest = readManifest(temporary);
    if (manifest.name !== name || manifest.status !== "finished" || manifest.seed !== config.seed) {
      throw new WrongAnswer(1, `A worker has sent ${manifest.name}, ${manifest.status}, where ${name} was wanted.`);
    }
    const yaml = configToYaml(config);
    writeFileAtomic(join(temporary, "config.yaml"), yaml);
    writeManifest(temporary, { ...manifest, config: createHash("sha256").update(yaml).digest("hex") });
    withDiskErrors("write", join(dir, name), () => {
      // What an interrupted command has left of it. The run begins again from its start, so nothing of it is needed.
      rmSync(join(dir, name), { recursive: true, force: true });
      renameSync(temporary, join(dir, name));
      syncFolder(dir);
    });
  } finally {
    if (existsSync(temporary)) rmSync(temporary, { recursive: true, force: true });
  }
}
