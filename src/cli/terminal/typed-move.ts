/** Reads the answer of a person at a decision: a move, in any of several spellings, or a command. */
import type { Game } from "../../games/game.ts";

/** The commands that a person may type instead of a move, with their help. */
export const COMMANDS = {
  help: "this list (or ?)",
  hint: "what a policy would do here",
  undo: "take your last move back",
  board: "show the position again",
  rules: "show the rules",
  moves: "list every legal move",
  resign: "give the game up: a forfeit, which costs more than a loss",
  quit: "leave (or q, or Ctrl-D)",
} as const;

type Command = keyof typeof COMMANDS;

export type Answer =
  | { readonly kind: "move"; readonly action: number }
  | { readonly kind: "command"; readonly command: Command }
  /** `reason` says what to type instead. */
  | { readonly kind: "unclear"; readonly reason: string };

const ALIASES: Readonly<Record<string, Command>> = { "?": "help", q: "quit", exit: "quit" };
/** Characters. No move is longer, and a longer text is not parsed. */
const LONGEST = 1000;
/** The most moves that the reason names for an ambiguous prefix. */
const SHOWN = 4;

/**
 * Reads an answer to a decision with these legal actions. A move is `[bet]`, `bet`, a prefix of one name only, `b`, its number in
 * the list if names are not numbers themselves, or any other spelling that the game reads. A move wins over a command only by
 * its whole name or in brackets.
 */
export function understand(game: Game, state: unknown, actions: readonly number[], typed: string): Answer {
  const text = typed.trim();
  if (text === "") return { kind: "unclear", reason: "Type a move, or ? for help." };
  if (text.length > LONGEST) return { kind: "unclear", reason: "That is too long for a move. ? for help." };
  const word = text.toLowerCase().replaceAll(/\s+/g, " ");
  if (!text.includes("[")) {
    const names = plainNames(game, state, actions);
    const exact = names.indexOf(word);
    if (exact >= 0) return move(actions, exact);
    if (Object.hasOwn(COMMANDS, word)) return { kind: "command", command: word as Command };
    const alias = Object.hasOwn(ALIASES, word) ? ALIASES[word] : undefined;
    if (alias) return { kind: "command", command: alias };
    const listed = isNumbered(names) && /^\d{1,6}$/.test(word) ? Number(word) - 1 : -1;
    if (listed >= 0 && listed < actions.length) return move(actions, listed);
    const begun = [...names.keys()].filter((slot) => (names[slot] as string).startsWith(word));
    if (begun.length === 1) return move(actions, begun[0] as number);
    if (begun.length > 1) {
      const few = begun.slice(0, SHOWN).map((slot) => game.actionName(state, actions[slot] as number));
      return { kind: "unclear", reason: `"${word}" may be ${few.join(", ")}${begun.length > SHOWN ? ", …" : ""}.` };
    }
  }
  const parsed = game.parseAction(state, text);
  return parsed.ok ? { kind: "move", action: parsed.action } : { kind: "unclear", reason: parsed.reason };
}

/** Names of actions in lower case, without their brackets. */
export function plainNames(game: Game, state: unknown, actions: readonly number[]): string[] {
  return actions.map((action) => game.actionName(state, action).slice(1, -1).toLowerCase());
}

/** Whether a move may be given by its number in the list: false if a name is a number, which would be ambiguous. */
export const isNumbered = (names: readonly string[]): boolean => !names.some((name) => /^\d+$/.test(name));

const move = (actions: readonly number[], slot: number): Answer => ({ kind: "move", action: actions[slot] as number });
