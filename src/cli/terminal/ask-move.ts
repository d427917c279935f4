/** One decision put to a person: what it sees, what it may do, and the questions until it has decided. */
import type { Game, Seat } from "../../games/game.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import type { Policy } from "../../policies/policy.ts";
import { wrap } from "../../replay/stepper.ts";
import { UserError } from "../../util/errors.ts";
import { oneLine } from "../../util/printable.ts";
import { COMMANDS, isNumbered, plainNames, understand } from "./answer.ts";
import type { Dialogue } from "./dialogue.ts";
import { styleFor, widthOf } from "./output.ts";
import { interruptible } from "./signals.ts";

type Out = NodeJS.WriteStream;

export interface Situation {
  readonly infoset: Infoset;
  /** Where hints come from; or why there are none. */
  readonly hints: Policy | string;
  /** Whether a hint is given without being asked for. */
  readonly always: boolean;
  /** Why a move cannot be taken back; undefined where it can. */
  readonly noUndo: string | undefined;
}

export type Reply = { readonly slot: number } | "undo" | "resign" | "quit";

/** Probabilities in a hint; where there are more moves, these are the likeliest. */
const HINTED = 10;
/** Answers in a row that say nothing, after which nobody is thought to be there. */
export const MOST_ANSWERS = 1000;

/** Asks until the person has decided; the end of the input is "quit". Rejects with the signal's reason once it is aborted. */
export async function askMove(dialogue: Dialogue, situation: Situation, signal?: AbortSignal): Promise<Reply> {
  const { infoset, hints, always, noUndo } = situation;
  const { out } = dialogue;
  const { game, state, player, actions } = infoset;
  const { red, dim } = styleFor(out);
  const completions = [...plainNames(game, state, actions), ...Object.keys(COMMANDS)];
  const hint = (): string => (typeof hints === "string" ? hints : dim(folded(hintText(infoset, hints), out)));
  dialogue.say(`\n${position(infoset, out)}`);
  if (always) dialogue.say(hint());
  for (let answers = 0; answers < MOST_ANSWERS; answers++) {
    const typed = await dialogue.ask("Your move: ", signal, completions);
    if (typed === undefined) return "quit";
    const answer = understand(game, state, actions, typed);
    if (answer.kind === "move") return { slot: actions.indexOf(answer.action) };
    if (answer.kind === "unclear") {
      // It may quote what was typed or pasted.
      dialogue.say(red(oneLine(answer.reason, 400)));
      continue;
    }
    const { command } = answer;
    switch (command) {
      case "undo":
        if (noUndo === undefined) return "undo";
        dialogue.say(red(noUndo));
        break;
      case "resign":
      case "quit":
        return command;
      case "help":
        dialogue.say(help(out));
        break;
      case "hint":
        dialogue.say(hint());
        break;
      case "board":
        dialogue.say(position(infoset, out));
        break;
      case "rules":
        dialogue.say(rulesOf(game, state, player, out));
        break;
      case "moves":
        dialogue.say(moveList(infoset, out));
        break;
    }
  }
  throw new UserError(1, `${MOST_ANSWERS} answers in a row named no move.`);
}

/** What a player reads has two parts, an empty line between them: the rules, and where the game stands. */
export function rulesOf(game: Game, state: unknown, player: Seat, out: Out = process.stdout): string {
  return folded(firstPart(game.observe(state, player)), out);
}

/** The lines after the rules. */
export function standing(game: Game, state: unknown, player: Seat): string[] {
  const text = game.observe(state, player);
  return text.slice(firstPart(text).length).replace(/^\n+/, "").split("\n");
}

const firstPart = (text: string): string => text.split("\n\n", 1)[0] as string;

/** Lines no wider than the terminal, where there is one. */
export function folded(text: string, out: Out = process.stdout): string {
  const { columns } = out;
  if (!columns) return text;
  const lines = text.split("\n").flatMap((line) => wrap(line, columns));
  return lines.join("\n");
}

/** Where the game stands, its last line, which says in the game's words what can be done, replaced by a list if it is one. */
function position(infoset: Infoset, out: Out): string {
  const { game, state, player, actions } = infoset;
  const lines = standing(game, state, player);
  const isList = actions.every((action) => lines.at(-1)?.includes(game.actionName(state, action)));
  if (!isList) return folded(lines.join("\n"), out);
  lines.pop();
  if (lines.at(-1) === "") lines.pop();
  return `${folded(lines.join("\n"), out)}\n${moveList(infoset, out)}`;
}

/** `1 [check]  2 [bet]`, in columns where that takes several lines. */
function moveList({ game, state, actions }: Infoset, out: Out): string {
  const { cyan, dim } = styleFor(out);
  const isList = isNumbered(plainNames(game, state, actions));
  const moves = actions.map((action, slot) => {
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
  return lines.join("\n");
}

/** `nash: [check] 0.667  [bet] 0.333`, the likeliest first where there are many. */
function hintText(infoset: Infoset, policy: Policy): string {
  const { game, state, actions } = infoset;
  const [probabilities = []] = interruptible(() => policy.distributions([infoset]));
  const shares = actions.map((action, slot) => ({
    name: game.actionName(state, action),
    share: probabilities[slot] as number,
  }));
  if (shares.length > HINTED) shares.sort((a, b) => b.share - a.share);
  const shown = shares.slice(0, HINTED).map(({ name, share }) => `${name} ${share.toFixed(3)}`);
  return `${policy.name}: ${shown.join("  ")}${shares.length > HINTED ? "  …" : ""}`;
}

function help(out: Out): string {
  const { bold } = styleFor(out);
  const commands = Object.entries(COMMANDS).map(([name, what]) => `  ${bold(name.padEnd(8))} ${what}`);
  return [
    "A move: its name, with or without brackets, the beginning of its name, or its number in the list.",
    ...commands,
  ].join("\n");
}
