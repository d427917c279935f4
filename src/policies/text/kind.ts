/**
 * The kind `text`: a transformer (nn/transformer.ts) that reads a prompt in words and writes its action in words. One head gives
 * the next word for all games. docs/text.md leads from a prompt to the gradient.
 */
import type { Game } from "../../games/game.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import { adamTensors } from "../../nn/adam-settings.ts";
import { type PrefixTree, prefixTree } from "../../nn/prefix-tree.ts";
import { TensorLearner } from "../../nn/tensor-learner.ts";
import { headColumns, initialTransformer, Transformer, transformerTensors } from "../../nn/transformer.ts";
import { arraysOf, type WeightArray } from "../../nn/weights.ts";
import { UserError } from "../../util/errors.ts";
import type { PolicyKind, PolicyModel, PolicySettings } from "../policy-kind.ts";
import { LearningRowPolicy, RowPolicy, type Rows } from "../row-policy.ts";
import { type LegalActions, slotStarts } from "../softmax.ts";
import { checkFits, decodingOf } from "./settings.ts";
import { isTokenGame } from "./token-game.ts";
import type { TokenState } from "./token-state.ts";
import { vocabularyOf } from "./vocabulary.ts";
import { writingOf } from "./writing.ts";

export const kind: PolicyKind = {
  model(settings: PolicySettings, games: readonly Game[]): PolicyModel {
    const { text } = settings;
    if (!text) throw new UserError(2, "nn.policy: text needs the settings nn.text.");
    const vocabulary = vocabularyOf(games, text.thoughts === "all" ? [] : text.thoughts);
    checkFits(games, text, vocabulary);
    const shape = { ...text, tokens: vocabulary.words.length };
    const columns = headColumns(shape);
    const tensors = transformerTensors(shape);
    const rows: Rows<PrefixTree> = {
      read: (infosets) => prefixTree(infosets.map(contextOf)),
      legal: (infosets) => legalTokens(infosets, columns),
    };
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
      writing: writingOf(games, vocabulary, (game) => decodingOf(game, text, vocabulary), text.decoding, {
        nn: settings,
        games: games.map(({ id }) => id),
      }),
    };
  },
};

function contextOf({ game, state, player }: Infoset): readonly number[] {
  if (!isTokenGame(game)) throw new Error(`a text policy plays token games; ${game.id} is none`);
  return game.context(state as TokenState, player);
}

/** The logit of each token that may follow. [R, columns] */
function legalTokens(infosets: readonly Infoset[], columns: number): LegalActions {
  const starts = slotStarts(infosets);
  const places = new Int32Array(starts[infosets.length]);
  infosets.forEach(({ actions }, r) => {
    for (let slot = 0; slot < actions.length; slot++) places[starts[r] + slot] = r * columns + actions[slot];
  });
  return { starts, places };
}
