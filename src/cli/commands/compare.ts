/** `spiral compare`: runs side by side, with intervals over seeds. */
import type { Comparison, Difference, Estimates, Group, Measure } from "../../run/curves/compare.ts";
import { plural, withMean } from "../../util/figures.ts";
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
    const comparison = compareRuns(curveRuns(specs, await runsFolder(options), warn), warn);
    warnOfLengths(comparison);
    if (options.json) printJson(comparison);
    else printComparison(comparison);
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

const COLUMNS: Readonly<Record<Measure, string>> = {
  nashConv: "NashConv",
  bestNashConv: "lowest",
  greedyNashConv: "greedy",
  meanReturnVsRandom: "return against random",
};

function printComparison({ groups, differences }: Comparison): void {
  const { bold, dim } = styleFor(process.stdout);
  const games = [...new Set(groups.flatMap((group) => Object.keys(group.games)))];
  if (games.length === 0) print("None of these runs was evaluated.");
  for (const game of games) {
    print(`${bold(game)}\n${gameTable(game, groups, differences)}\n`);
  }
  if (games.length > 0)
    print(dim("Means over seeds, with 95 % intervals by Student's t. A difference is taken seed by seed."));
}

function gameTable(game: string, groups: readonly Group[], differences: readonly Difference[]): string {
  const found = groups.filter((group) => group.games[game]);
  const measures = (Object.keys(COLUMNS) as Measure[]).filter((measure) =>
    found.some((group) => group.games[game]?.[measure]),
  );
  const cells = (estimates: Estimates | undefined, isDifference: boolean) =>
    measures.map((measure) => {
      const estimate = estimates?.[measure];
      return estimate ? withMean(estimate, { signs: isDifference || measure === "meanReturnVsRandom" }) : "–";
    });
  const rows = [
    ...found.map(({ label, runs, games }) => [label, String(runs.length), ...cells(games[game], false)]),
    ...differences
      .filter(({ games }) => games[game])
      .map(({ label, minus, seeds, games }) => [
        `${label} − ${minus}`,
        String(seeds.length),
        ...cells(games[game], true),
      ]),
  ].map(([label = "", ...figures]) => [label, ...figures.map((figure) => figure.replaceAll(" ", JOINED))]);
  const header = ["", "seeds", ...measures.map((measure) => COLUMNS[measure])];
  return table(header, rows, { right: header.map((_, column) => column).slice(1), folded: 0 });
}
