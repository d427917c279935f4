/** The settings `nn.text`: what they mean for the responses in a game, and what they must fit. */
import type { Game } from "../../games/game.ts";
import { UserError } from "../../util/errors.ts";
import type { TextSettings } from "../policy-kind.ts";
import type { Decoding } from "./responses.ts";
import { textsOf, type Vocabulary } from "./vocabulary.ts";

/** How responses in this game are written. */
export function decodingOf(game: Game, { decoding, think, thoughts }: TextSettings, vocabulary: Vocabulary): Decoding {
  const [opening, closing] = [vocabulary.token("["), vocabulary.token("]")];
  const all = vocabulary.words.map((_, token) => token).filter((token) => token !== opening);
  return {
    mode: decoding,
    think,
    thoughts: thoughts === "all" ? all : thoughts.map((word) => vocabulary.token(word)),
    limit: think + textsOf(game).longestAction,
    tokens: vocabulary.words.length,
    opening,
    closing,
  };
}

/** Throws a UserError (exit 2) with everything that these games and settings do not fit. */
export function checkFits(games: readonly Game[], text: TextSettings, { words }: Vocabulary): void {
  const { context, width, heads, think, thoughts } = text;
  const problems = games.flatMap((game) => {
    const { longestPrompt, longestAction } = textsOf(game);
    const needed = longestPrompt + think + longestAction;
    return needed <= context
      ? []
      : [
          `nn.text.context is ${context}, and ${game.id} needs ${needed} words: ${longestPrompt} of prompt, ${think} of thought, ${longestAction} of action.`,
        ];
  });
  if (width % (4 * heads) !== 0 || width % 8 !== 0) {
    problems.push(`nn.text.width is ${width}; it must be a multiple of 8, and of 4 · nn.text.heads = ${4 * heads}.`);
  }
  const marks = thoughts === "all" ? [] : thoughts.filter((word) => word === "[" || word === "]");
  if (marks.length > 0) problems.push(`nn.text.thoughts has "${marks[0]}", which begins or ends an action.`);
  if (think > 0 && thoughts.length === 0) problems.push("nn.text.think needs words in nn.text.thoughts.");
  if (words.length === 0) problems.push("A text policy needs games.");
  if (problems.length > 0) throw new UserError(2, problems);
}
