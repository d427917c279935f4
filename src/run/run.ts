/** Opens a run directory to write in it: creates a run, or resumes one. */
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Config } from "../config/schema.ts";
import { configToYaml } from "../config/write.ts";
import { UserError } from "../util/errors.ts";
import { readRegular, withDiskErrors, writeFileAtomic } from "../util/files.ts";
import { spiralVersion } from "../util/package.ts";
import { quoted } from "../util/shell.ts";
import {
  type Checkpoint,
  lastWhole,
  listCheckpoints,
  sha256,
  sweepCheckpoints,
  writeEntries,
} from "./checkpoint-folder.ts";
import {
  checkFreeName,
  defaultRunName,
  makeRunFolder,
  mendLatest,
  pointLatest,
  type ResolvedRun,
} from "./directory.ts";
import { sweepLeftovers } from "./leftovers.ts";
import { takeLock } from "./lock.ts";
import { type Manifest, RUN_SCHEMA, readManifest, writeManifest } from "./manifest.ts";
import { spiralProvenance } from "./provenance.ts";
import { noCheckpoint, readRunConfig } from "./read.ts";
import { completeExtension, continuedManifest } from "./resume/extend.ts";
import { rewind } from "./resume/rewind.ts";
import { RunWriter } from "./writer.ts";

/** Makes the directory of a new run and points `latest` at it. */
export function createRun(options: {
  readonly config: Config;
  /** The name of the folder, which must not exist. By default it is made from the time, games and seed. */
  readonly name?: string | undefined;
  readonly argv: readonly string[];
  /** The TensorFlow.js backend in use. */
  readonly backend: string;
  /** The checkpoint that gave the first weights. */
  readonly init?: Manifest["init"];
  /** The episode log that it learns from. */
  readonly demonstrations?: Manifest["demonstrations"];
  /** Called for problems that do not affect the run. */
  readonly warn?: ((message: string) => void) | undefined;
}): RunWriter {
  const { config, argv, backend, warn = () => {} } = options;
  const parent = config.run.dir;
  const now = new Date();
  const wanted = options.name ?? defaultRunName(config, now);
  const yaml = configToYaml(config);
  const { dir, name } = makeRunFolder(parent, wanted, options.name === undefined);
  const manifest: Manifest = {
    schema: RUN_SCHEMA,
    spiral: spiralVersion(),
    ...spiralProvenance(),
    name,
    argv: [...argv],
    games: config.games,
    seed: config.seed,
    updates: config.updates,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    backend,
    config: sha256(yaml),
    ...(options.init ? { init: options.init } : {}),
    ...(options.demonstrations ? { demonstrations: options.demonstrations } : {}),
    status: "running",
    started: now.toISOString(),
    resumed: [],
    ended: null,
  };
  const release = lockNew(dir);
  let writer: RunWriter;
  try {
    // Another process may have made a run in this folder just before it was locked.
    checkFreeName(parent, name);
    sweepLeftovers(dir, { isLocked: true });
    writeFileAtomic(join(dir, "config.yaml"), yaml);
    writeManifest(dir, manifest);
    writer = new RunWriter(dir, manifest, config.run.keepCheckpoints, release);
  } catch (error) {
    release();
    // Without a manifest it is no run: the folder is removed, so that its name is free again.
    if (!existsSync(join(dir, "manifest.json"))) rmSync(dir, { recursive: true, force: true });
    throw error;
  }
  const problem = problemOf(() => pointLatest(parent, name));
  if (problem !== undefined) warn(`"latest" does not point at ${name}. ${problem}`);
  return writer;
}

/** The message of the UserError that `action` throws; undefined if it throws none. */
function problemOf(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message;
  }
}

/** Locks a folder that was just made. If that fails, an empty folder is removed. */
function lockNew(dir: string): () => void {
  try {
    return takeLock(dir);
  } catch (error) {
    try {
      rmdirSync(dir);
    } catch {
      // The folder holds files of another process.
    }
    throw error;
  }
}

export interface ResumedRun {
  readonly writer: RunWriter;
  /** Undefined if the run was killed before it had saved one: it begins again. */
  readonly checkpoint: Checkpoint | undefined;
  readonly config: Config;
  /** Damaged checkpoints that were skipped, with reasons, and a change of the backend. */
  readonly warnings: readonly string[];
}

/**
 * Resumes a run from its last whole checkpoint. Everything that was written after it is removed, because the run will write it
 * again: in the end, the files are those of a run that was never interrupted. A run without a checkpoint begins again. With
 * `updates`, the run gets another length.
 *
 * `check` throws if the checkpoint cannot be used. Until it has returned, only the leftovers of a process that died are
 * removed, and the run is not changed.
 */
