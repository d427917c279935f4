/** What the runs of an ablation came to: a result for each run, and what was measured at its checkpoints. */
import { type Ablation, readResult } from "../../run/ablation.ts";
import { warn } from "../terminal/output.ts";
import { creditOf } from "./credit.ts";
import type { Plan, PlannedCell } from "./plan.ts";
import type { Task } from "./training.ts";
import { type EstimatorName, varianceOf } from "./variance.ts";

export async function resultsOf(
  plan: Plan,
  cells: readonly PlannedCell[],
  dir: string,
  tasks: readonly Task[],
): Promise<Ablation> {
  const updates = new Set(cells.map(({ config }) => config.updates));
  const [first] = cells as [PlannedCell];
  const varied = plan.axes.find(({ key }) => key === "rl.advantage")?.values;
  const compared = (varied ?? [first.config.rl.advantage]) as EstimatorName[];
  return {
    name: plan.name,
    about: plan.about,
    updates: updates.size === 1 ? first.config.updates : null,
    seeds: plan.seeds,
    cells: cells.map(({ label, settings, slug }) => ({
      label,
      settings,
      runs: tasks.filter(({ cell }) => cell.slug === slug).map(({ name, seed }) => readResult(dir, name, seed, warn)),
    })),
    variance: plan.variance
      ? await varianceOf(
          dir,
          tasks.filter(({ cell }) => cell === first),
          compared,
        )
      : [],
    ...(plan.credit ? { credit: await creditOf(dir, creditRuns(tasks)) } : {}),
  };
}

/** The runs of the first cell with each list of games. */
export function creditRuns(tasks: readonly Task[]): Task[] {
  const first = new Map<string, PlannedCell>();
  for (const { cell } of tasks) {
    const games = cell.config.games.join();
    first.set(games, first.get(games) ?? cell);
  }
  const cells = new Set(first.values());
  return tasks.filter(({ cell }) => cells.has(cell));
}
