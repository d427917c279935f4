/**
 * A value network: a multilayer perceptron that reads the features of an information set, has an output for each seat or for each
 * action, and is trained by Adam. It works beside any kind of policy, as every game has features.
 */
import type { Game } from "../../games/game.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import { Adam, type AdamSettings, adamTensors } from "../../nn/adam.ts";
import { initialWeights, Mlp, mlpTensors } from "../../nn/mlp.ts";
import { tf } from "../../nn/tf.ts";
import type { TensorShape, WeightArray } from "../../nn/weights.ts";
import type { Rng } from "../../util/rng.ts";
import type { OptimizerState } from "../policy-kind.ts";
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
  readonly #network: Mlp;
  readonly #adam: Adam;

  constructor(games: readonly Game[], { hidden, outputs }: ValueShape, rng: Rng) {
    this.#layout = new FeatureLayout(games);
    const shape = { inputs: this.#layout.inputs, hidden, outputs, outputScale: OUTPUT_SCALE };
    this.#network = new Mlp(initialWeights(shape, rng));
    this.#adam = new Adam(this.#network.variables, ADAM);
  }

  /** The outputs for each information set. [R, outputs] */
  values(infosets: readonly Infoset[]): Float32Array {
    return this.#network.logits(this.#layout.encode(infosets), infosets.length);
  }

  /** One step of Adam. `lossGradient` takes the values [R, outputs] and returns ∂L/∂ each. */
  step(infosets: readonly Infoset[], lossGradient: (values: Float32Array) => Float32Array, learningRate: number): void {
    const gradients = this.#network.gradients(this.#layout.encode(infosets), infosets.length, lossGradient);
    this.#adam.step(gradients, learningRate);
    tf.dispose(gradients);
  }

  save(): OptimizerState & { readonly arrays: WeightArray[] } {
    return { arrays: [...this.#network.save(), ...this.#adam.save()], steps: this.#adam.steps };
  }

  restore({ arrays, steps }: OptimizerState): void {
    this.#network.load(arrays);
    this.#adam.restore(arrays, steps);
  }

  dispose(): void {
    this.#network.dispose();
    this.#adam.dispose();
  }
}

/** The names and shapes of the arrays that `save` returns, for a network of these games. */
export function valueTensors(games: readonly Game[], shape: ValueShape): TensorShape[] {
  const tensors = mlpTensors({ inputs: new FeatureLayout(games).inputs, ...shape });
  return [...tensors, ...adamTensors(ADAM, tensors)];
}
