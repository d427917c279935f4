/**
 * Checkpoints are folders that are either whole or absent. The files are written and flushed in a temporary folder, which is
 * then renamed. Only then is the checkpoint listed in checkpoints.jsonl, with the checksum of its state.json, which contains
 * the checksums of the other files. So a listed checkpoint whose checksums match is exactly what was saved.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { firstIssue, UserError } from "../util/errors.ts";
import {
  makeFolder,
  readRegular,
  readRegularText,
  syncFolder,
  withDiskErrors,
  writeFileAtomic,
  writeFileDurable,
} from "../util/files.ts";
import { RUN_SCHEMA } from "./manifest.ts";

/** A line of checkpoints.jsonl. */
const entrySchema = z.object({
  update: z.int().min(0),
  /** sha256 of state.json. */
  state: z.string(),
  /**
   * Lengths of metrics.jsonl and episodes.jsonl when the checkpoint was saved. They are not in the checkpoint itself: metrics
   * contain times, and two runs of the same seed must have the same checkpoints, byte for byte.
   */
  offsets: z.object({ metrics: z.int().min(0), episodes: z.int().min(0) }),
  /** Saved because of an interruption; removed from the list when the next one is saved. */
  temporary: z.literal(true).optional(),
});
export type CheckpointEntry = z.infer<typeof entrySchema>;

const stateSchema = z.object({
  schema: z.literal(RUN_SCHEMA),
  spiral: z.string(),
  update: z.int().min(0),
  files: z.record(z.string().regex(/^[A-Za-z][\w.-]*$/), z.object({ size: z.int().min(0), sha256: z.string() })),
  state: z.record(z.string(), z.unknown()),
});

export interface Checkpoint {
  readonly update: number;
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Other state of the trainer, as JSON. */
  readonly state: Readonly<Record<string, unknown>>;
}

export const checkpointName = (update: number): string => String(update).padStart(6, "0");

const checkpointDir = (dir: string, update: number): string => join(dir, "checkpoints", checkpointName(update));
export const sha256 = (bytes: string | Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/**
 * The entries of checkpoints.jsonl, in the order of updates; none if there is no such file. A line that is no entry is left out,
 * and `problems` says which and why.
 */
export function readEntries(dir: string): {
  readonly entries: readonly CheckpointEntry[];
  readonly problems: readonly string[];
} {
  const path = join(dir, "checkpoints.jsonl");
  const entries: CheckpointEntry[] = [];
  const problems: string[] = [];
  const lines = existsSync(path) ? readRegularText(path).split("\n") : [];
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const value = parseJson(line);
    const entry = entrySchema.safeParse(value);
    const reason = value === undefined ? "not valid JSON" : entry.error && firstIssue(entry.error);
    if (!entry.success) problems.push(`${path}:${i + 1}: not the entry of a checkpoint (${reason})`);
    else if (entry.data.update > (entries.at(-1)?.update ?? -1)) entries.push(entry.data);
    else problems.push(`${path}:${i + 1}: update ${entry.data.update} does not follow that of the line before`);
  }
  return { entries, problems };
}

/** The entries for a process that writes the run. It removes what is not listed, so a damaged line is an error (exit 3). */
export function listCheckpoints(dir: string): readonly CheckpointEntry[] {
  const { entries, problems } = readEntries(dir);
  if (problems.length === 0) return entries;
  const hint = "Delete the line to go on without its checkpoint";
  throw new UserError(3, `${problems[0]}. ${hint}.`);
}

