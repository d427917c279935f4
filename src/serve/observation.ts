/** What a client is told: at a decision, after an illegal answer, and at the end of a game. */
import type { Seat } from "../games/game.ts";
import type { Infoset } from "../graph/game-graph.ts";
import { notLegal } from "../players/llm/conversation.ts";
import type { ChatMessage } from "../players/llm/request.ts";
import { phrase } from "../players/llm/wording.ts";
import { type Episode, formatEpisode } from "../record/episode.ts";
import type { Spoken } from "../record/talk.ts";

export interface Observation {
  /** What the player reads, in one text: the text that `spiral match` gives a language model. */
  readonly prompt: string;
  /** The same as a conversation, with any illegal answers at this decision and what was said of them. */
  readonly messages: readonly ChatMessage[];
  /** The seat to move; at the end the seat that answered last. */
  readonly current_player_id: Seat;
  /** The name of that seat in its game: `first`. */
  readonly role: string;
  /** Names of the legal actions, `[check]`; patterns, `[Offer: <give> -> <get>]`, if there are thousands; none at the end. */
  readonly legal_actions: readonly string[];
  readonly info: {
    /** Why the last answer was no legal action. */
    readonly illegal?: string;
    /** At the end: the returns of seats 0 and 1, who forfeited, and the game as a line of an episode log. */
    readonly returns?: readonly [number, number];
    readonly forfeit?: Episode["forfeit"];
    readonly episode?: string;
  };
}

/** An illegal answer, as far as it is shown again, and why it is none. */
export interface Refusal {
  readonly said: string;
  readonly reason: string;
}

/** `talk`: what was said so far, in a game with talk. */
export function atDecision(infoset: Infoset, refusals: readonly Refusal[], talk?: readonly Spoken[]): Observation {
  const { game, player } = infoset;
  const { messages, remark } = phrase(infoset, {}, talk);
  const first = messages.map(({ content }) => content).join("\n\n");
  const last = refusals.at(-1);
  return {
    prompt: last ? `${remark(notLegal(last.reason))}\n\n${first}` : first,
    messages: [
      ...messages,
      ...refusals.flatMap(({ said, reason }): ChatMessage[] => [
        { role: "assistant", content: said },
        { role: "user", content: remark(notLegal(reason)) },
      ]),
    ],
    current_player_id: player,
    role: game.roles[player],
    legal_actions: namesOf(infoset),
    info: last ? { illegal: last.reason } : {},
  };
}

/** The most actions that are listed; of more, the patterns of the game's view are. */
const MOST_LISTED = 1000;

function namesOf({ game, state, player, actions }: Infoset): readonly string[] {
  const view = actions.length > MOST_LISTED ? game.view?.(state, player) : undefined;
  return view?.kind === "goods" ? view.moves : actions.map((action) => game.actionName(state, action));
}

export function atEnd(episode: Episode, roles: readonly [string, string], seat: Seat): Observation {
  const { returns, forfeit } = episode;
  const own = returns[seat];
  const result = own > 0 ? "You won" : own < 0 ? "You lost" : "It is a draw";
  const text = forfeit
    ? `The game is over: Player ${forfeit.seat} forfeited. ${forfeit.reason} Your return is ${own}.`
    : `The game is over. ${result}; your return is ${own}.`;
  return {
    prompt: text,
    messages: [{ role: "user", content: text }],
    current_player_id: seat,
    role: roles[seat],
    legal_actions: [],
    info: { returns, ...(forfeit ? { forfeit } : {}), episode: formatEpisode(episode) },
  };
}
