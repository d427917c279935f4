/**
 * Leave-one-out baseline (RLOO; Kool et al. 2019, Ahmadian et al. 2024). Among the batch's n episodes of one game, role and
 * opponent,
 *
 *   A_i = R_i − mean of the other R_j = n / (n − 1) · (R_i − mean(R))        R_i if n = 1
 */
import { type AdvantageEstimator, byRole, memoryless } from "./advantage.ts";

export function rloo(): AdvantageEstimator {
  const leaveOneOut = (returns: Float64Array): Float64Array => {
    const n = returns.length;
    const sum = returns.reduce((total, r) => total + r, 0);
    return n === 1 ? returns : returns.map((r) => r - (sum - r) / (n - 1));
  };
  return { ...memoryless, advantages: (batch) => batch.map((t) => byRole(t, leaveOneOut)) };
}
