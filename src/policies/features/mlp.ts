/** The kind `mlp`: a multilayer perceptron (nn/mlp.ts) that reads features (layout.ts) and has one head for all games. */
import type { Game } from "../../games/game.ts";
import { adamTensors } from "../../nn/adam-settings.ts";
import { Mlp } from "../../nn/mlp.ts";
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
    const rows: Rows<Mlp> = {
      legal: (infosets) => layout.legal(infosets),
      logits: (network, infosets) => network.logits(layout.encode(infosets), infosets.length),
      gradients: (network, infosets, logitGradient) =>
        network.gradients(layout.encode(infosets), infosets.length, logitGradient),
    };
    return {
      settings,
      games,
      tensors,
      optimizerTensors: (adam) => adamTensors(adam, tensors),
      firstWeights: (rng) => initialWeights(shape, rng),
      network: (weights) => new RowPolicy(rows, new Mlp(arraysOf(tensors, weights))),
      learner: (weights, adam) => new LearningRowPolicy(rows, new Mlp(arraysOf(tensors, weights)), adam),
    };
  },
};
