/** The tables of an ablation: one row for each cell, and more for each frozen checkpoint. */
import { plural, withMean } from "../../util/figures.ts";
import { markdownTable } from "../../util/markdown.ts";
import { meanInterval } from "../../util/mean-interval.ts";
import { median } from "../../util/median.ts";
import { type Ablation, collapsed } from "../ablation.ts";
import { creditTables } from "./credit-table.ts";
import { NOTHING, spread } from "./spread.ts";
import type { AblationTable } from "./table.ts";
import { type ResultsOfCell, thinkingTables } from "./thinking-table.ts";
import { varianceTables } from "./variance-table.ts";

/** How parts of the text are written. */
export interface TextForm {
  readonly heading: (text: string) => string;
  readonly strong: (text: string) => string;
  /** The first column holds names, the others hold numbers. */
  readonly table: (header: readonly string[], rows: readonly (readonly string[])[]) => string;
}

const MARKDOWN: TextForm = {
  heading: (text) => `## ${text}`,
  strong: (text) => `**${text}**`,
  table: (header, rows) => markdownTable(header, rows, 1).join("\n"),
};

/** Lines, each ended; in Markdown unless another form is given. */
export function ablationText(
  { name, about, updates, seeds, ...measured }: Ablation,
  form: TextForm = MARKDOWN,
): string {
  const { cells } = measured;
  const games = [...new Set(cells.flatMap(({ runs }) => runs.flatMap((run) => Object.keys(run.games))))];
  // One seed has no interval.
  const mean = cells.some(({ runs }) => runs.length > 1) ? ["mean [95 %]"] : [];
  const header = [
    "",
    ...games.flatMap((id) => [`${id}, NashConv`, ...mean, "greedy", "collapsed"]),
    "seconds",
    "games",
  ];
  const rows = cells.map(({ label, runs }) => [
    label,
    ...games.flatMap((id) => {
      const results = runs.flatMap((run) => run.games[id] ?? []);
      const bad = results.filter(collapsed).length;
      const verdict = bad === 0 ? "no" : form.strong(`${bad} of ${results.length}`);
      const exact = results.map(({ nashConv }) => nashConv);
      const greedy = results.map(({ greedyNashConv }) => greedyNashConv);
      const interval = exact.length === 0 ? NOTHING : withMean(meanInterval(exact, 0));
      return [
        spread(exact, 4),
        ...mean.map(() => interval),
        spread(greedy, 2),
        results.length === 0 ? NOTHING : verdict,
      ];
    }),
    spread(
      runs.map(({ seconds }) => seconds),
      1,
    ),
    median(runs.map(({ episodes }) => episodes)).toLocaleString("en"),
  ]);
  const length = updates === null ? "" : `${plural(updates, "update")}, `;
  const lines = [
    form.heading(name),
    "",
    ...(about === undefined ? [] : [about.trim(), ""]),
    `${length}${plural(seeds, "seed")}; median (range) over seeds${mean.length > 0 ? ", mean [95 % interval]" : ""}.`,
    "",
    form.table(header, rows),
    ...measuredTables(measured).flatMap(({ about, title, header, rows }) => [
      ...(about === undefined ? [] : ["", about]),
      ...["", title, "", form.table(header, rows)],
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

/** The tables beside the one of the cells: of thoughts, and of what was measured at frozen checkpoints. */
export const measuredTables = ({
  cells,
  variance,
  credit = [],
}: Pick<Ablation, "variance" | "credit"> & { readonly cells: readonly ResultsOfCell[] }): AblationTable[] => [
  ...thinkingTables(cells),
  ...varianceTables(variance),
  ...creditTables(credit),
];
