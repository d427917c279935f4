/** `spiral compare`: runs side by side, with intervals over seeds. */
import type { Comparison } from "../../run/curves/compare.ts";
import type { GameTable } from "../../run/curves/compare-table.ts";
import { plural } from "../../util/figures.ts";
import { JOINED } from "../../util/printable.ts";
import { defineCommand } from "../command.ts";
import { json, runFolder } from "../flags/common.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import { print, printJson, styleFor, table, warn } from "../terminal/output.ts";

export const command = defineCommand({
  usage: "compare <runs...>",
  example: "spiral compare first-run second-run",
  flags: { ...runFolder, ...json },

  async run([specs], options) {
    const { curveRuns } = await import("../../run/curves/runs.ts");
    const { compareRuns } = await import("../../run/curves/compare.ts");
    const { COMPARISON_NOTE, comparisonTables } = await import("../../run/curves/compare-table.ts");
    const comparison = compareRuns(curveRuns(specs, await runsFolder(options), warn), warn);
    warnOfLengths(comparison);
    if (options.json) printJson(comparison);
    else printComparison(comparisonTables(comparison), COMPARISON_NOTE);
    return 0;
  },
});

/** The last values of runs of different lengths do not show what the settings do. */
function warnOfLengths({ groups }: Comparison): void {
  const runs = groups.flatMap((group) => group.runs);
  const most = Math.max(...runs.map(({ update }) => update ?? 0));
  const shorter = runs.filter(({ update }) => (update ?? 0) < most);
  const [first] = shorter;
  if (!first) return;
  const more = shorter.length > 1 ? `, and ${plural(shorter.length - 1, "other run")} before the last update` : "";
  const what = first.update === null ? "was not evaluated" : `was last evaluated at update ${first.update}`;
  warn(`${first.run} ${what}${more}; others were at update ${most}.`);
}

function printComparison(tables: readonly GameTable[], about: string): void {
  const { bold, dim } = styleFor(process.stdout);
  if (tables.length === 0) print("None of these runs was evaluated.");
  for (const { game, header, rows } of tables) {
    const joined = rows.map(([label = "", ...figures]) => [
      label,
      ...figures.map((cell) => cell.replaceAll(" ", JOINED)),
    ]);
    const right = header.map((_, column) => column).slice(1);
    print(`${bold(game)}\n${table(header, joined, { right, folded: 0 })}\n`);
  }
  if (tables.length > 0) print(dim(about));
}
