/**
 * A value network: a multilayer perceptron that reads the features of an information set, has an output for each seat or for each
 * action, and is trained by Adam. It works beside any kind of policy, as every game has features.
 */
import type { Game } from "../../games/game.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import { type AdamSettings, adamTensors } from "../../nn/adam-settings.ts";
import { arithmetic } from "../../nn/arithmetic.ts";
import { initialWeights, mlpTensors } from "../../nn/mlp-weights.ts";
import type { LearningRowNetwork, OptimizerState } from "../../nn/row-network.ts";
import type { TensorShape, WeightArray } from "../../nn/weights.ts";
import type { Rng } from "../../util/rng.ts";
import { FeatureLayout } from "./layout.ts";

/** The head starts near zero, so that the first values are small beside returns. */
const OUTPUT_SCALE = 0.01;
/** Without momentum, as for the policy: the targets change as the policy does. */
const ADAM: AdamSettings = { beta1: 0, beta2: 0.999, epsilon: 1e-8, clip: 2 };

export interface ValueShape {
  readonly hidden: readonly number[];
  readonly outputs: number;
}

/** Owns its weights and its optimizer. */
export class ValueNetwork {
  readonly #layout: FeatureLayout;
  readonly #network: LearningRowNetwork<Float32Array>;

  constructor(games: readonly Game[], { hidden, outputs }: ValueShape, rng: Rng) {
    this.#layout = new FeatureLayout(games);
    const shape = { inputs: this.#layout.inputs, hidden, outputs, outputScale: OUTPUT_SCALE };
    this.#network = arithmetic().learner(initialWeights(shape, rng), ADAM);
  }

  /** The outputs for each information set. [R, outputs] */
  values(infosets: readonly Infoset[]): Float32Array {
    return this.#network.logits(this.#layout.encode(infosets));
  }

  /** One step of Adam. `lossGradient` takes the values [R, outputs] and returns ∂L/∂ each. */
  step(infosets: readonly Infoset[], lossGradient: (values: Float32Array) => Float32Array, learningRate: number): void {
    this.#network.step(this.#layout.encode(infosets), lossGradient, learningRate);
  }

  save(): OptimizerState & { readonly arrays: WeightArray[] } {
    const { arrays, steps } = this.#network.saveOptimizer();
    return { arrays: [...this.#network.save(), ...arrays], steps };
  }

  restore({ arrays, steps }: OptimizerState): void {
    this.#network.load(arrays);
    this.#network.restoreOptimizer({ arrays, steps });
  }

  dispose(): void {
    this.#network.dispose();
  }
}

/** The names and shapes of the arrays that `save` returns, for a network of these games. */
export function valueTensors(games: readonly Game[], shape: ValueShape): TensorShape[] {
  const tensors = mlpTensors({ inputs: new FeatureLayout(games).inputs, ...shape });
  return [...tensors, ...adamTensors(ADAM, tensors)];
}
