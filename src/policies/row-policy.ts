/**
 * A policy whose network gives a row of logits for each information set: π is the softmax over the row's legal actions. The
 * kinds `mlp` and `text` differ in what the network reads and in where the logits of legal actions are (`Rows`).
 */
import type { Infoset } from "../graph/game-graph.ts";
import { Adam } from "../nn/adam.ts";
import type { AdamSettings } from "../nn/adam-settings.ts";
import { tf } from "../nn/tf.ts";
import type { NetworkWeights } from "../nn/variables.ts";
import type { WeightArray } from "../nn/weights.ts";
import type { LearningNetwork, LossGradient, OptimizerState, PolicyNetwork } from "./policy-kind.ts";
import { type LegalActions, logitGradient, type PolicyAtRows, softmax } from "./softmax.ts";

/** How a network of type N reads information sets. */
export interface Rows<N extends NetworkWeights> {
  /** The places of legal actions in the logits. */
  legal(infosets: readonly Infoset[]): LegalActions;
  /** [R, outputs] */
  logits(network: N, infosets: readonly Infoset[]): Float32Array;
  /** ∇L, a tensor for each variable. `logitGradient` takes the logits and returns ∂L/∂logits. The caller disposes of the tensors. */
  gradients(
    network: N,
    infosets: readonly Infoset[],
    logitGradient: (logits: Float32Array) => Float32Array,
  ): tf.Tensor[];
}

export class RowPolicy<N extends NetworkWeights> implements PolicyNetwork {
  protected readonly rows: Rows<N>;
  protected readonly network: N;

  constructor(rows: Rows<N>, network: N) {
    this.rows = rows;
    this.network = network;
  }

  policyAt(infosets: readonly Infoset[]): PolicyAtRows {
    return softmax(this.rows.legal(infosets), this.rows.logits(this.network, infosets));
  }

  moveTowards(other: PolicyNetwork, keep: number): void {
    if (!(other instanceof RowPolicy)) throw new Error("networks of two kinds cannot be averaged");
    this.network.moveTowards(other.network, keep);
  }

  load(weights: readonly WeightArray[]): void {
    this.network.load(weights);
  }

  save(): WeightArray[] {
    return this.network.save();
  }

  dispose(): void {
    this.network.dispose();
  }
}

export class LearningRowPolicy<N extends NetworkWeights> extends RowPolicy<N> implements LearningNetwork {
  readonly #adam: Adam;

  constructor(rows: Rows<N>, network: N, adam: AdamSettings) {
    super(rows, network);
    this.#adam = new Adam(network.variables, adam);
  }

  step(infosets: readonly Infoset[], lossGradient: LossGradient, learningRate: number): void {
    const gradients = this.#gradients(infosets, lossGradient);
    this.#adam.step(gradients, learningRate);
    tf.dispose(gradients);
  }

  gradient(infosets: readonly Infoset[], lossGradient: LossGradient): Float64Array {
    const gradients = this.#gradients(infosets, lossGradient);
    const parts = gradients.map((g) => g.dataSync());
    tf.dispose(gradients);
    const vector = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      vector.set(part, at);
      at += part.length;
    }
    return vector;
  }

  /** ∇L, a tensor for each tensor of weights. The caller disposes of them. */
  #gradients(infosets: readonly Infoset[], lossGradient: LossGradient): tf.Tensor[] {
    const legal = this.rows.legal(infosets);
    return this.rows.gradients(this.network, infosets, (logits) => {
      const at = softmax(legal, logits);
      return logitGradient(legal, at.policy, lossGradient(at), logits.length);
    });
  }

  saveOptimizer(): OptimizerState {
    return { arrays: this.#adam.save(), steps: this.#adam.steps };
  }

  restoreOptimizer({ arrays, steps }: OptimizerState): void {
    this.#adam.restore(arrays, steps);
  }

  override dispose(): void {
    super.dispose();
    this.#adam.dispose();
  }
}
