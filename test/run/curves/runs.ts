/** Runs with metrics of our own, for the tests of curves. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../../src/config/load.ts";
import { createRun } from "../../../src/run/run.ts";

/** A run in `parent` that was evaluated at updates 0, 10, … with these values of NashConv in `game`. */
export function evaluatedRun(
  parent: string,
  name: string,
  { seed = 1, sets = [] as readonly string[], nashConv = [] as readonly number[], game = "kuhn" },
): void {
  const { config } = loadConfig({ sets: [`run.dir=${parent}`, `games=${game}`, `seed=${seed}`, ...sets] });
  const writer = createRun({ config, name, argv: [], backend: "js" });
  for (const [i, value] of nashConv.entries()) {
    const evaluation = { [game]: { nashConv: value, greedyNashConv: 2 * value } };
    writer.metrics({ update: 10 * i, episodes: 640 * i, evaluation, seconds: i });
  }
  writer.finish("finished");
}

/** The ablation.json of cells of runs in `folder`. */
export function ablationOf(folder: string, cells: readonly { settings: object; runs: readonly string[] }[]): void {
  const json = { cells: cells.map(({ settings, runs }) => ({ settings, runs: runs.map((run) => ({ run })) })) };
  writeFileSync(join(folder, "ablation.json"), JSON.stringify(json));
}
