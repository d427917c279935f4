/**
 * Group-relative advantages (GRPO; Shao et al. 2024, arXiv 2402.03300). A group is the batch's episodes of one game, role
 * and opponent:
 *
 *   group      A_i = R_i − mean(R)
 *   group-std  A_i = (R_i − mean(R)) / std(R)        0 if all returns are the same
 *
 * The mean includes R_i itself, which shrinks advantages by 1 − 1/n. Dividing by the standard deviation gives rare wins and
 * losses a large weight in games that are almost always drawn.
 */
import { type AdvantageEstimator, byRole, memoryless } from "./advantage.ts";

export const group = (): AdvantageEstimator => groupRelative(false);
export const groupStd = (): AdvantageEstimator => groupRelative(true);

function groupRelative(divide: boolean): AdvantageEstimator {
  const relative = (returns: Float64Array): Float64Array => {
    // A test of std === 0 would not do: the mean of equal numbers may have a rounding error, so that std is not quite 0.
    if (divide && returns.every((r) => r === returns[0])) return returns.map(() => 0);
    const mean = average(returns);
    const std = divide ? Math.sqrt(average(returns.map((r) => (r - mean) ** 2))) : 1;
    return returns.map((r) => (r - mean) / std);
  };
  return { ...memoryless, advantages: (batch) => batch.map((t) => byRole(t, relative)) };
}

const average = (values: Float64Array): number => values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length);
