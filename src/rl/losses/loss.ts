/**
 * The interface of losses. A loss L is a function of log π at the S legal actions of R rows, concatenated row by row. It
 * returns L and adds its gradient, with each log π_i as an independent variable, so that losses can be summed:
 *
 *   gradient[i] += ∂L/∂ log π_i        → L
 *
 * The softmax turns this into a gradient in the logits (policies/softmax.ts).
 */
import type { PolicyAtRows } from "../../policies/softmax.ts";

/** The batch as losses read it: one value for every legal action of every row. */
export interface LossBatch {
  /** `Row.positive`. [S] */
  readonly positive: Float64Array;
  /** `Row.negative`. [S] */
  readonly negative: Float64Array;
  /** log π of the policy that played the batch; absent if the loss takes one step a batch. [S] */
  readonly oldLogPolicy?: Float64Array;
  /** `Row.visits` times the entropy weight of the row's game. [S] */
  readonly entropyWeights: Float64Array;
  /** `Row.visits` times the magnet weight of the row's game. [S] */
  readonly magnetWeights: Float64Array;
  /** log π of the magnet. [S] */
  readonly magnetLogPolicy: Float64Array;
}

/** Adds ∂L/∂ log π to `gradient` [S]. → L, which the learner minimises */
export type Loss<Needs extends keyof LossBatch = keyof LossBatch> = (
  current: PolicyAtRows,
  batch: Pick<LossBatch, Needs>,
  gradient: Float64Array,
) => number;

/** A loss that `rl.loss` can name, and the number of steps that the learner takes on it with one batch. */
export interface PolicyLoss<Needs extends keyof LossBatch = keyof LossBatch> {
  readonly loss: Loss<Needs>;
  /** Steps: every shuffled minibatch of every epoch, with `oldLogPolicy`. If absent: one step on all rows. */
  readonly reuse?: { readonly epochs: number; readonly minibatches: number };
}

/** The settings of all policy losses. */
export interface LossSettings {
  readonly ppo: { readonly clip: number; readonly epochs: number; readonly minibatches: number };
}

export type MakePolicyLoss = (settings: LossSettings) => PolicyLoss;
