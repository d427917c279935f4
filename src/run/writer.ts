/**
 * Writes a run while it goes: lines of metrics, episodes and log as they come, checkpoints and evaluations whole.
 * Everything is synchronous, so that what a checkpoint says was written before it was.
 */
import { mkdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type Logger, pino } from "pino";
import { AppendOnlyFile } from "../util/append-only-file.ts";
import { withDiskErrors, writeFileAtomic } from "../util/files.ts";
import { spiralVersion } from "../util/package.ts";
import {
  type CheckpointEntry,
  checkpointName,
  listCheckpoints,
  sweepCheckpoints,
  writeCheckpoint,
  writeEntries,
} from "./checkpoint.ts";
import { type Manifest, type RunStatus, writeManifest } from "./manifest.ts";

export class RunWriter {
  readonly dir: string;
  readonly name: string;
  readonly #metrics: AppendOnlyFile;
  readonly #episodes: AppendOnlyFile;
  readonly #log: AppendOnlyFile;
  readonly #logger: Logger;
  readonly #release: () => void;
  #manifest: Manifest;
  #entries: readonly CheckpointEntry[];
  #open = true;

  /** `release` gives the run's lock back; the caller has taken it. */
  constructor(dir: string, manifest: Manifest, release: () => void) {
    this.dir = dir;
    // Not what the manifest says: the folder may have been renamed.
    this.name = basename(resolve(dir));
    this.#manifest = manifest;
    this.#release = release;
    this.#entries = listCheckpoints(dir);
    this.#metrics = new AppendOnlyFile(join(dir, "metrics.jsonl"));
    this.#episodes = new AppendOnlyFile(join(dir, "episodes.jsonl"));
    const log = new AppendOnlyFile(join(dir, "log.jsonl"));
    this.#log = log;
    this.#logger = pino(
      { base: null, timestamp: pino.stdTimeFunctions.isoTime },
      { write: (line) => log.append(line) },
    );
  }

  metrics(values: Readonly<Record<string, unknown>>): void {
    this.#metrics.append(`${JSON.stringify(values)}\n`);
  }

  /** Lines of `formatEpisode`. */
  episodes(lines: readonly string[]): void {
    if (lines.length > 0) this.#episodes.append(`${lines.join("\n")}\n`);
  }

  log(values: Readonly<Record<string, unknown>>, message?: string): void {
    this.#logger.info(values, message);
  }

  /** After everything of `update` has been written, so that a resumed run goes on with the next one. */
  checkpoint(
    update: number,
    files: Readonly<Record<string, Uint8Array>>,
    state: Readonly<Record<string, unknown>>,
    { temporary = false } = {},
  ): void {
    const offsets = { metrics: this.#metrics.flush(), episodes: this.#episodes.flush() };
    const entry = writeCheckpoint(this.dir, { update, files, state }, offsets, spiralVersion());
    // A temporary one at an update that has a lasting one already says nothing new.
    const lasting = this.#entries.filter((e) => !e.temporary);
    const isKnown = lasting.some((e) => e.update === update);
    const kept = lasting.filter((e) => e.update !== update);
    const entries = [...kept, temporary && !isKnown ? { ...entry, temporary: true as const } : entry];
    writeEntries(this.dir, entries);
    this.#entries = entries;
    sweepCheckpoints(this.dir, entries);
  }

  evaluation(update: number, values: Readonly<Record<string, unknown>>): void {
    const folder = join(this.dir, "eval");
    withDiskErrors("write", folder, () => mkdirSync(folder, { recursive: true }));
    writeFileAtomic(join(folder, `${checkpointName(update)}.json`), `${JSON.stringify(values, null, 2)}\n`);
  }

  /** Ends the run in the manifest and gives the lock back; the second call and later ones do nothing. */
  finish(status: Exclude<RunStatus, "running">): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      this.#metrics.flush();
      this.#episodes.flush();
      this.#manifest = { ...this.#manifest, status, ended: new Date().toISOString() };
      writeManifest(this.dir, this.#manifest);
    } catch (error) {
      // What made the run fail is what to report; a full disk most likely refuses this as well.
      if (status !== "failed") throw error;
    } finally {
      for (const file of [this.#metrics, this.#episodes, this.#log]) file.close();
      this.#release();
    }
  }
}
