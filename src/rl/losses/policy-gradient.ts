/**
 * Policy gradient (REINFORCE with a baseline; Williams 1992), with one on-policy step a batch:
 *
 *   L = − Σ_rows Σ_a G[row, a] · log π(a | row)        ∂L/∂ log π = − G        G = G⁺ + G⁻ (rl/rows.ts)
 */
import type { PolicyLoss } from "./loss.ts";

export const policyGradient = (): PolicyLoss<"positive" | "negative"> => ({
  loss({ logPolicy }, { positive, negative }, gradient) {
    let sum = 0;
    for (let i = 0; i < logPolicy.length; i++) {
      const G = positive[i] + negative[i];
      sum -= G * logPolicy[i];
      gradient[i] -= G;
    }
    return sum;
  },
});
