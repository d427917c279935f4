/** Reads a run: its settings and its checkpoints. Nothing here writes. */
import { join } from "node:path";
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { UserError } from "../util/errors.ts";
import { checkRegular } from "../util/files.ts";
import { type Checkpoint, checkpointName, lastWhole, readEntries, verifyCheckpoint } from "./checkpoint-folder.ts";
import type { ResolvedRun } from "./directory.ts";

/** The config of a run. */
export function readRunConfig(dir: string): Config {
  const file = join(dir, "config.yaml");
  checkRegular(file);
  try {
    return loadConfig({ file, recorded: true }).config;
  } catch (error) {
    // The same problems with exit code 3: the run is damaged; the command line is not wrong.
    throw error instanceof UserError ? new UserError(3, error.problems, { cause: error }) : error;
  }
}

/**
 * Reads the given checkpoint, or the last. If it is damaged, throws a UserError (exit 3) that names a whole one. `warn` is called
 * for damaged lines of checkpoints.jsonl if the last is read, since a damaged line may have listed a later one.
 */
export function readCheckpoint(
  { dir, name, checkpoint: asked }: ResolvedRun,
  warn: (problem: string) => void = () => {},
): Checkpoint & { readonly config: Config } {
  const config = readRunConfig(dir);
  const { entries, problems } = readEntries(dir);
  const entry = asked === undefined ? entries.at(-1) : entries.find(({ update }) => update === asked);
  if (!entry) {
    if (asked === undefined) throw noCheckpoint(name, problems);
    const there = entries.map(({ update }) => checkpointName(update)).join(", ") || "none";
    throw new UserError(3, [...problems, `${name} has no checkpoint ${checkpointName(asked)}; it has ${there}.`]);
  }
  if (asked === undefined) for (const problem of problems) warn(`${problem}; left out.`);
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

/** The error (exit 3) of a run without a checkpoint that is whole; `problems` are those of its damaged ones. */
export function noCheckpoint(name: string, problems: readonly string[]): UserError {
  if (problems.length > 0) return new UserError(3, [...problems, `${name} has no checkpoint that is whole.`]);
  return new UserError(
    3,
    `${name} has no checkpoint: it ended before the first was saved. Go on with: spiral train --resume ${name}`,
  );
}
