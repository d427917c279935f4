/** Networks that give a row of logits for each thing that they read, of every kind and on every backend. X: what is read. */
import type { WeightArray } from "./weights.ts";

/** Owns one set of weights. */
export interface RowNetwork<X> {
  /** Logits [R, outputs]. A row's logits do not depend on the other rows. */
  logits(x: X): Float32Array;
  /** this ← keep · this + (1 − keep) · other, a network of the same shape and backend. With keep = 0 it copies. */
  moveTowards(other: object, keep: number): void;
  /** Takes the weights by name. Throws an Error that names the first tensor that is missing or of another shape. */
  load(arrays: readonly WeightArray[]): void;
  /** A copy of the weights for a file. */
  save(): WeightArray[];
  dispose(): void;
}

/** Takes the logits [R, outputs] and returns ∂L/∂logits. */
export type LogitGradient = (logits: Float32Array) => Float32Array;

/** Owns an optimizer too: Adam (adam.ts). */
export interface LearningRowNetwork<X> extends RowNetwork<X> {
  /** One step of Adam down ∇L. */
  step(x: X, lossGradient: LogitGradient, learningRate: number): void;
  /** ∇L, an array for each tensor of weights, in their order. The weights do not change. */
  gradients(x: X, lossGradient: LogitGradient): Float32Array[];
  /** A copy of the optimizer's moments, named `adam.v.0` …, and its number of steps. */
  saveOptimizer(): OptimizerState;
  /** Throws an Error if `arrays` lacks one of the moments. */
  restoreOptimizer(state: OptimizerState): void;
}

export interface OptimizerState {
  readonly arrays: readonly WeightArray[];
  readonly steps: number;
}
