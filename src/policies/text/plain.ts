/**
 * A policy of kind `text` in plain typed arrays, without TensorFlow.js and without node, for a page in a browser or a program that only
 * plays. Its probabilities agree with the trainer's to 1e-5.
 */
import type { Game } from "../../games/game.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import { transformerTensors } from "../../nn/transformer-shape.ts";
import { arraysOf, type WeightArray } from "../../nn/weights.ts";
import { distributionsOf } from "../network-policy.ts";
import type { Distribution, Policy } from "../policy.ts";
import type { TextSettings } from "../policy-kind.ts";
import { softmax } from "../softmax.ts";
import { textModel } from "./model.ts";
import { plainTransformer } from "./plain-transformer.ts";

/**
 * The policy of a trained network. `games` are those of its training, in the same order, and `text` the settings `nn.text` of its
 * config. `weights` are those of its model.safetensors. Throws an Error if they are not of a network for these games and settings.
 */
export function plainTextPolicy(
  name: string,
  games: readonly Game[],
  text: TextSettings,
  weights: readonly WeightArray[],
): Policy {
  const { shape, rows, writing } = textModel({ policy: "text", hidden: [], outputScale: 1, text }, games);
  const arrays = arraysOf(transformerTensors(shape), weights);
  const wrong = arrays.find(({ shape, values }) => values.length !== shape.reduce((a, b) => a * b, 1));
  if (wrong) throw new Error(`${wrong.name} has ${wrong.values.length} numbers, and not those of [${wrong.shape}]`);
  const broken = arrays.find(({ values }) => !values.every(Number.isFinite));
  if (broken) throw new Error(`${broken.name} holds a number that is not finite`);
  const logits = plainTransformer(arrays, text.heads);
  const network = {
    policyAt: (infosets: readonly Infoset[]) => softmax(rows.legal(infosets), logits(rows.read(infosets))),
  };
  const decisions = (infosets: readonly Infoset[]): Distribution[] => distributionsOf(network, infosets);
  return { name, symmetric: true, distributions: (infosets) => writing.distributions(infosets, decisions) };
}
