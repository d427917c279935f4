/**
 * The kind `mlp`: a multilayer perceptron (nn/mlp.ts, nn/simd/mlp.ts) that reads features (layout.ts) and has one head for all
 * games.
 */
import type { Game } from "../../games/game.ts";
import { adamTensors } from "../../nn/adam-settings.ts";
import { arithmetic } from "../../nn/arithmetic.ts";
import { initialWeights, mlpTensors } from "../../nn/mlp-weights.ts";
import { arraysOf } from "../../nn/weights.ts";
import type { PolicyKind, PolicyModel, PolicySettings } from "../policy-kind.ts";
import { LearningRowPolicy, RowPolicy, type Rows } from "../row-policy.ts";
import { FeatureLayout } from "./layout.ts";

export const kind: PolicyKind = {
  model(settings: PolicySettings, games: readonly Game[]): PolicyModel {
    const layout = new FeatureLayout(games);
    const shape = { ...settings, inputs: layout.inputs, outputs: layout.outputs };
    const tensors = mlpTensors(shape);
    const rows: Rows<Float32Array> = {
      read: (infosets) => layout.encode(infosets),
      legal: (infosets) => layout.legal(infosets),
    };
    return {
      settings,
      games,
      tensors,
      optimizerTensors: (adam) => adamTensors(adam, tensors),
      firstWeights: (rng) => initialWeights(shape, rng),
      network: (weights) => new RowPolicy(rows, arithmetic().network(arraysOf(tensors, weights))),
      learner: (weights, adam) => new LearningRowPolicy(rows, arithmetic().learner(arraysOf(tensors, weights), adam)),
    };
  },
};
