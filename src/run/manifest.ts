/** manifest.json: what a run is, who started it and how it ended. */
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../util/errors.ts";
import { readJson, writeFileAtomic } from "../util/files.ts";

/** Raised when the layout of the run directory changes; older programs then refuse newer runs. */
export const RUN_SCHEMA = 1;

const manifestSchema = z.object({
  schema: z.literal(RUN_SCHEMA),
  spiral: z.string(),
  name: z.string(),
  argv: z.array(z.string()),
  games: z.array(z.string()),
  seed: z.int(),
  updates: z.int(),
  node: z.string(),
  platform: z.string(),
  backend: z.string(),
  /** Where it was resumed on another: each that ran, in order. */
  backends: z.array(z.string()).optional(),
  /** sha256 of config.yaml; runs of earlier versions have none. */
  config: z.string().optional(),
  status: z.enum(["running", "finished", "interrupted", "failed"]),
  started: z.string(),
  /** When it was taken up again, each time. */
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
  const issue = parsed.error.issues[0];
  throw new UserError(3, `${path} is not the manifest of a run: ${issue?.path.join(".") || "it"}: ${issue?.message}.`);
}

export function writeManifest(dir: string, manifest: Manifest): void {
  writeFileAtomic(join(dir, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}
