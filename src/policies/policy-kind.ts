/**
 * The interface of a kind of policy: how information sets become probabilities, and how it learns. All code that trains, plays,
 * saves or measures a policy uses this interface and knows nothing of features, layers or tensors. The setting `nn.policy`
 * chooses a kind, by its name in registry.ts or by the path of a module that exports `kind`. Spiral ships features/mlp.ts.
 */
import type { Game, Seat } from "../games/game.ts";
import type { Infoset } from "../graph/game-graph.ts";
import type { AdamSettings } from "../nn/adam-settings.ts";
import type { OptimizerState } from "../nn/row-network.ts";
import type { TensorShape, WeightArray } from "../nn/weights.ts";
import type { Rng } from "../util/rng.ts";
import type { Distribution, Policy, WordProbability } from "./policy.ts";
import type { PolicyAtRows } from "./softmax.ts";

/** The settings `nn` of a config that shape a network. They are plain data, so that another thread can make the same model. */
export interface PolicySettings {
  /** Name of the kind, or the path of its module. */
  readonly policy: string;
  /** Width of each hidden layer. */
  readonly hidden: readonly number[];
  /** The scale of the first weights of the head, in units of He's scale. */
  readonly outputScale: number;
  /** Of the kind `text`, which needs them. */
  readonly text?: TextSettings | undefined;
}

/** The settings `nn.text` of a config. */
export interface TextSettings {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** The most words of a prompt and a response together. */
  readonly context: number;
  /** The scale of the first weights of the head, in units of 1 / √width. */
  readonly outputScale: number;
  /** Whether only words that lead to a legal action may be written, or any word. */
  readonly decoding: "legal" | "free";
  /** The most words of thought before an action. */
  readonly think: number;
  /** The words that a thought may consist of, or all. */
  readonly thoughts: readonly string[] | "all";
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
  /** Only for a policy that reads and writes text: the words that it knows. */
  readonly vocabulary?: readonly string[];
  /** Only for a policy that takes several decisions a turn: how it writes its moves. */
  readonly writing?: Writing;
}

/** How a policy writes its moves, of which each word is a decision. It *plays* another game than the one whose actions it takes. */
export interface Writing {
  /** The game whose plies are the policy's decisions. It has the id of `game`, and what the other side sees is the same. */
  played(game: Game): Game;
  /**
   * A distribution for each information set of a game or of a played game. That of actions is the marginal over all responses,
   * renormalised to legal actions. `decisions` gives the network's distributions at information sets of played games.
   */
  distributions(
    infosets: readonly Infoset[],
    decisions: (infosets: readonly Infoset[]) => Distribution[],
  ): Distribution[];
  /** Only in free decoding: P(the response is no legal action) at information sets of games. */
  illegal?(infosets: readonly Infoset[], decisions: (infosets: readonly Infoset[]) => Distribution[]): Float64Array;
  /** The probability of each word of a response at an information set of a game; undefined if it cannot be written there. */
  words(
    infoset: Infoset,
    response: string,
    decisions: (infosets: readonly Infoset[]) => Distribution[],
  ): readonly WordProbability[] | undefined;
  /** The policy that writes as this one does, given that its response will be a legal action as far as the next word can tell. */
  legalOnly(policy: Policy): Policy;
  /** A policy of actions, such as a fixed opponent, as one that writes them. It has no thoughts. */
  written(policy: Policy): Policy;
  /** What the word in `slot` is at an information set of a played game. */
  word(infoset: Infoset, slot: number): Word;
  /** The plies that write an action without a word of thought, from a state of a played game in which a turn begins. */
  spelled(state: unknown, action: number): readonly number[];
  /** What an episode of a played game was, from the actions of its plies. */
  told(played: Game, actions: readonly number[]): Told;
}

/**
 * A word of thought, a word of an answer, or the last word of a response that is no legal action: because it is another text, or
 * because it is longer than the limit.
 */
export type Word = "thought" | "answer" | "invalid" | "truncated";

/** An episode of a played game, in terms of the game itself. */
export interface Told {
  readonly actions: readonly number[];
  /** The response at each decision, and why it was no legal action. */
  readonly responses: readonly { readonly ply: number; readonly text: string; readonly illegal?: string }[];
  /** The seat whose response was no legal action, and why; absent if there was none. */
  readonly forfeit?: { readonly seat: Seat; readonly reason: string };
}

/** The game that a policy of this model plays in self-play. */
export const playedGame = ({ writing }: PolicyModel, game: Game): Game => writing?.played(game) ?? game;

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
