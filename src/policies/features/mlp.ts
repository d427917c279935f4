/** The kind `mlp`: a multilayer perceptron (nn/mlp.ts) that reads features (layout.ts) and has one head for all games. */
import type { Game } from "../../games/game.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import { Adam, type AdamSettings, adamTensors } from "../../nn/adam.ts";
import { initialWeights, Mlp, mlpTensors } from "../../nn/mlp.ts";
import { tf } from "../../nn/tf.ts";
import { arraysOf, type WeightArray } from "../../nn/weights.ts";
import type {
  LearningNetwork,
  LossGradient,
  OptimizerState,
  PolicyKind,
  PolicyModel,
  PolicyNetwork,
  PolicySettings,
} from "../policy-kind.ts";
import { logitGradient, type PolicyAtRows, softmax } from "../softmax.ts";
import { FeatureLayout } from "./layout.ts";

export const kind: PolicyKind = {
  model(settings: PolicySettings, games: readonly Game[]): PolicyModel {
    const layout = new FeatureLayout(games);
    const shape = { ...settings, inputs: layout.inputs, outputs: layout.outputs };
    const tensors = mlpTensors(shape);
    return {
      settings,
      games,
      tensors,
      optimizerTensors: (adam) => adamTensors(adam, tensors),
      firstWeights: (rng) => initialWeights(shape, rng),
      network: (weights) => new MlpPolicy(layout, arraysOf(tensors, weights)),
      learner: (weights, adam) => new LearningMlpPolicy(layout, arraysOf(tensors, weights), adam),
    };
  },
};

class MlpPolicy implements PolicyNetwork {
  protected readonly layout: FeatureLayout;
  protected readonly network: Mlp;

  constructor(layout: FeatureLayout, weights: readonly WeightArray[]) {
    this.layout = layout;
    this.network = new Mlp(weights);
  }

  policyAt(infosets: readonly Infoset[]): PolicyAtRows {
    return softmax(this.layout.legal(infosets), this.network.logits(this.layout.encode(infosets), infosets.length));
  }

  moveTowards(other: PolicyNetwork, keep: number): void {
    if (!(other instanceof MlpPolicy)) throw new Error("networks of two kinds cannot be averaged");
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

class LearningMlpPolicy extends MlpPolicy implements LearningNetwork {
  readonly #adam: Adam;

  constructor(layout: FeatureLayout, weights: readonly WeightArray[], adam: AdamSettings) {
    super(layout, weights);
    this.#adam = new Adam(this.network.variables, adam);
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
    const legal = this.layout.legal(infosets);
    return this.network.gradients(this.layout.encode(infosets), infosets.length, (logits) => {
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
