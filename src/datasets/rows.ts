/**
 * Data sets for training language models, a row for each decision:
 *
 *   messages      a conversation: what the player read, and what it answered
 *   completions   prompt, completion and reward
 *   preferences   prompt, the better action and a worse one, ranked by exact values (exact/values-against.ts)
 *
 * The prompt is the text that `spiral match` gives a language model and `spiral serve` a client. A player that does not answer in
 * words answers with its action in \boxed{}.
 */
import { regretIn } from "../exact/values-against.ts";
import type { Infoset } from "../graph/game-graph.ts";
import { equilibriumValues } from "../players/equilibrium-values.ts";
import type { ChatMessage } from "../players/llm/request.ts";
import { phrase } from "../players/llm/wording.ts";
import type { Spoken } from "../record/talk.ts";
import type { Decision } from "./decisions.ts";

export const FORMATS = ["messages", "completions", "preferences"] as const;
export type Format = (typeof FORMATS)[number];

/** A cell: a text, a number (NaN if it is not known), or a conversation. */
export type Cell = string | number | readonly ChatMessage[];
export type Row = Readonly<Record<string, Cell>>;

/** The columns of a format in their order, with a word on each for the card. */
export const COLUMNS: Readonly<Record<Format, Readonly<Record<string, string>>>> = {
  messages: {
    messages: "the conversation: one prompt, one answer",
    game: "id of the game",
    role: "name of the seat in its game",
    player: "who answered",
    return: "what the player won in the end",
    regret: "what the action gives away, by exact values; empty if the game has too many states, or talk",
  },
  completions: {
    prompt: "what the player read, as a conversation",
    completion: "what it answered, as a conversation",
    reward: "as `--reward` says",
    game: "id of the game",
    role: "name of the seat in its game",
    player: "who answered",
    regret: "what the action gives away, by exact values; empty if the game has too many states, or talk",
  },
  preferences: {
    prompt: "what the player reads, as a conversation",
    chosen: "the better action, as a conversation",
    rejected: "a worse one, as a conversation",
    chosen_value: "exact value of the better action to the player",
    rejected_value: "exact value of the worse one",
    count: "decisions of the logs that the pair comes from",
    game: "id of the game",
    role: "name of the seat in its game",
  },
};

/** NaN if it is not known: after a forfeit, and in games that are not walkable. */
export function regretOf({ infoset, slot }: Decision): number {
  if (slot === undefined || !infoset.game.walkable) return Number.NaN;
  return regretIn(equilibriumValues(infoset.game)(infoset), slot);
}

/** A row of `messages`; undefined for a forfeit, which nobody should learn from an example. */
export function messagesRow(decision: Decision): Row | undefined {
  const answer = answerOf(decision);
  if (decision.slot === undefined || answer === undefined) return undefined;
  const { infoset, talk, player, reward } = decision;
  return {
    messages: [...asked(infoset, talk), ...answered(answer)],
    ...about(infoset),
    player,
    return: reward,
    regret: regretOf(decision),
  };
}

/** A row of `completions`; undefined for a forfeit of which no words are left. */
export function completionsRow(decision: Decision, reward: "return" | "regret"): Row | undefined {
  const answer = answerOf(decision);
  if (answer === undefined) return undefined;
  const { infoset, talk, player, slot } = decision;
  const regret = regretOf(decision);
  // A forfeit has no regret, and costs its price in any case.
  const given = reward === "return" || slot === undefined ? decision.reward : -regret;
  const prompt = asked(infoset, talk);
  return { prompt, completion: answered(answer), reward: given, ...about(infoset), player, regret };
}

/** Two actions of an information set, by slots, and their values. */
interface Ranked {
  readonly chosen: number;
  readonly rejected: number;
  readonly values: Float64Array;
}

/**
 * The best action and the one that was played, if that is worse by more than `gap`; or the one that was played and the next best
 * that is worse. `gap` is in units of the game's largest return. Undefined if all actions are worth the same, or the game is not walkable.
 */
export function rankedPair({ infoset, slot }: Decision, gap: number): Ranked | undefined {
  if (slot === undefined || !infoset.game.walkable) return undefined;
  const values = equilibriumValues(infoset.game)(infoset);
  const { min, max } = infoset.game.utility;
  const least = gap * Math.max(-min, max);
  const order = [...values.keys()].sort((a, b) => values[b] - values[a] || a - b);
  const isWorse = (than: number) => (other: number) => values[than] - values[other] > least;
  const best = order[0] as number;
  if (isWorse(best)(slot)) return { chosen: best, rejected: slot, values };
  const next = order.find(isWorse(slot));
  return next === undefined ? undefined : { chosen: slot, rejected: next, values };
}

export function preferencesRow(infoset: Infoset, { chosen, rejected, values }: Ranked, count: number): Row {
  return {
    prompt: asked(infoset),
    chosen: answered(boxed(infoset, chosen)),
    rejected: answered(boxed(infoset, rejected)),
    chosen_value: values[chosen],
    rejected_value: values[rejected],
    count,
    ...about(infoset),
  };
}

const asked = (infoset: Infoset, talk?: readonly Spoken[]): readonly ChatMessage[] =>
  phrase(infoset, {}, talk).messages;
const answered = (content: string): ChatMessage[] => [{ role: "assistant", content }];
const about = ({ game, player }: Infoset) => ({ game: game.id, role: game.roles[player] });
const boxed = ({ game, state, actions }: Infoset, slot: number): string =>
  `\\boxed{${game.actionName(state, actions[slot] as number)}}`;

const answerOf = ({ infoset, slot, said }: Decision): string | undefined =>
  said?.text ?? (slot === undefined ? undefined : boxed(infoset, slot));
