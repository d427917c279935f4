/** The curves of runs as a tidy table and as event files for TensorBoard. */
import { join } from "node:path";
import { csv } from "../../util/csv.ts";
import { makeFolders, writeFileAtomic } from "../../util/files.ts";
import { METRICS_HEADER, type Metric } from "./metrics-csv.ts";
import type { CurveRun } from "./runs.ts";
import { eventFile, type Scalars } from "./tensorboard.ts";

/** A row for each number of each run: the run, the settings of its cell, its seed, and the columns of metrics.csv. */
export function curvesCsv(runs: readonly CurveRun[]): string {
  const keys = Object.keys(runs[0]?.settings ?? {});
  return csv(
    ["run", ...keys, "seed", ...METRICS_HEADER],
    runs.flatMap(({ name, settings, seed, metrics }) =>
      metrics.map((metric) => [name, ...keys.map((key) => settings[key] ?? ""), seed, ...cellsOf(metric)]),
    ),
  );
}

const cellsOf = ({ update, game, name, value }: Metric) => [update, game, name, value] as const;

/** One curve of a run. */
interface Curve {
  readonly game: string;
  readonly name: string;
  readonly updates: readonly number[];
  readonly values: readonly number[];
}

export interface RunCurves extends Pick<CurveRun, "seed" | "settings"> {
  readonly run: string;
  readonly curves: readonly Curve[];
}

export const curvesOf = ({ name, seed, settings, metrics }: CurveRun): RunCurves => ({
  run: name,
  seed,
  settings,
  curves: grouped(metrics).map((points) => ({
    game: points[0]?.game ?? "",
    name: points[0]?.name ?? "",
    updates: points.map(({ update }) => update),
    values: points.map(({ value }) => value),
  })),
});

/** The points of each curve. */
function grouped(metrics: readonly Metric[]): Metric[][] {
  const curves = new Map<string, Metric[]>();
  for (const metric of metrics) {
    const key = `${metric.game} ${metric.name}`;
    const points = curves.get(key);
    if (points) points.push(metric);
    else curves.set(key, [metric]);
  }
  return [...curves.values()];
}

/**
 * Writes an event file for each run, in a folder of its name: TensorBoard shows a folder as a run. Tags are `loss`, and
 * `kuhn/evaluation.nashConv` for a number of a game. A file of an earlier export of the run is replaced.
 */
export function writeEventFiles(runs: readonly CurveRun[], dir: string): void {
  for (const { name, started, metrics } of runs) {
    const folder = join(dir, name.replaceAll(/[^A-Za-z0-9._-]+/g, "_"));
    makeFolders(folder);
    const file = `events.out.tfevents.${Math.floor(started)}.spiral`;
    writeFileAtomic(join(folder, file), eventFile(started, scalarsOf(started, metrics)));
  }
}

/** One event for each update. Its time is that of the start and the `seconds` of training. */
function scalarsOf(started: number, metrics: readonly Metric[]): Scalars[] {
  const updates = new Map<number, Metric[]>();
  for (const metric of metrics) updates.set(metric.update, []);
  for (const metric of metrics) updates.get(metric.update)?.push(metric);
  return [...updates].map(([step, found]) => ({
    step,
    time: started + (found.find(({ name }) => name === "seconds")?.value ?? 0),
    values: found.map(({ game, name, value }) => [game === "" ? name : `${game}/${name}`, value] as const),
  }));
}
