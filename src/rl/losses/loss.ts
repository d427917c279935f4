/**
 * What a loss is. It looks at R rows, whose legal actions stand side by side, S in all, and is a function of log π. It
 * answers with its value and adds its gradient, each log π taken as a variable of its own, so that losses can be summed:
 *
 *   gradient[i] += scale · ∂L/∂ log π_i        → scale · L
 *
 * What that means for the logits is the softmax's business (../softmax.ts).
 */

import type { PolicyAtRows } from "../../policies/softmax.ts";

export interface LossBatch {
  /** `Row.gains`. [S] */
  readonly gains: Float64Array;
  /** `Row.losses`. [S] */
  readonly losses: Float64Array;
  /** log π of the policy that played the batch, where the loss takes more than one step from it. [S] */
  readonly oldLogPolicy?: Float64Array;
  /** At every action of a row, `Row.visits` times the weight that the row's game gives the entropy bonus. [S] */
  readonly entropyWeights: Float64Array;
  /** At every action of a row, `Row.visits` times the weight that the row's game gives the pull to the magnet. [S] */
  readonly magnetWeights: Float64Array;
  /** log π of the magnet. [S] */
  readonly magnetLogPolicy: Float64Array;
  /** PPO's ε. */
  readonly clip: number;
}

/** Adds `scale` times its gradient to `gradient` [S]. → `scale` times its value, which is to descend */
export type Loss<Needs extends keyof LossBatch = keyof LossBatch> = (
  now: PolicyAtRows,
  batch: Pick<LossBatch, Needs>,
  gradient: Float64Array,
  scale: number,
) => number;
