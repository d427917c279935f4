/** A network of TensorFlow.js that learns by Adam. */
import { Adam } from "./adam.ts";
import type { AdamSettings } from "./adam-settings.ts";
import type { LearningRowNetwork, LogitGradient, OptimizerState } from "./row-network.ts";
import { tf } from "./tf.ts";
import type { NetworkWeights } from "./variables.ts";
import type { WeightArray } from "./weights.ts";

interface TensorNetwork<X> extends NetworkWeights {
  logits(x: X): Float32Array;
  /** ∇L, a tensor for each variable. The caller disposes of the tensors. */
  gradients(x: X, lossGradient: LogitGradient): tf.Tensor[];
}

/** Owns the network that it is given. */
export class TensorLearner<X> implements LearningRowNetwork<X> {
  readonly #network: TensorNetwork<X>;
  readonly #adam: Adam;

  constructor(network: TensorNetwork<X>, settings: AdamSettings) {
    this.#network = network;
    this.#adam = new Adam(network.variables, settings);
  }

  get variables(): readonly tf.Variable[] {
    return this.#network.variables;
  }

  logits(x: X): Float32Array {
    return this.#network.logits(x);
  }

  step(x: X, lossGradient: LogitGradient, learningRate: number): void {
    const gradients = this.#network.gradients(x, lossGradient);
    this.#adam.step(gradients, learningRate);
    tf.dispose(gradients);
  }

  gradients(x: X, lossGradient: LogitGradient): Float32Array[] {
    const gradients = this.#network.gradients(x, lossGradient);
    const arrays = gradients.map((g) => g.dataSync() as Float32Array);
    tf.dispose(gradients);
    return arrays;
  }

  moveTowards(other: object, keep: number): void {
    this.#network.moveTowards(other, keep);
  }

  load(arrays: readonly WeightArray[]): void {
    this.#network.load(arrays);
  }

  save(): WeightArray[] {
    return this.#network.save();
  }

  saveOptimizer(): OptimizerState {
    return { arrays: this.#adam.save(), steps: this.#adam.steps };
  }

  restoreOptimizer({ arrays, steps }: OptimizerState): void {
    this.#adam.restore(arrays, steps);
  }

  dispose(): void {
    this.#network.dispose();
    this.#adam.dispose();
  }
}
