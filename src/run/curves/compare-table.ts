/** The tables of a comparison: for each game a row for each group of runs and each difference. */
import { withMean } from "../../util/figures.ts";
import type { Comparison, Estimates, Measure } from "./compare.ts";

export interface GameTable {
  readonly game: string;
  readonly header: readonly string[];
  /** A label, then figures. */
  readonly rows: readonly (readonly string[])[];
}

export const COMPARISON_NOTE =
  "Means over seeds, with 95 % intervals by Student's t. A difference is taken seed by seed.";

const COLUMNS: Readonly<Record<Measure, string>> = {
  nashConv: "NashConv",
  bestNashConv: "lowest",
  greedyNashConv: "greedy",
  meanReturnVsRandom: "return against random",
};

export function comparisonTables(comparison: Comparison): GameTable[] {
  const games = [...new Set(comparison.groups.flatMap((group) => Object.keys(group.games)))];
  return games.map((game) => gameTable(game, comparison));
}

function gameTable(game: string, { groups, differences }: Comparison): GameTable {
  const found = groups.filter((group) => group.games[game]);
  const measures = (Object.keys(COLUMNS) as Measure[]).filter((measure) =>
    found.some((group) => group.games[game]?.[measure]),
  );
  const cells = (estimates: Estimates | undefined, isDifference: boolean) =>
    measures.map((measure) => {
      const estimate = estimates?.[measure];
      return estimate ? withMean(estimate, { signs: isDifference || measure === "meanReturnVsRandom" }) : "–";
    });
  return {
    game,
    header: ["", "seeds", ...measures.map((measure) => COLUMNS[measure])],
    rows: [
      ...found.map(({ label, runs, games }) => [label, String(runs.length), ...cells(games[game], false)]),
      ...differences
        .filter(({ games }) => games[game])
        .map(({ label, minus, seeds, games }) => [
          `${label} − ${minus}`,
          String(seeds.length),
          ...cells(games[game], true),
        ]),
    ],
  };
}
