/**
 * Entropy bonus, the mean over decisions, each game's at its own weight:
 *
 *   L = − Σ_rows w(row) · H(π(· | row)) = Σ_rows w(row) Σ_a π log π        ∂L/∂ log π = w π (log π + 1)
 */
import type { Loss } from "./loss.ts";

export const negativeEntropy: Loss<"entropyWeights"> = ({ policy, logPolicy }, { entropyWeights }, gradient, scale) => {
  let sum = 0;
  for (let i = 0; i < policy.length; i++) {
    const weighted = (entropyWeights[i] as number) * (policy[i] as number);
    sum += weighted * (logPolicy[i] as number);
    (gradient[i] as number) += scale * weighted * ((logPolicy[i] as number) + 1);
  }
  return scale * sum;
};
