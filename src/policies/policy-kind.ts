/**
 * The interface of a kind of policy: how information sets become probabilities, and how it learns. All code that trains, plays,
 * saves or measures a policy uses this interface and knows nothing of features, layers or tensors. The setting `nn.policy`
 * chooses a kind, by its name in registry.ts or by the path of a module that exports `kind`. Spiral ships features/mlp.ts.
 */
import type { Game } from "../games/game.ts";
import type { Infoset } from "../graph/game-graph.ts";
import type { AdamSettings } from "../nn/adam.ts";
import type { TensorShape, WeightArray } from "../nn/weights.ts";
import type { Rng } from "../util/rng.ts";
import type { PolicyAtRows } from "./softmax.ts";

/** The settings `nn` of a config that shape a network. They are plain data, so that another thread can make the same model. */
export interface PolicySettings {
  /** Name of the kind, or the path of its module. */
  readonly policy: string;
  /** Width of each hidden layer. */
  readonly hidden: readonly number[];
  /** The scale of the first weights of the head, in units of He's scale. */
  readonly outputScale: number;
}

export interface PolicyKind {
  /** The model of a policy for these games. Throws an Error with the reason if it cannot play one of them. */
  model(settings: PolicySettings, games: readonly Game[]): PolicyModel;
}

/** A policy's shape, without weights. */
export interface PolicyModel {
  readonly settings: PolicySettings;
  readonly games: readonly Game[];
  /** The tensors of its weight file, in the order of the file. */
  readonly tensors: readonly TensorShape[];
  /** The tensors of `saveOptimizer().arrays`. */
  optimizerTensors(adam: AdamSettings): readonly TensorShape[];
  firstWeights(rng: Rng): WeightArray[];
  /** A network that plays. The weights must be those of `tensors`, with the same names, in any order. */
  network(weights: readonly WeightArray[]): PolicyNetwork;
  /** A network that plays and learns. */
  learner(weights: readonly WeightArray[], adam: AdamSettings): LearningNetwork;
}

/** Owns one set of weights. */
export interface PolicyNetwork {
  /** π and log π at each information set of the model's games, a row each. A row does not depend on the other rows. */
  policyAt(infosets: readonly Infoset[]): PolicyAtRows;
  /** this ← keep · this + (1 − keep) · other, a network of the same model. With keep = 0 it copies. */
  moveTowards(other: PolicyNetwork, keep: number): void;
  /** Takes the weights by name. Throws an Error that names the first tensor that is missing or of another shape. */
  load(weights: readonly WeightArray[]): void;
  /** A copy of the weights, in the order of the model's tensors. */
  save(): WeightArray[];
  dispose(): void;
}

/** Takes π and log π at the rows. Returns ∂L/∂ log π of each legal action. [S] */
export type LossGradient = (at: PolicyAtRows) => Float64Array;

export interface LearningNetwork extends PolicyNetwork {
  /** One step of Adam down ∇L, the gradient of the loss at these information sets. */
  step(infosets: readonly Infoset[], lossGradient: LossGradient, learningRate: number): void;
  /** ∇L in all weights as one vector, in the order of the model's tensors. The weights do not change. */
  gradient(infosets: readonly Infoset[], lossGradient: LossGradient): Float64Array;
  /** A copy of the optimizer's arrays, and its number of steps. */
  saveOptimizer(): OptimizerState;
  restoreOptimizer(state: OptimizerState): void;
}

export interface OptimizerState {
  readonly arrays: readonly WeightArray[];
  readonly steps: number;
}