export function resumeRun(
  { dir, name, checkpoint: asked }: ResolvedRun,
  {
    backend,
    updates,
    check = () => {},
  }: {
    readonly backend?: string;
    readonly updates?: number | undefined;
    readonly check?: (checkpoint: Checkpoint) => void;
  } = {},
): ResumedRun {
  if (asked !== undefined) {
    throw new UserError(2, `A run goes on from its last checkpoint, not from a chosen one: --resume ${quoted(name)}.`);
  }
  // Before the lock, so that nothing is made in a folder that holds no run.
  readManifest(dir);
  const release = takeLock(dir);
  try {
    const manifest = readManifest(dir);
    const saved = readRunConfig(dir);
    const config = updates === undefined ? saved : { ...saved, updates };
    checkConfigSum(dir, manifest);
    sweepLeftovers(dir, { isLocked: true });
    const entries = listCheckpoints(dir);
    if (entries.length === 0) checkUnlisted(dir);
    sweepCheckpoints(dir, entries);
    const { found, problems } = lastWhole(dir, entries);
    if (!found && problems.length > 0) throw noCheckpoint(name, problems);
    const checkpoint = found?.checkpoint;
    const update = checkpoint?.update ?? 0;
    if (!checkpoint && manifest.init) {
      const source = `${manifest.init.run}@${manifest.init.checkpoint}`;
      const hint = `Delete ${dir} and start again.`;
      throw new UserError(
        3,
        `${name} was killed before it had saved the weights of ${source} that it begins with. ${hint}`,
      );
    }
    // If its process was killed after the last checkpoint, it goes on: nothing is left to train, but to say so.
    if (
      config.updates > 0 &&
      update >= config.updates &&
      (manifest.status === "finished" || config.updates !== saved.updates)
    ) {
      if (update < saved.updates || saved.updates === 0) {
        const done =
          saved.updates === 0 ? `${update} updates are done` : `${update} of its ${saved.updates} updates are done`;
        throw new UserError(2, `${name}: ${done}; --updates takes more than that.`);
      }
      const hint = `To train it longer, say how many updates it is to have: --resume ${quoted(name)} --updates ${2 * update}`;
      throw new UserError(2, `${name} is complete: all ${update} updates are done. ${hint}`);
    }
    if (checkpoint) check(checkpoint);
    rewind(dir, found?.entry, manifest.games);
    const kept = entries.filter((entry) => entry.update <= update);
    if (kept.length < entries.length) writeEntries(dir, kept);
    sweepCheckpoints(dir, kept);
    const resumed = [...manifest.resumed, new Date().toISOString()];
    const ran = manifest.backends ?? [manifest.backend];
    const before = ran.at(-1) as string;
    const isOther = backend !== undefined && backend !== before;
    const continued: Manifest = {
      ...continuedManifest(dir, manifest, config, update),
      ...(isOther ? { backends: [...ran, backend] } : {}),
      status: "running",
      ended: null,
      resumed,
    };
    writeManifest(dir, continued);
    completeExtension(dir, readRunConfig);
    const other = `${name} ran on ${before} and goes on on ${backend}: its bytes will not be those of a run on either.`;
    const unlinked = problemOf(() => mendLatest(dirname(dir), name));
    const warnings = [...problems, ...(isOther ? [other] : []), ...(unlinked === undefined ? [] : [unlinked])];
    return { writer: new RunWriter(dir, continued, config.run.keepCheckpoints, release), checkpoint, config, warnings };
  } catch (error) {
    release();
    throw error;
  }
}

/** The config of a run that is to be resumed, whose extension is complete. */
export function resumableConfig(dir: string): Config {
  completeExtension(dir, readRunConfig);
  return readRunConfig(dir);
}

/** Throws if config.yaml was edited: a resumed run must keep its settings. */
function checkConfigSum(dir: string, { config }: Manifest): void {
  const path = join(dir, "config.yaml");
  const text = readRegular(path);
  if (config === undefined || sha256(text) === config) return;
  const hint = `Put it back as it was, or start a new run with it: spiral train ${quoted(path)}`;
  throw new UserError(3, `${path} is not what the run was started with: its checksum differs. ${hint}`);
}

/** Throws if checkpoints are there that no list names: a process that is killed leaves at most one. */
function checkUnlisted(dir: string): void {
  const folder = join(dir, "checkpoints");
  const names = existsSync(folder) ? withDiskErrors("read", folder, () => readdirSync(folder), 3) : [];
  const found = names.filter((name) => /^\d{6,}$/.test(name));
  if (found.length <= 1) return;
  const list = join(dir, "checkpoints.jsonl");
  throw new UserError(3, `${list} is missing or empty, though there are checkpoints ${found.join(", ")}.`);
}
