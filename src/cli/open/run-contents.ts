/** Reads run directories for `spiral runs`: the progress of each run, and the last figures of one. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { bestCheckpoint } from "../../run/best.ts";
import { readEntries } from "../../run/checkpoint-folder.ts";
import { latestName, listRuns, type RunSummary, resolveRun } from "../../run/directory.ts";
import { type Manifest, readManifest } from "../../run/manifest.ts";
import { evaluationSchema, readMetrics } from "../../run/metrics.ts";
import { type DerivedStatus, lastUpdate, statusOf } from "../../run/status.ts";
import { firstIssue, UserError } from "../../util/errors.ts";
import { readJson, withDiskErrors } from "../../util/files.ts";
import { warn } from "../terminal/output.ts";

type Status = DerivedStatus | "unreadable";

/** A run in a list of runs. */
export interface ListedRun extends RunSummary {
  readonly status: Status;
  readonly latest: boolean;
  /** Of the last checkpoint; null if there is none. */
  readonly update: number | null;
}

export function listedRuns(parent: string): ListedRun[] {
  const latest = latestName(parent);
  return listRuns(parent).map((run) => ({
    ...run,
    status: run.manifest ? statusOf(run.dir, run.manifest) : "unreadable",
    latest: run.name === latest,
    update: lastUpdate(run.dir),
  }));
}

export interface RunContents {
  readonly name: string;
  readonly dir: string;
  readonly manifest: Manifest;
  readonly status: Status;
  /** Updates. */
  readonly checkpoints: readonly number[];
  /** The update of the best one; undefined if none was evaluated. */
  readonly best: number | undefined;
  /** The content of the file; undefined if there is none. */
  readonly evaluation: unknown;
  readonly metrics: unknown;
  /** What was left out of these, as it is damaged. */
  readonly problems: readonly string[];
}

/** Throws a UserError (exit 3) if there is no such run or its manifest cannot be read. */
export function runContents(spec: string | undefined, parent: string): RunContents {
  const { dir, name } = resolveRun(spec, parent, warn);
  const manifest = readManifest(dir);
  const { entries, problems } = readEntries(dir);
  const evaluation = lastEvaluation(dir);
  const metrics = readMetrics(dir);
  return {
    name,
    dir,
    manifest,
    status: statusOf(dir, manifest),
    checkpoints: entries.map(({ update }) => update),
    best: bestCheckpoint(dir)?.update,
    evaluation: evaluation.value,
    metrics: metrics.lines.at(-1),
    problems: [...problems, ...evaluation.problems, ...metrics.problems],
  };
}

/** The last evaluation that is whole, and what is wrong with later ones. */
function lastEvaluation(dir: string): { readonly value: unknown; readonly problems: readonly string[] } {
  const folder = join(dir, "eval");
  const names = existsSync(folder) ? withDiskErrors("read", folder, () => readdirSync(folder), 3) : [];
  const files = names.filter((file) => /^\d+\.json$/.test(file));
  const problems: string[] = [];
  for (const file of files.sort((a, b) => Number.parseInt(b, 10) - Number.parseInt(a, 10))) {
    const path = join(folder, file);
    try {
      const value = readJson(path);
      const parsed = evaluationSchema.safeParse(value);
      if (parsed.success) return { value, problems };
      problems.push(`${path}: not an evaluation (${firstIssue(parsed.error)})`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.message.replace(/\.$/, ""));
    }
  }
  return { value: undefined, problems };
}
