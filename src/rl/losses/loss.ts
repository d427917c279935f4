/** What a loss is given: rows as tensors. R rows, A columns of the head; illegal actions have log π = −1e9. */
import type { tf } from "../../nn/tf.ts";

export interface LossBatch {
  /** `Row.gains` by action; 0 where illegal. [R, A] */
  readonly gains: tf.Tensor2D;
  /** `Row.losses` by action; 0 where illegal. [R, A] */
  readonly losses: tf.Tensor2D;
  /** log π of the policy that played the batch, where the loss takes more than one step from it. [R, A] */
  readonly oldLogPolicy: tf.Tensor2D | undefined;
  /** `Row.visits` times the weight that the row's game gives the entropy bonus. [R, 1] */
  readonly entropyWeights: tf.Tensor2D;
  /** `Row.visits` times the weight that the row's game gives the pull to the magnet. [R, 1] */
  readonly magnetWeights: tf.Tensor2D;
  /** log π of the magnet. [R, A] */
  readonly magnetLogPolicy: tf.Tensor2D;
}

export interface LossSettings {
  readonly ppo: { readonly clip: number; readonly epochs: number; readonly minibatches: number };
}

/** A scalar to descend, differentiable in `logPolicy` [R, A]. */
export type Loss = (logPolicy: tf.Tensor2D, batch: LossBatch, settings: LossSettings) => tf.Scalar;
