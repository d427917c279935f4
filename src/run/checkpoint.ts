/**
 * Checkpoints: folders that are whole or not there. Files are written and flushed in a folder of another name, which is
 * then renamed; checkpoints.jsonl lists only what has come that far, with the checksum of state.json, which holds those
 * of the other files. So whatever is listed and adds up is exactly what was saved.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../util/errors.ts";
import { readText, syncFolder, withDiskErrors, writeFileAtomic, writeFileDurable } from "../util/files.ts";
import { RUN_SCHEMA } from "./manifest.ts";

/** A line of checkpoints.jsonl. */
const entrySchema = z.object({
  update: z.int().min(0),
  /** sha256 of state.json. */
  state: z.string(),
  /**
   * Length of the growing files at that instant. Here and not in the checkpoint: metrics hold times, and two runs of one
   * seed must have the same checkpoints, byte for byte.
   */
  offsets: z.object({ metrics: z.int().min(0), episodes: z.int().min(0) }),
  /** Saved at an interruption; gone from the list once the next one is saved. */
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
  /** What the trainer handed in. */
  readonly state: Readonly<Record<string, unknown>>;
}

export const checkpointName = (update: number): string => String(update).padStart(6, "0");

const checkpointDir = (dir: string, update: number): string => join(dir, "checkpoints", checkpointName(update));
const sha256 = (bytes: string | Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** What checkpoints.jsonl lists, in order; none where there is no such file. */
export function listCheckpoints(dir: string): CheckpointEntry[] {
  const path = join(dir, "checkpoints.jsonl");
  if (!existsSync(path)) return [];
  const entries: CheckpointEntry[] = [];
  for (const [i, line] of readText(path).split("\n").entries()) {
    if (line === "") continue;
    const entry = entrySchema.safeParse(parseJson(line));
    if (!entry.success) throw new UserError(3, `${path}:${i + 1}: not the entry of a checkpoint.`);
    entries.push(entry.data);
  }
  return entries;
}

export function writeEntries(dir: string, entries: readonly CheckpointEntry[]): void {
  writeFileAtomic(join(dir, "checkpoints.jsonl"), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
}

/** Writes the folder of a checkpoint; returns the entry that makes it count once it is listed. */
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
      mkdirSync(temporary, { recursive: true });
      const sums: Record<string, { size: number; sha256: string }> = {};
      for (const [name, bytes] of Object.entries(files)) {
        writeFileDurable(join(temporary, name), bytes);
        sums[name] = { size: bytes.byteLength, sha256: sha256(bytes) };
      }
      const json = `${JSON.stringify({ schema: RUN_SCHEMA, spiral, update, files: sums, state }, null, 1)}\n`;
      writeFileDurable(join(temporary, "state.json"), json);
      syncFolder(temporary);
      // A folder cannot be renamed over another; `sweepCheckpoints` removes the old one when the new one is listed, or
      // brings it back where we died before that.
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
        // The first error is the one to report; what is left over is swept when the run is resumed.
      }
      throw error;
    }
  });
}

/** Removes the folders of checkpoints that are not listed, and what was left over by a process that died; what has another name is not ours. */
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
      if (existsSync(path) && sha256(readFileSync(path)) === state) continue;
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

/** Reads a listed checkpoint and checks every byte of it; a UserError (exit 3) says what is wrong with which file. */
export function verifyCheckpoint(dir: string, entry: CheckpointEntry): Checkpoint {
  const folder = checkpointDir(dir, entry.update);
  const statePath = join(folder, "state.json");
  const json = readText(statePath);
  const value = parseJson(json);
  if (value === undefined) throw new UserError(3, `${statePath} is not valid JSON: truncated or damaged.`);
  const schema = typeof value === "object" && value !== null ? (value as { schema?: unknown }).schema : undefined;
  if (schema !== RUN_SCHEMA) {
    throw new UserError(3, `${statePath} is of schema ${JSON.stringify(schema)}; this Spiral reads ${RUN_SCHEMA}.`);
  }
  if (sha256(json) !== entry.state) throw new UserError(3, `${statePath} is not what was saved: its checksum differs.`);
  const parsed = stateSchema.safeParse(value);
  if (!parsed.success) throw new UserError(3, `${statePath} is not the state of a checkpoint.`);
  const files: Record<string, Uint8Array> = {};
  for (const [name, { size, sha256: sum }] of Object.entries(parsed.data.files)) {
    const path = join(folder, name);
    const bytes = withDiskErrors("read", path, () => new Uint8Array(readFileSync(path)), 3);
    if (bytes.byteLength !== size) {
      throw new UserError(3, `${path} has ${bytes.byteLength} bytes, ${size} were saved: truncated or replaced.`);
    }
    if (sha256(bytes) !== sum) throw new UserError(3, `${path} is not what was saved: its checksum differs.`);
    files[name] = bytes;
  }
  return { update: parsed.data.update, files, state: parsed.data.state };
}

/** The latest checkpoint before `before` that is whole. */
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
