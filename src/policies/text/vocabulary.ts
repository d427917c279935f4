/**
 * The closed vocabulary of a text policy: the words of its games' prompts and actions, and its thoughts. They are found by
 * visiting every information set of the games, so that no unknown word can turn up later. A *token* is the index of a word.
 */
import type { Game } from "../../games/game.ts";
import { GameGraph } from "../../graph/game-graph.ts";
import { UserError } from "../../util/errors.ts";
import { memoised } from "../../util/memoised.ts";
import { wordsOf } from "./words.ts";

export class Vocabulary {
  /** By token. */
  readonly words: readonly string[];
  readonly #tokens: ReadonlyMap<string, number>;

  constructor(words: readonly string[]) {
    this.words = words;
    this.#tokens = new Map(words.map((word, token) => [word, token]));
  }

  /** Throws a UserError (exit 2) that names the first word that it lacks. */
  tokens(text: string): number[] {
    return wordsOf(text).map((word) => this.token(word));
  }

  token(word: string): number {
    const token = this.#tokens.get(word);
    if (token === undefined) throw new UserError(2, `The text policy's vocabulary has no word "${word}".`);
    return token;
  }
}

/** What a game's texts need of a policy that reads and writes them. */
export interface GameTexts {
  /** In the order of first use. */
  readonly words: readonly string[];
  /** Words of the longest prompt and of the longest action. */
  readonly longestPrompt: number;
  readonly longestAction: number;
  /** The most words of an action that are a choice, and not forced by the words before and the legal actions; at least 1. */
  readonly mostChoices: number;
}

/** The most states of a game whose texts can be read. It is the bound of walkable games. */
const MOST_STATES = 250_000;

/** The texts of all information sets of a game. Throws a UserError (exit 2) if it has no prompts, or too many states. */
export const textsOf = memoised((game: Game): GameTexts => {
  if (!game.walkable || !game.prompt) {
    const why = game.prompt ? "it has too many states to collect their words" : "it has no prompt of few words";
    throw new UserError(2, `${game.id} cannot be played by nn.policy: text: ${why}. The kind mlp plays every game.`);
  }
  const graph = new GameGraph(game);
  graph.expand(MOST_STATES);
  const words = new Set<string>();
  /** The names of the legal actions at each information set, each list once. */
  const menus = new Map<string, readonly string[]>();
  let longestPrompt = 0;
  for (const { state, player, actions } of graph.infosets) {
    const prompt = wordsOf(game.prompt(state, player));
    longestPrompt = Math.max(longestPrompt, prompt.length);
    for (const word of prompt) words.add(word);
    const names = actions.map((action) => game.actionName(state, action));
    menus.set(names.join("\n"), names);
  }
  let longestAction = 0;
  let mostChoices = 1;
  for (const names of menus.values()) {
    const texts = names.map((name) => actionWords(game, name));
    for (const text of texts) {
      longestAction = Math.max(longestAction, text.length);
      for (const word of text) words.add(word);
    }
    mostChoices = Math.max(mostChoices, choicesIn(texts));
  }
  return { words: [...words], longestPrompt, longestAction, mostChoices };
});

/** Throws an Error if a response of this name would have no end: it must be in brackets, and hold no other. */
function actionWords({ id }: Game, name: string): string[] {
  const words = wordsOf(name);
  if (words[0] === "[" && words.indexOf("]") === words.length - 1) return words;
  throw new UserError(2, `${id} cannot be played by nn.policy: text: its action "${name}" is not in square brackets.`);
}

/** The most choices on the way to one of these texts, from the word at `from` on. */
function choicesIn(texts: readonly (readonly string[])[], from = 0): number {
  if (texts.length < 2) return 0;
  const byWord = new Map<string | undefined, (readonly string[])[]>();
  for (const text of texts) byWord.set(text[from], [...(byWord.get(text[from]) ?? []), text]);
  const deepest = Math.max(...[...byWord.values()].map((rest) => choicesIn(rest, from + 1)));
  return deepest + (byWord.size > 1 ? 1 : 0);
}

/** The vocabulary for these games and thoughts. */
export const vocabularyOf = (games: readonly Game[], thoughts: readonly string[]): Vocabulary =>
  new Vocabulary([...new Set([...games.flatMap((game) => textsOf(game).words), ...thoughts])]);
