/**
 * PPO's clipped surrogate (Schulman et al. 2017): with r = π(a | s) / π_old(a | s), for each decision
 *
 *   min(r A, clip(r, 1 − ε, 1 + ε) A)  =  A min(r, 1 + ε) if A > 0,  A max(r, 1 − ε) if A < 0
 *
 * Decisions with the same information set and action share r. With G⁺ and G⁻ of the rows (rl/rows.ts),
 *
 *   L = − Σ_rows Σ_a ( G⁺[row, a] · min(r, 1 + ε) + G⁻[row, a] · max(r, 1 − ε) )        ∂r/∂ log π = r
 *
 * is the exact loss. It takes several epochs over minibatches of rows; a minibatch contains all decisions of its rows.
 */
import type { LossSettings, PolicyLoss } from "./loss.ts";

/** A bound on |log r| that keeps r finite; it is far outside every clip range. */
const MAX_LOG_RATIO = 20;

export const ppo = ({
  ppo: { clip, epochs, minibatches },
}: LossSettings): PolicyLoss<"positive" | "negative" | "oldLogPolicy"> => ({
  reuse: { epochs, minibatches },
  loss({ logPolicy }, { positive, negative, oldLogPolicy }, gradient) {
    if (!oldLogPolicy) throw new Error("PPO needs the policy that played the batch");
    let sum = 0;
    for (let i = 0; i < logPolicy.length; i++) {
      const logRatio = logPolicy[i] - oldLogPolicy[i];
      const bounded = Math.min(MAX_LOG_RATIO, Math.max(-MAX_LOG_RATIO, logRatio));
      const r = Math.exp(bounded);
      sum -= positive[i] * Math.min(r, 1 + clip) + negative[i] * Math.max(r, 1 - clip);
      // A clipped term is constant, so its gradient is 0.
      if (bounded !== logRatio) continue;
      const unclipped = (r < 1 + clip ? positive[i] : 0) + (r > 1 - clip ? negative[i] : 0);
      gradient[i] -= unclipped * r;
    }
    return sum;
  },
});
