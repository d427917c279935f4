/**
 * The tensors of a multilayer perceptron (mlp.ts, kernel-mlp.ts), and its first weights. These are normal with He's scale
 * √(2 / fan-in). Those of the head are multiplied by `outputScale`, so that play starts nearly uniform.
 */
import type { Rng } from "../util/rng.ts";
import type { TensorShape, WeightArray } from "./weights.ts";

export interface MlpShape {
  readonly inputs: number;
  readonly hidden: readonly number[];
  readonly outputs: number;
  readonly outputScale: number;
}

/** The tensors of a network of this shape, in the order of its file: W_1, b_1, W_2, b_2, … */
export function mlpTensors({ inputs, hidden, outputs }: Omit<MlpShape, "outputScale">): TensorShape[] {
  const widths = [inputs, ...hidden, outputs];
  return widths.slice(1).flatMap((width, layer) => [
    { name: `layer${layer}.weight`, shape: [widths[layer], width] },
    { name: `layer${layer}.bias`, shape: [width] },
  ]);
}

/** First weights. They come from `Rng`, so that they are the same on every backend. */
export function initialWeights(shape: MlpShape, rng: Rng): WeightArray[] {
  return mlpTensors(shape).map((tensor, i) => {
    const [inputs = 0, outputs] = tensor.shape;
    if (outputs === undefined) return { ...tensor, values: new Float32Array(inputs) };
    const layer = i / 2;
    const scale = Math.sqrt(2 / inputs) * (layer === shape.hidden.length ? shape.outputScale : 1);
    const stream = rng.fork("layer", layer);
    return { ...tensor, values: Float32Array.from({ length: inputs * outputs }, () => scale * stream.normal()) };
  });
}
