/** `spiral ablate`: a grid over settings and seeds, each cell trained by `spiral train` in a process of its own, and its tables. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type Ablation, readResult, runNameOf } from "../../run/ablation.ts";
import { ablationMarkdown } from "../../run/ablation-table.ts";
import { makeFolders, writeFileAtomic } from "../../util/files.ts";
import { type Plan, type PlannedCell, planOf } from "../ablation/plan.ts";
import { checkEarlierRuns, runAll, type Task } from "../ablation/runs.ts";
import { type EstimatorName, varianceOf } from "../ablation/variance.ts";
import { checkAll } from "../check-all.ts";
import type { Run } from "../command.ts";
import type { declaration } from "../commands/ablate.ts";
import { note, print, printJson } from "../terminal/output.ts";

/** Checkpoints of a run, evenly spread, at which the variance is measured. */
const FROZEN = 4;

export const run: Run<typeof declaration> = async ([preset], options) => {
  const [plan, jobs = availableParallelism()] = checkAll(() => planOf(preset, options), options.jobs);
  const dir = join(options.dir ?? "ablations", plan.name);
  const cells = plan.cells.map(withCheckpoints);
  const tasks = Array.from({ length: plan.seeds }, (_, i) => i + 1).flatMap((seed) =>
    cells.map((cell): Task => ({ cell, seed, name: runNameOf(cell, seed) })),
  );
  checkEarlierRuns(dir, tasks);
  makeFolders(dir);
  const interrupted = await runAll(dir, tasks, jobs);
  if (interrupted !== undefined) return interrupted;

  const ablation = await resultsOf(plan, cells, dir, tasks);
  const markdown = ablationMarkdown(ablation);
  writeFileAtomic(join(dir, "ablation.json"), `${JSON.stringify(ablation, null, 2)}\n`);
  writeFileAtomic(join(dir, "ablation.md"), markdown);
  if (options.json) printJson(ablation);
  else print(markdown.trimEnd());
  note(`Written to ${dir}: ablation.md, ablation.json and every run.`);
  return 0;
};

/** Checkpoints at the quarters of the run, unless a setting says otherwise. */
function withCheckpoints(cell: PlannedCell): PlannedCell {
  if (cell.sets.some((set) => set.startsWith("run.checkpointEvery="))) return cell;
  const checkpointEvery = Math.max(1, Math.floor(cell.config.updates / FROZEN));
  return {
    ...cell,
    config: { ...cell.config, run: { ...cell.config.run, checkpointEvery } },
    sets: [...cell.sets, `run.checkpointEvery=${checkpointEvery}`],
  };
}

async function resultsOf(plan: Plan, cells: readonly PlannedCell[], dir: string, tasks: readonly Task[]) {
  const updates = new Set(cells.map(({ config }) => config.updates));
  const [first] = cells as [PlannedCell];
  const varied = plan.axes.find(({ key }) => key === "rl.advantage")?.values;
  const compared = (varied ?? [first.config.rl.advantage]) as EstimatorName[];
  const ablation: Ablation = {
    name: plan.name,
    about: plan.about,
    updates: updates.size === 1 ? first.config.updates : null,
    seeds: plan.seeds,
    cells: cells.map(({ label, settings, slug }) => ({
      label,
      settings,
      runs: tasks.filter(({ cell }) => cell.slug === slug).map(({ name, seed }) => readResult(dir, name, seed)),
    })),
    variance: plan.variance
      ? await varianceOf(
          dir,
          tasks.filter(({ cell }) => cell === first),
          compared,
        )
      : [],
  };
  return ablation;
}
