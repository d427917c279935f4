/**
 * Policy gradient (REINFORCE with a baseline; Williams 1992), one step a batch, on-policy:
 *
 *   L = − Σ_rows Σ_a G[row, a] · log π(a | row)        ∂L/∂ log π = − G        G = gains + losses
 */
import type { Loss } from "./loss.ts";

export const policyGradient: Loss<"gains" | "losses"> = ({ logPolicy }, { gains, losses }, gradient, scale) => {
  let sum = 0;
  for (let i = 0; i < logPolicy.length; i++) {
    const gain = (gains[i] as number) + (losses[i] as number);
    sum -= gain * (logPolicy[i] as number);
    (gradient[i] as number) -= scale * gain;
  }
  return scale * sum;
};
