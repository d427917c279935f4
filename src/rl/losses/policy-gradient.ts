/**
 * Policy gradient (REINFORCE with a baseline; Williams 1992), one step a batch, on-policy:
 *
 *   L = − Σ_rows Σ_a G[row, a] · log π(a | row)        G = gains + losses
 */
import { tf } from "../../nn/tf.ts";
import type { Loss } from "./loss.ts";

export const policyGradient: Loss = (logPolicy, { gains, losses }) =>
  tf.neg(tf.sum(tf.mul(tf.add(gains, losses), logPolicy)));