export function writeEntries(dir: string, entries: readonly CheckpointEntry[]): void {
  writeFileAtomic(join(dir, "checkpoints.jsonl"), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
}

/** Writes the folder of a checkpoint. → its entry, which the caller must list: an unlisted checkpoint does not count */
export function writeCheckpoint(
  dir: string,
  { update, files, state }: Checkpoint,
  offsets: CheckpointEntry["offsets"],
  spiral: string,
): CheckpointEntry {
  const place = checkpointDir(dir, update);
  const temporary = join(dir, "checkpoints", `.${checkpointName(update)}.tmp`);
  const replaced = join(dir, "checkpoints", `.${checkpointName(update)}.old`);
  return withDiskErrors("write", place, () => {
    try {
      rmSync(temporary, { recursive: true, force: true });
      makeFolder(join(dir, "checkpoints"));
      makeFolder(temporary);
      const sums: Record<string, { size: number; sha256: string }> = {};
      for (const [name, bytes] of Object.entries(files)) {
        writeFileDurable(join(temporary, name), bytes);
        sums[name] = { size: bytes.byteLength, sha256: sha256(bytes) };
      }
      const json = `${JSON.stringify({ schema: RUN_SCHEMA, spiral, update, files: sums, state }, null, 1)}\n`;
      writeFileDurable(join(temporary, "state.json"), json);
      syncFolder(temporary);
      // A folder cannot be renamed over another. `sweepCheckpoints` removes the old folder when the new one is listed, or
      // restores it if the process died before that.
      if (existsSync(place)) {
        rmSync(replaced, { recursive: true, force: true });
        renameSync(place, replaced);
      }
      renameSync(temporary, place);
      syncFolder(join(dir, "checkpoints"));
      return { update, state: sha256(json), offsets };
    } catch (error) {
      try {
        rmSync(temporary, { recursive: true, force: true });
        if (existsSync(replaced) && !existsSync(place)) renameSync(replaced, place);
      } catch {
        // The first error is reported; leftover folders are removed when the run is resumed.
      }
      throw error;
    }
  });
}

/** Removes unlisted checkpoints and the leftovers of a process that died. Files and folders with other names are kept. */
export function sweepCheckpoints(dir: string, entries: readonly CheckpointEntry[]): void {
  const folder = join(dir, "checkpoints");
  if (!existsSync(folder)) return;
  withDiskErrors("write", folder, () => {
    const listed = new Set(entries.map(({ update }) => checkpointName(update)));
    for (const { update, state } of entries) {
      const place = checkpointDir(dir, update);
      const replaced = join(folder, `.${checkpointName(update)}.old`);
      if (!existsSync(replaced)) continue;
      const path = join(place, "state.json");
      if (existsSync(path) && sha256(readRegular(path)) === state) continue;
      rmSync(place, { recursive: true, force: true });
      renameSync(replaced, place);
    }
    for (const name of readdirSync(folder)) {
      const isOurs = /^(\d{6,}|\.\d{6,}\.(tmp|old))$/.test(name);
      if (isOurs && !listed.has(name)) rmSync(join(folder, name), { recursive: true, force: true });
    }
    syncFolder(folder);
  });
}

/** Reads a listed checkpoint and verifies all checksums. Throws a UserError (exit 3) that names the damaged file. */
export function verifyCheckpoint(dir: string, entry: CheckpointEntry): Checkpoint {
  const folder = checkpointDir(dir, entry.update);
  const statePath = join(folder, "state.json");
  const json = readRegular(statePath);
  const value = parseJson(json.toString("utf8"));
  if (value === undefined) throw new UserError(3, `${statePath} is not valid JSON: truncated or damaged.`);
  const schema = typeof value === "object" && value !== null ? (value as { schema?: unknown }).schema : undefined;
  if (schema !== RUN_SCHEMA) {
    throw new UserError(3, `${statePath} is of schema ${JSON.stringify(schema)}; this Spiral reads ${RUN_SCHEMA}.`);
  }
  if (sha256(json) !== entry.state) throw new UserError(3, `${statePath} is not what was saved: its checksum differs.`);
  const parsed = stateSchema.safeParse(value);
  if (!parsed.success) {
    throw new UserError(3, `${statePath} is not the state of a checkpoint (${firstIssue(parsed.error)}).`);
  }
  if (parsed.data.update !== entry.update) {
    const listed = `checkpoints.jsonl lists it as that of update ${entry.update}`;
    throw new UserError(3, `${statePath} is the state of update ${parsed.data.update}, and ${listed}.`);
  }
  const files: Record<string, Uint8Array> = {};
  for (const [name, { size, sha256: sum }] of Object.entries(parsed.data.files)) {
    const path = join(folder, name);
    const bytes = new Uint8Array(readRegular(path));
    if (bytes.byteLength !== size) {
      throw new UserError(3, `${path} has ${bytes.byteLength} bytes, ${size} were saved: truncated or replaced.`);
    }
    if (sha256(bytes) !== sum) throw new UserError(3, `${path} is not what was saved: its checksum differs.`);
    files[name] = bytes;
  }
  return { update: parsed.data.update, files, state: parsed.data.state };
}

/** The updates of the checkpoints that are whole. `warn` is called for each damaged line and for each damaged checkpoint. */
export function wholeCheckpoints(dir: string, warn: (problem: string) => void): number[] {
  const { entries, problems } = readEntries(dir);
  for (const problem of problems) warn(`${problem}; left out.`);
  return entries.flatMap((entry) => {
    try {
      return verifyCheckpoint(dir, entry).update;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      warn(`${error.message.replace(/\.$/, "")}; left out.`);
      return [];
    }
  });
}

/** The latest whole checkpoint before update `before`, and what is wrong with later ones. */
export function lastWhole(
  dir: string,
  entries: readonly CheckpointEntry[],
  before = Number.POSITIVE_INFINITY,
): {
  readonly found: { readonly entry: CheckpointEntry; readonly checkpoint: Checkpoint } | undefined;
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  for (const entry of [...entries].reverse()) {
    if (entry.update >= before) continue;
    try {
      return { found: { entry, checkpoint: verifyCheckpoint(dir, entry) }, problems };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.message);
    }
  }
  return { found: undefined, problems };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
