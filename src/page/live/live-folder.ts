/** A run or a tournament as `spiral view` serves it: read from its folder whenever it is asked for, so that it follows a writer. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "../../config/check.ts";
import type { Config } from "../../config/schema.ts";
import { checkpointName, readEntries, verifyCheckpoint } from "../../run/checkpoint-folder.ts";
import type { ResolvedRun } from "../../run/directory.ts";
import { lockHolder } from "../../run/lock.ts";
import { type MetricsLine, readMetrics } from "../../run/metrics.ts";
import { readRunConfig } from "../../run/read.ts";
import { UserError } from "../../util/errors.ts";
import { type Advantages, advantagesOf } from "../advantages.ts";
import { collectSummary, listedCheckpoints } from "../collect.ts";
import type { LiveContents, LiveState, PageCheckpoint, PageContents, PageEpisode } from "../contents.ts";
import type { PackedList } from "../listed.ts";
import { spreadOver } from "../sample.ts";
import { inside } from "./inside.ts";
import { LiveLog, LOG_FILE } from "./live-log.ts";
import type { Shown } from "./shown.ts";

interface Parts {
  /** The files that the summary is made of. */
  readonly sources: readonly string[];
  /** Whether the log is one of them too. */
  readonly followsLog?: boolean;
  /** The contents without checkpoints and games. */
  summary(): PageContents;
  /** Present if there are checkpoints. */
  readonly run?: ResolvedRun;
}

/** Files that the contents of a run are made of. */
export const RUN_FILES = ["manifest.json", "config.yaml", "metrics.jsonl", "checkpoints.jsonl"];
/** Of these, the files that advantages are computed from, and what they say. */
const ADVANTAGE_FILES = ["config.yaml", "metrics.jsonl"];
interface AdvantageSources {
  readonly rl: Config["rl"];
  readonly lines: readonly MetricsLine[];
}
/** Bytes of weights that a page fetches. */
const WEIGHTS = 3_000_000;

export const liveRun = (run: ResolvedRun): LiveFolder =>
  new LiveFolder(run.dir, { sources: RUN_FILES, summary: () => collectSummary(run, true), run });

export class LiveFolder implements Shown {
  readonly #dir: string;
  readonly #parts: Parts;
  readonly #log: LiveLog;
  #known: { readonly mark: string; readonly read: AdvantageSources | undefined } | undefined;

  constructor(dir: string, parts: Parts) {
    this.#dir = dir;
    this.#parts = parts;
    this.#log = new LiveLog(dir);
  }

  /** They do not wait for a long log: what its list leaves out is told when it is read, by a new state. */
  async contents(): Promise<LiveContents> {
    const mark = this.#mark();
    const { sources, run } = this.#parts;
    for (const name of sources) inside(this.#dir, name);
    const summary = this.#parts.summary();
    const notes = [...summary.notes];
    const listed = run ? listedCheckpoints(run, notes) : [];
    const last = listed.at(-1);
    const most = last ? Math.max(1, Math.floor(WEIGHTS / this.#weightBytes(last.update))) : 0;
    const updates = spreadOver(listed, most).map(({ update }) => update);
    if (updates.length < listed.length)
      notes.push(`The page has ${updates.length} of the run's ${listed.length} checkpoints.`);
    notes.push(...this.#log.notes(lockHolder(this.#dir) !== undefined));
    return { ...summary, updates, notes, mark };
  }

  async state(): Promise<LiveState> {
    await this.#log.refresh();
    return { contents: this.#mark(), games: this.#log.count, log: this.#log.generation };
  }

  checkpoint(update: number): PageCheckpoint {
    const { run } = this.#parts;
    const entry = run && readEntries(this.#dir).entries.find((one) => one.update === update);
    if (!entry) throw new UserError(3, `The run has no checkpoint ${update}.`);
    inside(this.#dir, join("checkpoints", checkpointName(update)));
    const weights = verifyCheckpoint(this.#dir, entry).files["model.safetensors"];
    if (!weights) throw new UserError(3, `The checkpoint of update ${update} holds no weights.`);
    return { update, weights: Buffer.from(weights).toString("base64") };
  }

  games(from: number, to: number): Promise<PackedList> {
    return this.#log.games(from, to);
  }

  async game(line: number): Promise<PageEpisode> {
    return this.#log.game(line, this.#parts.run ? this.#advantages() : () => ({}));
  }

  /** The files that they are computed from are read again when they have changed. None are known if they cannot be read. */
  #advantages(): Advantages {
    const mark = marksOf(this.#dir, ADVANTAGE_FILES);
    if (mark !== this.#known?.mark) {
      const read = attempt([], () => {
        for (const name of ADVANTAGE_FILES) inside(this.#dir, name);
        return { rl: readRunConfig(this.#dir).rl, lines: readMetrics(this.#dir).lines };
      });
      this.#known = { mark, read };
    }
    const { read } = this.#known;
    return read ? advantagesOf(read.rl, read.lines) : () => ({});
  }

  #mark(): string {
    const writer = lockHolder(this.#dir)?.pid;
    const { sources, followsLog } = this.#parts;
    const files = followsLog ? [...sources, LOG_FILE] : sources;
    return [marksOf(this.#dir, files), writer ?? "–", ...this.#log.notes(writer !== undefined)].join(" ");
  }

  #weightBytes(update: number): number {
    const path = join(this.#dir, "checkpoints", checkpointName(update), "model.safetensors");
    return statSync(path, { throwIfNoEntry: false })?.size || 1;
  }
}

/** A text that changes when one of the files does. */
export const marksOf = (dir: string, names: readonly string[]): string =>
  names
    .map((name) => statSync(join(dir, name), { throwIfNoEntry: false }))
    .map((file) => (file ? `${file.ino}.${file.size}.${file.mtimeMs}` : "–"))
    .join(" ");
