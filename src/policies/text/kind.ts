/**
 * The kind `text`: a transformer (nn/transformer.ts) that reads a prompt in words and writes its action in words. One head gives
 * the next word for all games. docs/text.md leads from a prompt to the gradient.
 */
import type { Game } from "../../games/game.ts";
import { adamTensors } from "../../nn/adam-settings.ts";
import { TensorLearner } from "../../nn/tensor-learner.ts";
import { initialTransformer, Transformer } from "../../nn/transformer.ts";
import { transformerTensors } from "../../nn/transformer-shape.ts";
import { arraysOf, type WeightArray } from "../../nn/weights.ts";
import type { PolicyKind, PolicyModel, PolicySettings } from "../policy-kind.ts";
import { LearningRowPolicy, RowPolicy } from "../row-policy.ts";
import { textModel } from "./model.ts";

export const kind: PolicyKind = {
  model(settings: PolicySettings, games: readonly Game[]): PolicyModel {
    const { vocabulary, shape, rows, writing } = textModel(settings, games);
    const tensors = transformerTensors(shape);
    const transformer = (weights: readonly WeightArray[]) => new Transformer(arraysOf(tensors, weights), shape);
    return {
      settings,
      games,
      tensors,
      vocabulary: vocabulary.words,
      optimizerTensors: (adam) => adamTensors(adam, tensors),
      firstWeights: (rng) => initialTransformer(shape, rng),
      network: (weights) => new RowPolicy(rows, transformer(weights)),
      learner: (weights, adam) => new LearningRowPolicy(rows, new TensorLearner(transformer(weights), adam)),
      writing,
    };
  },
};
