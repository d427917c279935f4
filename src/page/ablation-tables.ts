/** The tables of `spiral ablate` that tell more of an ablation than a comparison of its runs does. */
import { readable } from "../run/ablation.ts";
import { type KeptAblation, readAblation } from "../run/ablation-file.ts";
import { measuredTables } from "../run/tables/ablation-table.ts";
import type { ShownSetting } from "./comparison.ts";
import type { PageTable } from "./contents.ts";

/**
 * None before the ablation is at its end. `shown` gives a setting as it may be in the page. Throws a UserError (exit 3) if the file
 * that holds them is damaged.
 */
export function ablationTables(dir: string, shown?: ShownSetting): PageTable[] {
  const ablation = readAblation(dir);
  if (!ablation) return [];
  const cells = ablation.cells.map((cell) => ({ ...cell, label: shown ? labelOf(cell, shown) : cell.label }));
  return measuredTables({ ...ablation, cells }).map(({ about, title, header, rows }) => ({
    ...{ about, caption: title.replaceAll("`", ""), header, rows },
    notes: [],
  }));
}

const labelOf = ({ settings }: KeptAblation["cells"][number], shown: ShownSetting): string =>
  Object.entries(settings)
    .map(([key, value]) => `${key}=${shown(key, readable(value))}`)
    .join(" ");
