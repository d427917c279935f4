/**
 * Group-relative advantages (GRPO; Shao et al. 2024, arXiv 2402.03300), the group being the batch's episodes of one game,
 * role and opponent:
 *
 *   group      A_i = R_i − mean(R)
 *   group-std  A_i = (R_i − mean(R)) / std(R)        0 where all returns are the same
 *
 * The mean holds R_i itself, which shrinks advantages by 1 − 1/n. Dividing by the standard deviation makes rare wins and
 * losses loud where almost every game is a draw.
 */
import { type AdvantageEstimator, byRole, memoryless } from "./advantage.ts";

export const group = (): AdvantageEstimator => groupRelative(false);
export const groupStd = (): AdvantageEstimator => groupRelative(true);

function groupRelative(divide: boolean): AdvantageEstimator {
  const relative = (returns: Float64Array): Float64Array => {
    // Not by std === 0: the mean of equal numbers may be off by a rounding error, which the quotient would blow up.
    if (divide && returns.every((r) => r === returns[0])) return returns.map(() => 0);
    const mean = average(returns);
    const std = divide ? Math.sqrt(average(returns.map((r) => (r - mean) ** 2))) : 1;
    return returns.map((r) => (r - mean) / std);
  };
  return { ...memoryless, advantages: (batch) => batch.map((t) => byRole(t, relative)) };
}

const average = (values: Float64Array): number => values.reduce((sum, v) => sum + v, 0) / Math.max(1, values.length);
