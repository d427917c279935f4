/**
 * Entropy bonus (Williams & Peng 1991): the mean over decisions, times the coefficient c. w(row) is the row's share of the
 * decisions times the weight of its game:
 *
 *   L = − c Σ_rows w(row) · H(π(· | row)) = c Σ_rows w(row) Σ_a π log π        ∂L/∂ log π = c w π (log π + 1)
 */
import type { Loss } from "./loss.ts";

export function negativeEntropy({ coefficient }: { readonly coefficient: number }): Loss<"entropyWeights"> {
  return ({ policy, logPolicy }, { entropyWeights }, gradient) => {
    let sum = 0;
    for (let i = 0; i < policy.length; i++) {
      const weighted = entropyWeights[i] * policy[i];
      sum += weighted * logPolicy[i];
      gradient[i] += coefficient * weighted * (logPolicy[i] + 1);
    }
    return coefficient * sum;
  };
}
