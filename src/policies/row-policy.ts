/**
 * A policy whose network gives a row of logits for each information set: π is the softmax over the row's legal actions. The
 * kinds `mlp` and `text` differ in what the network reads and in where the logits of legal actions are (`Rows`).
 */
import type { Infoset } from "../graph/game-graph.ts";
import type { LearningRowNetwork, OptimizerState, RowNetwork } from "../nn/row-network.ts";
import type { WeightArray } from "../nn/weights.ts";
import type { LearningNetwork, LossGradient, PolicyNetwork } from "./policy-kind.ts";
import { type LegalActions, logitGradient, type PolicyAtRows, softmax } from "./softmax.ts";

/** How a network reads information sets, as X. */
export interface Rows<X> {
  read(infosets: readonly Infoset[]): X;
  /** The places of legal actions in the logits. */
  legal(infosets: readonly Infoset[]): LegalActions;
}

export class RowPolicy<X, N extends RowNetwork<X> = RowNetwork<X>> implements PolicyNetwork {
  protected readonly rows: Rows<X>;
  protected readonly network: N;

  constructor(rows: Rows<X>, network: N) {
    this.rows = rows;
    this.network = network;
  }

  policyAt(infosets: readonly Infoset[]): PolicyAtRows {
    return softmax(this.rows.legal(infosets), this.network.logits(this.rows.read(infosets)));
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

export class LearningRowPolicy<X> extends RowPolicy<X, LearningRowNetwork<X>> implements LearningNetwork {
  step(infosets: readonly Infoset[], lossGradient: LossGradient, learningRate: number): void {
    this.network.step(this.rows.read(infosets), this.#ofLogits(infosets, lossGradient), learningRate);
  }

  gradient(infosets: readonly Infoset[], lossGradient: LossGradient): Float64Array {
    const parts = this.network.gradients(this.rows.read(infosets), this.#ofLogits(infosets, lossGradient));
    const vector = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      vector.set(part, at);
      at += part.length;
    }
    return vector;
  }

  /** ∂L/∂logits from ∂L/∂ log π. */
  #ofLogits(infosets: readonly Infoset[], lossGradient: LossGradient): (logits: Float32Array) => Float32Array {
    const legal = this.rows.legal(infosets);
    return (logits) => {
      const at = softmax(legal, logits);
      return logitGradient(legal, at.policy, lossGradient(at), logits.length);
    };
  }

  saveOptimizer(): OptimizerState {
    return this.network.saveOptimizer();
  }

  restoreOptimizer(state: OptimizerState): void {
    this.network.restoreOptimizer(state);
  }
}
