/**
 * Policy gradient (REINFORCE with a baseline; Williams 1992), one step a batch, on-policy:
 *
 *   L = − Σ_rows Σ_a G[row, a] · log π(a | row)        G = gains + losses
 */
import { tf } from "../../nn/tf.ts";
import type { LossBatch } from "./loss.ts";

export const policyGradient = (logPolicy: tf.Tensor2D, { gains, losses }: Pick<LossBatch, "gains" | "losses">) =>
  tf.neg(tf.sum(tf.mul(tf.add(gains, losses), logPolicy))) as tf.Scalar;
