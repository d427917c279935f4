/**
 * PPO's clipped surrogate (Schulman et al. 2017): with r = π(a | s) / π_old(a | s), for each decision
 *
 *   min(r A, clip(r, 1 − ε, 1 + ε) A)  =  A min(r, 1 + ε) where A > 0,  A max(r, 1 − ε) where A < 0
 *
 * Decisions at one information set and action share r, so with gains and losses summed apart
 *
 *   L = − Σ_rows Σ_a ( gains[row, a] · min(r, 1 + ε) + losses[row, a] · max(r, 1 − ε) )
 *
 * is exact under row merging. Several epochs over minibatches of rows; a minibatch holds all decisions of its rows.
 */
import { tf } from "../../nn/tf.ts";
import type { Loss } from "./loss.ts";

/** Bounds log r, so that e to its power stays finite; far outside every clip range. */
const MAX_LOG_RATIO = 20;

export const ppo: Loss = (logPolicy, { gains, losses, oldLogPolicy }, { ppo: { clip } }) => {
  if (!oldLogPolicy) throw new Error("PPO needs the policy that played the batch");
  const logRatio = tf.clipByValue(tf.sub(logPolicy, oldLogPolicy), -MAX_LOG_RATIO, MAX_LOG_RATIO);
  const ratio = tf.exp(logRatio);
  const surrogate = tf.add(tf.mul(gains, tf.minimum(ratio, 1 + clip)), tf.mul(losses, tf.maximum(ratio, 1 - clip)));
  return tf.neg(tf.sum(surrogate));
};
