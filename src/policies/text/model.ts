/** What a text policy reads and writes, without the network in between: its vocabulary, its rows and the way between words and actions. */
import type { Game } from "../../games/game.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import { type PrefixTree, prefixTree } from "../../nn/prefix-tree.ts";
import { headColumns, type TransformerShape } from "../../nn/transformer-shape.ts";
import { UserError } from "../../util/errors.ts";
import type { PolicySettings, Writing } from "../policy-kind.ts";
import type { Rows } from "../row-policy.ts";
import { type LegalActions, slotStarts } from "../softmax.ts";
import { checkFits, decodingOf } from "./settings.ts";
import { isTokenGame } from "./token-game.ts";
import type { TokenState } from "./token-state.ts";
import { type Vocabulary, vocabularyOf } from "./vocabulary.ts";
import { writingOf } from "./writing.ts";

export interface TextModel {
  readonly vocabulary: Vocabulary;
  readonly shape: TransformerShape;
  readonly rows: Rows<PrefixTree>;
  readonly writing: Writing;
}

/** Throws a UserError (exit 2) if these games and settings do not fit. */
export function textModel(settings: PolicySettings, games: readonly Game[]): TextModel {
  const { text } = settings;
  if (!text) throw new UserError(2, "nn.policy: text needs the settings nn.text.");
  const vocabulary = vocabularyOf(games, text.thoughts === "all" ? [] : text.thoughts);
  checkFits(games, text, vocabulary);
  const shape = { ...text, tokens: vocabulary.words.length };
  const columns = headColumns(shape);
  return {
    vocabulary,
    shape,
    rows: {
      read: (infosets) => prefixTree(infosets.map(contextOf)),
      legal: (infosets) => legalTokens(infosets, columns),
    },
    writing: writingOf(games, vocabulary, (game) => decodingOf(game, text, vocabulary), text.decoding, {
      nn: settings,
      games: games.map(({ id }) => id),
    }),
  };
}

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
