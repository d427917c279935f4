/** What a loss is given: rows as tensors. R rows, A columns of the head; illegal actions have log π = −1e9. */
import type { tf } from "../../nn/tf.ts";

export interface LossBatch {
  /** Summed advantages by action, `Row.weights`; 0 where illegal. [R, A] */
  readonly weights: tf.Tensor2D;
  /** `Row.visits` times the weight that the row's game gives the entropy bonus. [R, 1] */
  readonly entropyWeights: tf.Tensor2D;
  /** `Row.visits` times the weight that the row's game gives the pull to the magnet. [R, 1] */
  readonly magnetWeights: tf.Tensor2D;
  /** log π of the magnet. [R, A] */
  readonly magnetLogPolicy: tf.Tensor2D;
}

/** A scalar to descend, differentiable in `logPolicy` [R, A]. */
export type Loss = (logPolicy: tf.Tensor2D, batch: LossBatch) => tf.Scalar;
