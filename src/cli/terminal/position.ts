/**
 * Draws a position for a person from the game's view, with the moves below it. A game without a view shows its whole observation
 * instead, and also in place of its rules.
 */
import { drawPosition } from "../../games/drawing.ts";
import type { Game, Seat } from "../../games/game.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import type { Position } from "../../players/player.ts";
import { quoted } from "../../record/talk.ts";
import { wrap } from "../../replay/frame.ts";
import { widthOf } from "./layout.ts";
import { styleFor } from "./output.ts";
import { isNumbered, plainNames } from "./typed-move.ts";

type Out = NodeJS.WriteStream;

export function rulesOf(game: Game, state: unknown, player: Seat, out: Out = process.stdout): string {
  return folded(game.rules?.(player) ?? game.observe(state, player), out);
}

/** What a player says to the other. */
export const spokenText = (who: string, text: string, out: Out = process.stdout): string =>
  folded(`${who} says: ${quoted(text)}`, out);

/** The position, without the moves. */
export function positionText({ game, state }: Position, player: Seat, out: Out = process.stdout): string {
  const view = game.view?.(state, player);
  return folded(view ? drawPosition(view, player).join("\n") : game.observe(state, player), out);
}

/** What was shown in a round, and the move of chance `name` that closes it. */
export const shownText = (shown: Position, name: string, player: Seat, out: Out = process.stdout): string =>
  `\n${positionText(shown, player, out)}\n${name}.`;

/** The position and every move; or the patterns of moves, if the view gives patterns for many of them. */
export function decisionText(infoset: Infoset, out: Out): string {
  const { game, state, player, actions } = infoset;
  const view = game.view?.(state, player);
  const patterns = view?.kind === "goods" ? view.moves : undefined;
  const isList = !patterns || actions.every((action) => patterns.includes(game.actionName(state, action)));
  const moves = isList ? moveList(infoset, out) : folded(`Your available actions are: ${patterns.join(", ")}`, out);
  return `${positionText({ game, state }, player, out)}\n${moves}`;
}

/** The most moves that are listed. */
const MOST_LISTED = 1000;

/** `1 [check]  2 [bet]`, in columns if there are several lines. */
export function moveList({ game, state, actions }: Infoset, out: Out): string {
  const { cyan, dim } = styleFor(out);
  const isList = isNumbered(plainNames(game, state, actions));
  const moves = actions.slice(0, MOST_LISTED).map((action, slot) => {
    const name = cyan(game.actionName(state, action));
    return isList ? `${dim(String(slot + 1))} ${name}` : name;
  });
  const width = Math.max(...moves.map(widthOf)) + 2;
  const perLine = Math.max(1, Math.floor((out.columns || 80) / width));
  const lines: string[] = [];
  for (let at = 0; at < moves.length; at += perLine) {
    const line = moves.slice(at, at + perLine).map((move) => move + " ".repeat(width - widthOf(move)));
    lines.push(line.join("").trimEnd());
  }
  const rest = actions.length - moves.length;
  if (rest > 0) lines.push(dim(`… and ${rest.toLocaleString("en-US")} more`));
  return lines.join("\n");
}

/** Lines no wider than the terminal, if there is one. */
export function folded(text: string, out: Out = process.stdout): string {
  const { columns } = out;
  if (!columns) return text;
  const lines = text.split("\n").flatMap((line) => wrap(line, columns));
  return lines.join("\n");
}
