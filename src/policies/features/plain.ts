/**
 * A policy of kind `mlp` in plain typed arrays, without TensorFlow.js and without node, for a page in a browser or a program
 * that only plays. Its probabilities agree with the trainer's to 1e-5.
 *
 *   h_0 = x      h_l = relu(h_{l−1} · W_l + b_l)      logits = h_{L−1} · W_L + b_L       x [R, inputs] → logits [R, outputs]
 */
import type { Game } from "../../games/game.ts";
import type { WeightArray } from "../../nn/weights.ts";
import { distributionsOf } from "../network-policy.ts";
import type { Policy } from "../policy.ts";
import { softmax } from "../softmax.ts";
import { FeatureLayout } from "./layout.ts";

/**
 * The policy of a trained network. `games` are those of its training, in the same order. `weights` are those of its
 * model.safetensors: `layer0.weight`, `layer0.bias`, … Throws an Error if the weights are not of a network for these games.
 */
export function plainPolicy(name: string, games: readonly Game[], weights: readonly WeightArray[]): Policy {
  const layout = new FeatureLayout(games);
  const layers = layersOf(weights);
  checkWeights(layers, weights);
  const [inputs, outputs] = [layers[0]?.weight.shape[0], layers.at(-1)?.bias.shape[0]];
  if (inputs !== layout.inputs || outputs !== layout.outputs) {
    const ids = games.map(({ id }) => id).join(", ");
    throw new Error(
      `the network reads ${inputs} features and has ${outputs} outputs; ${ids} need ${layout.inputs} and ${layout.outputs}`,
    );
  }
  const network = {
    policyAt: (infosets: Parameters<FeatureLayout["encode"]>[0]) =>
      softmax(layout.legal(infosets), forward(layers, layout.encode(infosets), infosets.length)),
  };
  return { name, symmetric: true, distributions: (infosets) => distributionsOf(network, infosets) };
}

interface Layer {
  /** [inputs, outputs] */
  readonly weight: WeightArray;
  /** [outputs] */
  readonly bias: WeightArray;
}

function layersOf(weights: readonly WeightArray[]): Layer[] {
  const find = (name: string): WeightArray | undefined => weights.find((array) => array.name === name);
  const layers: Layer[] = [];
  for (;;) {
    const weight = find(`layer${layers.length}.weight`);
    const bias = find(`layer${layers.length}.bias`);
    if (!weight || !bias) return layers;
    layers.push({ weight, bias });
  }
}

/** Throws an Error that names the first array that is of no layer, does not fit its neighbours, or is not finite. */
function checkWeights(layers: readonly Layer[], weights: readonly WeightArray[]): void {
  const used = new Set(layers.flatMap(({ weight, bias }) => [weight, bias]));
  for (const [l, { weight, bias }] of layers.entries()) {
    const [inputs, outputs] = weight.shape;
    const fits = weight.shape.length === 2 && weight.values.length === inputs * outputs;
    const follows = l === 0 || inputs === layers[l - 1].bias.values.length;
    if (!fits || !follows) throw new Error(`layer${l}.weight is [${weight.shape}], which does not fit its layer`);
    if (bias.values.length !== outputs)
      throw new Error(`layer${l}.bias is [${bias.shape}], and [${outputs}] is needed`);
  }
  for (const array of weights) {
    if (!used.has(array)) throw new Error(`${array.name} is of no layer of this network`);
    if (!array.values.every(Number.isFinite)) throw new Error(`${array.name} holds a number that is not finite`);
  }
}

/** Logits of R rows of features. [R, inputs] → [R, outputs] */
function forward(layers: readonly Layer[], features: Float32Array, R: number): Float32Array {
  return layers.reduce((h, { weight, bias }, l) => {
    const [inputs, outputs] = weight.shape;
    const next = new Float32Array(R * outputs);
    for (let r = 0; r < R; r++) {
      const row = next.subarray(r * outputs, (r + 1) * outputs);
      row.set(bias.values);
      for (let i = 0; i < inputs; i++) {
        const x = h[r * inputs + i];
        // Most features and hidden units are 0.
        if (x === 0) continue;
        for (let o = 0; o < outputs; o++) row[o] += x * weight.values[i * outputs + o];
      }
      if (l < layers.length - 1) for (let o = 0; o < outputs; o++) row[o] = Math.max(0, row[o]);
    }
    return next;
  }, features);
}
