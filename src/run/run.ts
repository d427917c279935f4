/** Runs begin, go on and are read: the three ways into a run directory. */
import { existsSync, readdirSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { configToYaml } from "../config/write.ts";
import { UserError } from "../util/errors.ts";
import { withDiskErrors, writeFileAtomic } from "../util/files.ts";
import { spiralVersion } from "../util/package.ts";
import {
  type Checkpoint,
  checkpointName,
  lastWhole,
  listCheckpoints,
  sweepCheckpoints,
  verifyCheckpoint,
  writeEntries,
} from "./checkpoint.ts";
import { defaultRunName, makeRunFolder, pointLatest, type ResolvedRun } from "./directory.ts";
import { takeLock } from "./lock.ts";
import { type Manifest, RUN_SCHEMA, readManifest, writeManifest } from "./manifest.ts";
import { RunWriter } from "./writer.ts";

/** Makes the directory of a new run and points `latest` at it. */
export function createRun(options: {
  readonly config: Config;
  /** The name of the folder, which must be free; otherwise time, games and seed make one. */
  readonly name?: string | undefined;
  readonly argv: readonly string[];
  /** The TensorFlow.js backend in use. */
  readonly backend: string;
}): RunWriter {
  const { config, argv, backend } = options;
  const parent = config.run.dir;
  const now = new Date();
  const wanted = options.name ?? defaultRunName(config, now);
  const { dir, name } = makeRunFolder(parent, wanted, options.name === undefined);
  const release = takeLock(dir);
  const manifest: Manifest = {
    schema: RUN_SCHEMA,
    spiral: spiralVersion(),
    name,
    argv: [...argv],
    games: config.games,
    seed: config.seed,
    updates: config.updates,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    backend,
    status: "running",
    started: now.toISOString(),
    resumed: [],
    ended: null,
  };
  try {
    writeFileAtomic(join(dir, "config.yaml"), configToYaml(config));
    writeManifest(dir, manifest);
    const writer = new RunWriter(dir, manifest, release);
    pointLatest(parent, name);
    return writer;
  } catch (error) {
    release();
    throw error;
  }
}

export interface ResumedRun {
  readonly writer: RunWriter;
  readonly checkpoint: Checkpoint;
  readonly config: Config;
  /** Checkpoints that were passed over because they are damaged, and why. */
  readonly warnings: readonly string[];
}

/**
 * Takes a run up again from its last whole checkpoint. Whatever was written after that is removed, as the run writes it
 * once more: in the end its files are those of a run that was never interrupted.
 */
export function resumeRun({ dir, name, checkpoint: asked }: ResolvedRun): ResumedRun {
  if (asked !== undefined) {
    throw new UserError(2, `A run goes on from its last checkpoint, not from a chosen one: --resume ${name}.`);
  }
  const manifest = readManifest(dir);
  const config = readRunConfig(dir);
  const release = takeLock(dir);
  try {
    const entries = listCheckpoints(dir);
    sweepCheckpoints(dir, entries);
    const { found, problems } = lastWhole(dir, entries);
    if (!found) throw noCheckpoint(name, problems);
    const { entry, checkpoint } = found;
    if (checkpoint.update >= config.updates) {
      const hint = "For a longer one, start a new run with more --updates.";
      throw new UserError(2, `${name} is complete: all ${config.updates} updates are done. ${hint}`);
    }
    for (const file of ["metrics", "episodes"] as const) cutTo(join(dir, `${file}.jsonl`), entry.offsets[file]);
    const kept = entries.filter(({ update }) => update <= checkpoint.update);
    if (kept.length < entries.length) writeEntries(dir, kept);
    sweepCheckpoints(dir, kept);
    dropEvaluationsAfter(dir, checkpoint.update);
    const resumed = [...manifest.resumed, new Date().toISOString()];
    const continued: Manifest = { ...manifest, status: "running", ended: null, resumed };
    writeManifest(dir, continued);
    return { writer: new RunWriter(dir, continued, release), checkpoint, config, warnings: problems };
  } catch (error) {
    release();
    throw error;
  }
}

/** The checkpoint asked for, or the last; whatever is wrong with it is a UserError (exit 3) that says what is whole. */
export function readCheckpoint({
  dir,
  name,
  checkpoint: asked,
}: ResolvedRun): Checkpoint & { readonly config: Config } {
  const config = readRunConfig(dir);
  const entries = listCheckpoints(dir);
  const entry = asked === undefined ? entries.at(-1) : entries.find(({ update }) => update === asked);
  if (!entry) {
    if (asked === undefined) throw noCheckpoint(name, []);
    const there = entries.map(({ update }) => checkpointName(update)).join(", ") || "none";
    throw new UserError(3, `${name} has no checkpoint ${checkpointName(asked)}; it has ${there}.`);
  }
  try {
    return { ...verifyCheckpoint(dir, entry), config };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const earlier = lastWhole(dir, entries, entry.update).found?.entry;
    const hint = earlier
      ? `An earlier one is whole: ${name}@${checkpointName(earlier.update)}`
      : "No earlier one is whole";
    throw new UserError(3, `${error.message} ${hint}.`, { cause: error });
  }
}

/** The config that a run was started with. */
export function readRunConfig(dir: string): Config {
  try {
    return loadConfig({ file: join(dir, "config.yaml") }).config;
  } catch (error) {
    // The same problems, but it is the run that is unusable and not what was typed.
    throw error instanceof UserError ? new UserError(3, error.problems, { cause: error }) : error;
  }
}

function noCheckpoint(name: string, problems: readonly string[]): UserError {
  if (problems.length > 0) return new UserError(3, [...problems, `${name} has no checkpoint that is whole.`]);
  return new UserError(3, `${name} has no checkpoint: it ended before the first was saved. Start it anew.`);
}

function cutTo(path: string, length: number): void {
  const size = existsSync(path) ? statSync(path).size : 0;
  if (size < length) {
    throw new UserError(3, `${path} has ${size} bytes, fewer than when the checkpoint was saved (${length}).`);
  }
  if (size > length) withDiskErrors("write", path, () => truncateSync(path, length));
}

function dropEvaluationsAfter(dir: string, update: number): void {
  const folder = join(dir, "eval");
  if (!existsSync(folder)) return;
  for (const name of withDiskErrors("read", folder, () => readdirSync(folder), 3)) {
    const at = /^(\d+)\.json$/.exec(name)?.[1];
    if (at === undefined || Number(at) > update) {
      withDiskErrors("write", folder, () => rmSync(join(folder, name), { force: true }));
    }
  }
}
