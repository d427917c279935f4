/** Reads run directories for `spiral runs`: the progress of each run, and the last figures of one. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { listCheckpoints } from "../../run/checkpoint-folder.ts";
import { latestName, listRuns, type RunSummary, resolveRun } from "../../run/directory.ts";
import { type Manifest, readManifest } from "../../run/manifest.ts";
import { type DerivedStatus, lastUpdate, statusOf } from "../../run/status.ts";
import { readJson, readText, withDiskErrors } from "../../util/files.ts";
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
  /** The content of the file; undefined if there is none. */
  readonly evaluation: unknown;
  readonly metrics: unknown;
}

/** Throws a UserError (exit 3) if there is no such run or its manifest cannot be read. */
export function runContents(spec: string | undefined, parent: string): RunContents {
  const { dir, name } = resolveRun(spec, parent, warn);
  const manifest = readManifest(dir);
  return {
    name,
    dir,
    manifest,
    status: statusOf(dir, manifest),
    checkpoints: listCheckpoints(dir).map(({ update }) => update),
    evaluation: lastEvaluation(dir),
    metrics: lastMetrics(dir),
  };
}

function lastEvaluation(dir: string): unknown {
  const folder = join(dir, "eval");
  const names = existsSync(folder) ? withDiskErrors("read", folder, () => readdirSync(folder), 3) : [];
  const files = names.filter((file) => /^\d+\.json$/.test(file));
  const last = files.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)).at(-1);
  return last === undefined ? undefined : readJson(join(folder, last));
}

function lastMetrics(dir: string): unknown {
  const path = join(dir, "metrics.jsonl");
  if (!existsSync(path)) return undefined;
  for (const line of readText(path).split("\n").reverse()) {
    try {
      if (line !== "") return JSON.parse(line);
    } catch {
      // The last line may be torn; the one before it is not.
    }
  }
  return undefined;
}
