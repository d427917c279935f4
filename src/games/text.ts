/** Text that players read and write: lists of legal actions, and the parser of actions in square brackets. */
import type { Game, Parsed, Seat } from "./game.ts";

/**
 * The text in the last square brackets of `text`, trimmed and in lower case. The last ones count, as a player may name other
 * moves while it reasons. A text of one line without brackets is taken as a whole, so that a person may type `bet`.
 */
export function bracketed(text: string): string | undefined {
  const inside = lastInBrackets(text) ?? (/^[^[\]\n]+$/.test(text.trim()) ? text : undefined);
  // Space between words becomes one blank; what is one blank already is not touched, as a long text has many.
  return inside
    ?.trim()
    .replace(/\s{2,}|[^\S ]/g, " ")
    .toLowerCase();
}

/** The text between the last `[` and `]` that have no other bracket between them. */
function lastInBrackets(text: string): string | undefined {
  const open = text.lastIndexOf("[", text.lastIndexOf("]"));
  const close = text.indexOf("]", open);
  return open < 0 || close < 0 ? undefined : text.slice(open + 1, close);
}

/** The number in `4`, `cell 4` or `Cell: 4`, where `names` is `cell`, a pattern; undefined if there is none, or it is long. */
export function numberedBy(names: string, word: string): number | undefined {
  const [, digits] = new RegExp(`^(?:(?:${names}) ?[:=#]? ?)?([0-9]{1,6})$`).exec(word.slice(0, 40)) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** `[check], [bet]`: the legal actions of the player to move, as text. */
function actionList<S>(game: Game<S>, state: S): string {
  const turn = game.turn(state);
  return turn.kind === "end" ? "" : turn.actions.map((action) => game.actionName(state, action)).join(", ");
}

/** The legal actions of `player`, or why it has none: the last line of most observations. */
export function availableActions<S>(game: Game<S>, state: S, player: Seat): string {
  const turn = game.turn(state);
  if (turn.kind === "end") return "The game is over.";
  if (turn.kind === "chance") return "The deal is not complete.";
  if (turn.player !== player) return `It is Player ${turn.player}'s turn.`;
  return `Your available actions are: ${actionList(game, state)}`;
}

/** `parseAction` for games in which each legal action has one name: finds the name that the bracketed text equals. */
export function parseByName<S>(game: Game<S>, state: S, text: string): Parsed {
  const turn = game.turn(state);
  if (turn.kind !== "player") return { ok: false, reason: "It is no player's turn." };
  const word = bracketed(text);
  const action = turn.actions.find((a) => game.actionName(state, a).toLowerCase() === `[${word}]`);
  if (action !== undefined) return { ok: true, action };
  const names = actionList(game, state);
  if (word === undefined || word === "") {
    return { ok: false, reason: `Put your action in square brackets. Your available actions are: ${names}.` };
  }
  return { ok: false, reason: `[${word.slice(0, 40)}] is not available. Your available actions are: ${names}.` };
}
