/**
 * A network of values that reads the features of an information set: a multilayer perceptron with one output per seat,
 * trained by Adam. Games have features whatever kind of policy plays them.
 */
import type { Game } from "../../games/game.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import { Adam, type AdamSettings, adamTensors } from "../../nn/adam.ts";
import { initialWeights, Mlp, mlpTensors } from "../../nn/mlp.ts";
import { tf } from "../../nn/tf.ts";
import type { TensorShape, WeightArray } from "../../nn/weights.ts";
import type { Rng } from "../../util/rng.ts";
import type { OptimizerState } from "../kind.ts";
import { FeatureLayout } from "./layout.ts";

const OUTPUTS = 2;
/** The head starts near zero, so that first values do not drown first returns. */
const OUTPUT_SCALE = 0.01;
/** No momentum, as for the policy: the values it chases move. */
const ADAM: AdamSettings = { beta1: 0, beta2: 0.999, epsilon: 1e-8, clip: 2 };

/** Owns its weights and its optimizer. */
export class ValueNetwork {
  readonly #layout: FeatureLayout;
  readonly #network: Mlp;
  readonly #adam: Adam;

  constructor(games: readonly Game[], hidden: readonly number[], rng: Rng) {
    this.#layout = new FeatureLayout(games);
    const shape = { inputs: this.#layout.inputs, hidden, outputs: OUTPUTS, outputScale: OUTPUT_SCALE };
    this.#network = new Mlp(initialWeights(shape, rng));
    this.#adam = new Adam(this.#network.variables, ADAM);
  }

  /** V at each information set, of either seat. [R, 2] */
  values(infosets: readonly Infoset[]): Float32Array {
    return this.#network.logits(this.#layout.encode(infosets), infosets.length);
  }

  /** One step of Adam; `lossGradient` is told the values [R, 2] and returns ∂L/∂ each. */
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

/** What `save` of such a network gives. */
export function valueTensors(games: readonly Game[], hidden: readonly number[]): TensorShape[] {
  const tensors = mlpTensors({ inputs: new FeatureLayout(games).inputs, hidden, outputs: OUTPUTS });
  return [...tensors, ...adamTensors(ADAM, tensors)];
}
