/**
 * PPO's clipped surrogate (Schulman et al. 2017): with r = π(a | s) / π_old(a | s), for each decision
 *
 *   min(r A, clip(r, 1 − ε, 1 + ε) A)  =  A min(r, 1 + ε) where A > 0,  A max(r, 1 − ε) where A < 0
 *
 * Decisions at one information set and action share r, so with gains and losses summed apart
 *
 *   L = − Σ_rows Σ_a ( gains[row, a] · min(r, 1 + ε) + losses[row, a] · max(r, 1 − ε) )
 *
 * with ∂r/∂ log π = r, is exact under row merging. Several epochs over minibatches of rows; a minibatch holds all decisions
 * of its rows.
 */
import type { Loss } from "./loss.ts";

/** Bounds log r, so that e to its power stays finite; far outside every clip range. */
const MAX_LOG_RATIO = 20;

export const ppo: Loss<"gains" | "losses" | "oldLogPolicy" | "clip"> = (
  { logPolicy },
  { gains, losses, oldLogPolicy, clip },
  gradient,
  scale,
) => {
  if (!oldLogPolicy) throw new Error("PPO needs the policy that played the batch");
  let sum = 0;
  for (let i = 0; i < logPolicy.length; i++) {
    const logRatio = (logPolicy[i] as number) - (oldLogPolicy[i] as number);
    const bounded = Math.min(MAX_LOG_RATIO, Math.max(-MAX_LOG_RATIO, logRatio));
    const r = Math.exp(bounded);
    const [gain, loss] = [gains[i] as number, losses[i] as number];
    sum -= gain * Math.min(r, 1 + clip) + loss * Math.max(r, 1 - clip);
    // Beyond its bound a term stands still.
    if (bounded !== logRatio) continue;
    const moving = (r < 1 + clip ? gain : 0) + (r > 1 - clip ? loss : 0);
    (gradient[i] as number) -= scale * moving * r;
  }
  return scale * sum;
};
