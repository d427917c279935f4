/** What the backend computes that was started last in this process (backend.ts). It is set when a backend starts. */
import type { AdamSettings } from "./adam-settings.ts";
import type { LearningRowNetwork, RowNetwork } from "./row-network.ts";
import type { WeightArray } from "./weights.ts";

export interface Arithmetic {
  /** A multilayer perceptron, from W_1, b_1, W_2, b_2, … It reads rows of features [R, inputs]. */
  network(weights: readonly WeightArray[]): RowNetwork<Float32Array>;
  /** One that learns. */
  learner(weights: readonly WeightArray[], adam: AdamSettings): LearningRowNetwork<Float32Array>;
  /** Returns a call that multiplies two square matrices of this width, to be timed. */
  product(size: number): () => void;
}

let current: Arithmetic | undefined;

export function setArithmetic(started: Arithmetic): void {
  current = started;
}

export function arithmetic(): Arithmetic {
  if (!current) throw new Error("no backend was started");
  return current;
}
