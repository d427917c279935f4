/** `spiral ablate`: a grid over settings and seeds, each cell trained by `spiral train` in a process of its own, here or by workers, and its tables. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { TextForm } from "../../run/tables/ablation-table.ts";
import { makeFolders, writeFileAtomic } from "../../util/files.ts";
import { JOINED } from "../../util/printable.ts";
import { checkAll } from "../check-all.ts";
import { defineCommand } from "../command.ts";
import { json, SEED_COUNT } from "../flags/common.ts";
import { path, text, texts, whole } from "../flags/flag.ts";
import { queueFlags } from "../flags/queue.ts";
import { columnsOf, note, print, printJson, styleFor, table } from "../terminal/output.ts";

export const command = defineCommand({
  usage: "ablate [preset]",
  example: "spiral ablate --games kuhn,ttt --vary rl.advantage=none,rae --seeds 5 --updates 300",
  flags: {
    games: text("--games <ids>", "games to learn, separated by commas"),
    vary: texts("--vary <key=values>", "a setting and its values, separated by commas; may be repeated"),
    seeds: whole("--seeds <n>", "how many seeds, from 1", SEED_COUNT),
    updates: text("--updates <n>", "gradient updates of each run"),
    set: texts("--set <key=value>", "any other setting; may be repeated"),
    name: text("--name <name>", "name of the ablation's folder"),
    jobs: whole("--jobs <n>", "runs at a time; as many as there are cores if not given", { min: 1, max: 256 }),
    dir: path("--dir <folder>", "the folder that holds ablations (default: ablations)"),
    ...queueFlags,
    ...json,
  },

  async run([preset], options) {
    const { queueAddress } = await import("../queue/address.ts");
    const { removeLatest } = await import("../../run/directory.ts");
    const { sweepLeftovers } = await import("../../run/leftovers.ts");
    const { planOf, withCheckpoints } = await import("../ablation/plan.ts");
    const { checkEarlierRuns, runAll, tasksOf } = await import("../ablation/runs.ts");
    let queue: string | undefined;
    const [plan, jobs = availableParallelism(), address] = checkAll(
      () => {
        const plan = planOf(preset, options);
        queue = plan.queue;
        return plan;
      },
      options.jobs,
      () => queueAddress(options, queue),
    );
    const dir = join(options.dir ?? "ablations", plan.name);
    const cells = plan.cells.map(withCheckpoints);
    const tasks = tasksOf(cells, plan.seeds);
    checkEarlierRuns(dir, tasks);
    makeFolders(dir);
    sweepLeftovers(dir, { isLocked: false });
    const interrupted = await runAll(dir, tasks, jobs, address);
    if (interrupted !== undefined) return interrupted;
    // The runs have made it. In an ablation it means nothing, and with `*/metrics.jsonl` a run would count twice.
    removeLatest(dir);
    // Again, as a run that was killed may have counted as alive at the start: until its parent has asked for its exit code.
    sweepLeftovers(dir, { isLocked: false });

    const { resultsOf } = await import("../ablation/results.ts");
    const { ablationText } = await import("../../run/tables/ablation-table.ts");
    const ablation = await resultsOf(plan, cells, dir, tasks);
    const markdown = ablationText(ablation);
    writeFileAtomic(join(dir, "ablation.json"), `${JSON.stringify(ablation, null, 2)}\n`);
    writeFileAtomic(join(dir, "ablation.md"), markdown);
    const isTerminal = Number.isFinite(columnsOf(process.stdout));
    if (options.json) printJson(ablation);
    else print((isTerminal ? ablationText(ablation, forTerminal()) : markdown).trimEnd());
    note(`Written to ${dir}: ablation.md, ablation.json and every run.`);
    return 0;
  },
});

/** Tables that fit the terminal. A range and an interval stay on one line. */
function forTerminal(): TextForm {
  const { bold } = styleFor(process.stdout);
  const joined = (cell: string): string => cell.replace(/\(.*\)|\S+ \[.*\]/, (range) => range.replaceAll(" ", JOINED));
  return {
    heading: bold,
    strong: bold,
    table: (header, rows) =>
      table(
        header,
        rows.map((row) => row.map(joined)),
        { right: header.map((_, column) => column).slice(1) },
      ),
  };
}
