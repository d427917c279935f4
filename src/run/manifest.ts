/** manifest.json describes a run: its settings in short, the command and machine that started it, and its status. */
import { join } from "node:path";
import { z } from "zod";
import { firstIssue, UserError } from "../util/errors.ts";
import { readJson, writeFileAtomic } from "../util/files.ts";

/** Version of the run directory's layout. A program refuses runs with a newer version. */
export const RUN_SCHEMA = 1;

const manifestSchema = z.object({
  schema: z.literal(RUN_SCHEMA),
  spiral: z.string(),
  /** Present if Spiral ran from a git checkout. */
  commit: z.string().optional(),
  /** Whether files of that checkout differed from the commit; absent if git could not say. */
  dirty: z.boolean().optional(),
  name: z.string(),
  argv: z.array(z.string()),
  games: z.array(z.string()),
  seed: z.int(),
  updates: z.int(),
  node: z.string(),
  platform: z.string(),
  backend: z.string(),
  /** Present if the run was resumed on another backend: all its backends, in order. */
  backends: z.array(z.string()).optional(),
  /** sha256 of config.yaml; runs of earlier versions have none. */
  config: z.string().optional(),
  /** Present if the run was extended: each time, the last update of the earlier length, that length and sha256 of config.yaml. */
  extended: z.array(z.object({ update: z.int(), updates: z.int(), config: z.string() })).optional(),
  /** Present if it began with the weights of another run: the run, its checkpoint, and the sha256 of model.safetensors. */
  init: z.object({ run: z.string(), checkpoint: z.string(), sha256: z.string() }).optional(),
  /** Present if it learns from the games of an episode log: its path, and the sha256 of these games. */
  demonstrations: z.object({ log: z.string(), sha256: z.string() }).optional(),
  status: z.enum(["running", "finished", "interrupted", "failed"]),
  started: z.string(),
  /** The times at which it was resumed. */
  resumed: z.array(z.string()),
  ended: z.string().nullable(),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type RunStatus = Manifest["status"];

export function readManifest(dir: string): Manifest {
  const path = join(dir, "manifest.json");
  const value = readJson(path);
  const schema = typeof value === "object" && value !== null ? (value as { schema?: unknown }).schema : undefined;
  if (typeof schema === "number" && schema > RUN_SCHEMA) {
    throw new UserError(
      3,
      `${path} is of schema ${schema}, newer than this Spiral reads (${RUN_SCHEMA}). Update Spiral.`,
    );
  }
  const parsed = manifestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UserError(3, `${path} is not the manifest of a run: ${firstIssue(parsed.error)}.`);
}

export function writeManifest(dir: string, manifest: Manifest): void {
  writeFileAtomic(join(dir, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}
