/** What the arguments of `report` and `view` name: a run, several runs or an ablation, or a tournament. */
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Compared } from "../../page/live/live-comparison.ts";
import { curveRuns } from "../../run/curves/runs.ts";
import { listRuns, type ResolvedRun, resolveRun } from "../../run/directory.ts";
import { isTournament } from "../../run/tournament.ts";

type Warn = (problem: string) => void;

export type PageSource =
  | { readonly kind: "run"; readonly name: string; readonly run: ResolvedRun }
  | ({ readonly kind: "runs" } & Compared)
  | { readonly kind: "tournament"; readonly name: string; readonly dir: string };

/** Without `specs` it is the latest run. Throws a UserError (exit 3) if one of them is nothing that the page shows. */
export function pageSource(specs: readonly string[], parent: string, warn: Warn): PageSource {
  const [spec, ...others] = specs;
  if (spec !== undefined && others.length === 0) {
    const isRun = [join(parent, spec), spec].some((dir) => existsSync(join(dir, "manifest.json")));
    const at = (folder: string): string[] => (isRun ? [] : [spec, join(folder, spec)]);
    const dir = at("tournaments").find(isTournament);
    if (dir !== undefined) return { kind: "tournament", name: basename(resolve(dir)), dir };
    const ablation = at("ablations").find((folder) => existsSync(folder) && listRuns(folder).length > 0);
    if (ablation !== undefined) {
      return { kind: "runs", name: basename(resolve(ablation)), byCell: true, ablation, read: runsOf(specs, parent) };
    }
  }
  if (others.length > 0) {
    const runs = curveRuns(specs, parent, () => {});
    // A folder of runs among them is an ablation.
    return { kind: "runs", name: specs.join(", "), byCell: runs.length > specs.length, read: runsOf(specs, parent) };
  }
  const run = resolveRun(spec, parent, warn);
  return { kind: "run", name: run.name, run };
}

/** A run that has gone since is left out. */
const runsOf = (specs: readonly string[], parent: string) => (warn: Warn) =>
  curveRuns(specs, parent, warn, { isComplete: false });
