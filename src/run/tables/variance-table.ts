/** The table of an ablation about the variance of the gradient: one row for each game at each frozen checkpoint. */
import { median } from "../../util/median.ts";
import type { VarianceResult } from "../ablation.ts";
import { spread } from "./spread.ts";
import type { AblationTable } from "./table.ts";

/** None if the variance was not measured. */
export function varianceTables(variance: readonly VarianceResult[]): AblationTable[] {
  const [first] = variance;
  if (!first) return [];
  const names = Object.keys(first.ratios);
  const groups = new Map<string, VarianceResult[]>();
  for (const result of variance) {
    const key = `${result.game} ${result.update}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  const rows = [...groups.values()].map((results) => [
    results[0].game,
    String(results[0].update),
    median(results.map(({ entropy }) => entropy)).toFixed(2),
    ...names.map((name) =>
      spread(
        results.flatMap(({ ratios }) => ratios[name] ?? []),
        2,
      ),
    ),
  ]);
  return [
    {
      title: "Variance of the policy gradient at frozen checkpoints, ratio to no baseline; median (range) over seeds.",
      header: ["game", "update", "entropy", ...names],
      rows,
    },
  ];
}
