/** How the tables of ablations show the values of several seeds. */
import { median } from "../../util/median.ts";

/** Where there is no value. */
export const NOTHING = "–";

/** `0.0041 (0.0026 – 0.0080)`: median and range; one number if the ends of the range round to the same. */
export function spread(values: readonly number[], digits: number): string {
  if (values.length === 0) return NOTHING;
  const [low, middle, high] = [Math.min(...values), median(values), Math.max(...values)].map((v) => v.toFixed(digits));
  return low === high ? middle : `${middle} (${low} – ${high})`;
}
