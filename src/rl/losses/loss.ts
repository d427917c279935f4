/**
 * What a loss is. It looks at R rows, whose legal actions stand side by side, S in all, and is a function of log π. It
 * returns its value L and adds its gradient, each log π taken as a variable of its own, so that losses can be summed:
 *
 *   gradient[i] += ∂L/∂ log π_i        → L
 *
 * The softmax turns that into a gradient in the logits (policies/softmax.ts). A loss is made from its settings.
 */
import type { PolicyAtRows } from "../../policies/softmax.ts";

/** What a loss may read of the batch, at every legal action of every row. */
export interface LossBatch {
  /** `Row.positive`. [S] */
  readonly positive: Float64Array;
  /** `Row.negative`. [S] */
  readonly negative: Float64Array;
  /** log π of the policy that played the batch, where the loss takes more than one step from it. [S] */
  readonly oldLogPolicy?: Float64Array;
  /** `Row.visits` times the weight that the row's game gives the entropy bonus. [S] */
  readonly entropyWeights: Float64Array;
  /** `Row.visits` times the weight that the row's game gives the pull to the magnet. [S] */
  readonly magnetWeights: Float64Array;
  /** log π of the magnet. [S] */
  readonly magnetLogPolicy: Float64Array;
}

/** Adds its gradient in log π to `gradient` [S]. → its value, which is to descend */
export type Loss<Needs extends keyof LossBatch = keyof LossBatch> = (
  current: PolicyAtRows,
  batch: Pick<LossBatch, Needs>,
  gradient: Float64Array,
) => number;

/** What `rl.loss` chooses: a loss, and how many steps the learner takes on it from one batch. */
export interface PolicyLoss<Needs extends keyof LossBatch = keyof LossBatch> {
  readonly loss: Loss<Needs>;
  /** Epochs over the rows, each in shuffled minibatches, with `oldLogPolicy` in the batch. Without it: one step on all rows. */
  readonly reuse?: { readonly epochs: number; readonly minibatches: number };
}

/** The settings of all policy losses; each reads its own. */
export interface LossSettings {
  readonly ppo: { readonly clip: number; readonly epochs: number; readonly minibatches: number };
}

export type MakePolicyLoss = (settings: LossSettings) => PolicyLoss;
