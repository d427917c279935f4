/** What a person types at the table: a move, in any of several ways, or a command. */
import type { Game } from "../../games/game.ts";

/** What can be typed beside moves, and what it does. */
export const COMMANDS = {
  help: "this list (or ?)",
  hint: "what a policy would do here",
  undo: "take your last move back",
  board: "show the position again",
  rules: "show the rules",
  moves: "list every legal move",
  resign: "give the game up: a forfeit",
  quit: "leave (or q, or Ctrl-D)",
} as const;

type Command = keyof typeof COMMANDS;

export type Answer =
  | { readonly kind: "move"; readonly action: number }
  | { readonly kind: "command"; readonly command: Command }
  /** `reason` says what to type instead. */
  | { readonly kind: "unclear"; readonly reason: string };

const ALIASES: Readonly<Record<string, Command>> = { "?": "help", q: "quit", exit: "quit" };
/** Longer than any move; what is longer is no move, and is not searched for one. */
const LONGEST = 1000;
/** Moves that an ambiguous beginning names in its reason. */
const SHOWN = 4;

/**
 * Reads what was typed at a decision, `actions` being legal: `[bet]`, `bet`, the beginning of one name only, `b`, or the number
 * of the move in the list where names are not numbers themselves; whatever else the game reads. Moves win over commands only
 * by their whole names, or in brackets.
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

/** Whether moves go by their number in the list: not where names are numbers, which would then mean two things. */
export const isNumbered = (names: readonly string[]): boolean => !names.some((name) => /^\d+$/.test(name));

const move = (actions: readonly number[], slot: number): Answer => ({ kind: "move", action: actions[slot] as number });
