/**
 * One decision of a language model. It is a conversation of its own, as the observation holds all that the seat knows. After an
 * answer without a legal action the model is asked again, with the reason; when no retries are left, it forfeits.
 */
import type { Infoset } from "../../graph/game-graph.ts";
import type { Spoken } from "../../record/talk.ts";
import { wellFormed } from "../../util/printable.ts";
import type { Rng } from "../../util/rng.ts";
import { withoutThoughts } from "./answer.ts";
import type { Answered, ChatClient } from "./client.ts";
import type { ChatMessage } from "./request.ts";
import { phrase, type Wording } from "./wording.ts";

/** After an illegal answer, the model is shown this many characters of its end, where the decision is. */
const SHOWN_AGAIN = 4000;

/** An answer of the model; `illegal` is why it names no legal action. */
export interface Turn {
  readonly answer: Answered;
  readonly illegal?: string;
}

export type Decided = { readonly turns: readonly Turn[] } & (
  | { readonly slot: number; readonly forfeit?: undefined }
  | { readonly forfeit: string; readonly slot?: undefined }
);

export interface Asks {
  readonly client: ChatClient;
  readonly model: string;
  /** How often it is asked again at one decision. */
  readonly retries: number;
  readonly wording?: Wording | undefined;
}

export interface Circumstances {
  /** For waiting times and seeds. */
  readonly rng: Rng;
  readonly signal?: AbortSignal | undefined;
  /** What the players said so far, in a game with talk. */
  readonly talk?: readonly Spoken[] | undefined;
  /** A conversation to go on with, the user having spoken last. */
  readonly messages?: readonly ChatMessage[];
  /** Called for each answer, as it comes. */
  readonly onTurn?: ((turn: Turn, isRetry: boolean) => void) | undefined;
}

/** What of an answer its player is shown again; `clean` removes secrets. */
export const shownAgain = (text: string, clean = (kept: string): string => kept): string =>
  clean(withoutThoughts(text)).trim().slice(-SHOWN_AGAIN) || "(no answer)";

/** What is remarked on an answer without a legal action. */
export const notLegal = (reason: string): string => `That is no action you can take. ${reason}`;

/** Asks until there is an action, or no retry is left. `messages`: the whole conversation, with the last answer. */
export async function converse(
  { client, model, retries, wording }: Asks,
  infoset: Infoset,
  { rng, signal, talk, messages: begun, onTurn }: Circumstances,
): Promise<Decided & { readonly messages: readonly ChatMessage[] }> {
  const { messages: first, remark, read } = phrase(infoset, wording, talk);
  const messages: ChatMessage[] = [...(begun ?? first)];
  const turns: Turn[] = [];
  const add = (turn: Turn): void => {
    onTurn?.(turn, turns.length > 0);
    turns.push(turn);
  };
  for (;;) {
    const answer = await client.ask({ model, messages, rng, signal });
    const { cutOff, refused } = answer;
    // The decision comes last: an action in a truncated answer may stand in a list of what could be done. One in a
    // refusal may be what the model refuses.
    const parsed = read(cutOff || refused ? "" : answer.text, client.clean);
    const said: ChatMessage = { role: "assistant", content: shownAgain(answer.text, client.clean) };
    if (parsed.ok) {
      add({ answer });
      return { slot: infoset.actions.indexOf(parsed.action), turns, messages: [...messages, said] };
    }
    const reason = (cutOff ? "Your answer was cut off; be brief. " : "") + wellFormed(parsed.reason);
    add({ answer, illegal: reason });
    if (turns.length > retries) return { forfeit: reason, turns, messages: [...messages, said] };
    messages.push(said, { role: "user", content: remark(notLegal(reason)) });
  }
}
