/**
 * Entropy bonus, the mean over decisions, each game's at its own weight:
 *
 *   L = − Σ_rows w(row) · H(π(· | row)) = Σ_rows w(row) Σ_a π log π
 */
import { tf } from "../../nn/tf.ts";
import type { Loss } from "./loss.ts";

export const negativeEntropy: Loss = (logPolicy, { entropyWeights }) =>
  tf.sum(tf.mul(entropyWeights, tf.mul(tf.exp(logPolicy), logPolicy)));
