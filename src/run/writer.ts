/**
 * Writes the files of a run during training: lines of metrics, episodes and log one by one, checkpoints and evaluations as
 * whole files. All writes are synchronous, so the lines that a checkpoint refers to are written before it.
 */
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type Logger, pino } from "pino";
import { AppendOnlyFile } from "../util/append-only-file.ts";
import { csvLine } from "../util/csv.ts";
import { UserError } from "../util/errors.ts";
import { makeFolder, withDiskErrors, writeFileAtomic } from "../util/files.ts";
import { spiralVersion } from "../util/package.ts";
import { evaluatedCost } from "./best.ts";
import {
  type CheckpointEntry,
  checkpointName,
  listCheckpoints,
  sweepCheckpoints,
  writeCheckpoint,
  writeEntries,
} from "./checkpoint-folder.ts";
import { METRICS_HEADER, metricsCsvRows } from "./curves/metrics-csv.ts";
import { type Manifest, type RunStatus, writeManifest } from "./manifest.ts";
import { thinned } from "./thinning.ts";

export class RunWriter {
  readonly dir: string;
  readonly name: string;
  readonly #metrics: AppendOnlyFile;
  readonly #metricsCsv: AppendOnlyFile;
  readonly #episodes: AppendOnlyFile;
  readonly #log: AppendOnlyFile;
  readonly #logger: Logger;
  readonly #release: () => void;
  #manifest: Manifest;
  #entries: readonly CheckpointEntry[];
  #open = true;

  readonly #keepCheckpoints: number | "all";

  /** `keepCheckpoints` as in the config. `release` releases the run's lock, which the caller has taken. */
  constructor(dir: string, manifest: Manifest, keepCheckpoints: number | "all", release: () => void) {
    this.#keepCheckpoints = keepCheckpoints;
    this.dir = dir;
    // The name of the folder, not of the manifest: the folder may have been renamed.
    this.name = basename(resolve(dir));
    this.#manifest = manifest;
    this.#release = release;
    this.#entries = listCheckpoints(dir);
    this.#metrics = new AppendOnlyFile(join(dir, "metrics.jsonl"));
    this.#metricsCsv = new AppendOnlyFile(join(dir, "metrics.csv"));
    if (this.#metricsCsv.size === 0) this.#metricsCsv.append(csvLine(METRICS_HEADER));
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
    const rows = metricsCsvRows(values, this.#manifest.games);
    if (rows !== "") this.#metricsCsv.append(rows);
  }

  /** Lines of `formatEpisode`. */
  episodes(lines: readonly string[]): void {
    if (lines.length > 0) this.#episodes.append(`${lines.join("\n")}\n`);
  }

  log(values: Readonly<Record<string, unknown>>, message?: string): void {
    this.#logger.info(values, message);
  }

  /** Call it after all lines of `update` are written: a resumed run continues with the next update. */
  checkpoint(
    update: number,
    files: Readonly<Record<string, Uint8Array>>,
    state: Readonly<Record<string, unknown>>,
    { temporary = false } = {},
  ): void {
    this.#checkListed();
    const offsets = { metrics: this.#metrics.flush(), episodes: this.#episodes.flush() };
    const entry = writeCheckpoint(this.dir, { update, files, state }, offsets, spiralVersion());
    // If the update already has a permanent checkpoint, a temporary one would be the same.
    const permanent = this.#entries.filter((e) => !e.temporary);
    const isKnown = permanent.some((e) => e.update === update);
    const kept = permanent.filter((e) => e.update !== update);
    const entries =
      temporary && !isKnown ? [...kept, { ...entry, temporary: true as const }] : this.#thin([...kept, entry]);
    writeEntries(this.dir, entries);
    this.#entries = entries;
    sweepCheckpoints(this.dir, entries);
  }

  #thin(entries: readonly CheckpointEntry[]): readonly CheckpointEntry[] {
    if (this.#keepCheckpoints === "all") return entries;
    return thinned(entries, this.#keepCheckpoints, evaluatedCost(this.dir));
  }

  /** Throws if the list of checkpoints has vanished: it is not written anew, as somebody has deleted the run. */
  #checkListed(): void {
    const list = join(this.dir, "checkpoints.jsonl");
    if (this.#entries.length === 0 || existsSync(list)) return;
    throw new UserError(1, `Cannot write ${list}: the file or its folder was deleted or moved meanwhile.`);
  }

  evaluation(update: number, values: Readonly<Record<string, unknown>>): void {
    const folder = join(this.dir, "eval");
    withDiskErrors("write", folder, () => makeFolder(folder));
    writeFileAtomic(join(folder, `${checkpointName(update)}.json`), `${JSON.stringify(values, null, 2)}\n`);
  }

  /** Writes the final status to the manifest and releases the lock. Later calls do nothing. */
  finish(status: Exclude<RunStatus, "running">): void {
    if (!this.#open) return;
    this.#open = false;
    try {
      this.#checkListed();
      for (const file of [this.#metrics, this.#metricsCsv, this.#episodes]) file.flush();
      this.#manifest = { ...this.#manifest, status, ended: new Date().toISOString() };
      writeManifest(this.dir, this.#manifest);
    } catch (error) {
      // If the run failed, that failure is reported and not this one: a full disk most likely causes both.
      if (status !== "failed") throw error;
    } finally {
      for (const file of [this.#metrics, this.#metricsCsv, this.#episodes, this.#log]) file.close();
      this.#release();
    }
  }
}
