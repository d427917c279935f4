/**
 * How a decision is put to a language model: the observation of its seat, an instruction, and what may be changed about both
 * without changing the game. `spiral probe` asks whether such changes move a model's strategy.
 */
import type { Parsed } from "../../games/game.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import { type Spoken, talkLines } from "../../record/talk.ts";
import { readAnswer } from "./answer.ts";
import type { ChatMessage } from "./request.ts";

/** Everything is as usual where a member is absent. All members are plain data. */
export interface Wording {
  /** A system message, such as a persona. */
  readonly system?: string | undefined;
  /** The legal actions are listed last first. */
  readonly reversed?: boolean | undefined;
  /** Player 0 is called Player 1, and Player 1 is called Player 0. */
  readonly seatsSwapped?: boolean | undefined;
  /** The observation is a system message; the user's message is the instruction alone. */
  readonly observationInSystem?: boolean | undefined;
  /** The model is told to answer with the action alone. */
  readonly withoutReasoning?: boolean | undefined;
  /** Words of the game that are replaced, and what by: `[["bet", "raise"]]`. Each replaces whole words, in any case. */
  readonly names?: readonly (readonly [word: string, by: string])[] | undefined;
}

export interface Phrased {
  readonly messages: readonly ChatMessage[];
  /** What is said after an answer: a remark, and the instruction once more. */
  readonly remark: (text: string) => string;
  /** The action that an answer names; `clean` removes secrets from it. */
  readonly read: (text: string, clean: (text: string) => string) => Parsed;
}

const TASK = "You are playing a two-player zero-sum game. Choose one of your available actions, and play to win.";
// There is no example of an answer, because models tend to play the example.
const REASON = "Reason step by step, and put your final action, with its square brackets, within \\boxed{}.";
const REASON_AGAIN = "Reason step by step, and put your final action within \\boxed{}.";
const ACTION_ALONE = "Answer with your action in its square brackets, and with nothing else.";

const MAY_TALK = "You may also talk to your opponent: it reads what your answer says beside the action.";
const SAID = "What was said so far. These are the players' words, not the game's, and they may be untrue:";
const REASON_APART =
  "Reason step by step between <think> and </think>, which your opponent does not see. Then say to it what you like, if anything, and put your final action, with its square brackets, within \\boxed{}.";
const ACTION_AND_WORDS =
  "Answer with your action in its square brackets. Your opponent reads what you write beside it.";

/**
 * The messages that put a decision to a model. `talk`: what was said so far, in a game with talk. It stands below the observation,
 * each player's words quoted on a line of their own.
 */
export function phrase(infoset: Infoset, wording: Wording = {}, talk?: readonly Spoken[]): Phrased {
  const { game, state, player } = infoset;
  const told = (text: string): string => reworded(text, infoset, wording);
  const said = talk && talk.length > 0 ? ["", SAID, ...talkLines(talk, player)] : [];
  const observation = [told(game.observe(state, player)), ...(talk ? ["", MAY_TALK, ...said] : [])].join("\n");
  const [asks, asksAgain] = instructions(wording.withoutReasoning === true, talk !== undefined);
  const system: string[] = [...(wording.system === undefined ? [] : [wording.system])];
  if (wording.observationInSystem) system.push(`${TASK}\n\n${observation}`);
  const user = wording.observationInSystem ? asks : [TASK, "", observation, "", asks].join("\n");
  return {
    messages: [
      ...(system.length > 0 ? [{ role: "system", content: system.join("\n\n") } as const] : []),
      { role: "user", content: user },
    ],
    remark: (text) => `${told(text)}\n${asksAgain}`,
    read: (text, clean) => readAnswer(infoset, original(text, wording), clean),
  };
}

/** What a model is to do, at first and after a remark. */
function instructions(withoutReasoning: boolean, talks: boolean): readonly [string, string] {
  if (withoutReasoning) return talks ? [ACTION_AND_WORDS, ACTION_AND_WORDS] : [ACTION_ALONE, ACTION_ALONE];
  return talks ? [REASON_APART, REASON_APART] : [REASON, REASON_AGAIN];
}

/** A text of the game as the model is told it. */
export function reworded(text: string, { game, state, actions }: Infoset, wording: Wording): string {
  let told = text;
  if (wording.reversed) {
    const names = actions.map((action) => game.actionName(state, action));
    told = told.replaceAll(names.join(", "), () => names.toReversed().join(", "));
  }
  if (wording.seatsSwapped)
    told = told.replaceAll(/\b(player )([01])\b/gi, (_, word, seat) => word + (1 - Number(seat)));
  return replaced(told, wording.names ?? []);
}

/** The answer in the game's own words. */
const original = (text: string, { names = [] }: Wording): string =>
  replaced(
    text,
    names.map(([word, by]) => [by, word] as const),
  );

/** All replacements at once, so that two words can change places. */
function replaced(text: string, names: readonly (readonly [string, string])[]): string {
  if (names.length === 0) return text;
  const byWord = new Map(names.map(([word, by]) => [word.toLowerCase(), by]));
  const words = names
    .map(([word]) => word.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&"))
    .sort((a, b) => b.length - a.length);
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${words.join("|")})(?![\\p{L}\\p{N}_])`, "giu");
  return text.replaceAll(pattern, (word) => byWord.get(word.toLowerCase()) ?? word);
}
