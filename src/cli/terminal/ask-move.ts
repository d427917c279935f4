/** Asks a person for one decision: shows the position and the moves, and repeats the question until a move is named. */
import type { Infoset } from "../../graph/game-graph.ts";
import { wordsBeside } from "../../players/llm/answer.ts";
import type { Policy } from "../../policies/policy.ts";
import { UserError } from "../../util/errors.ts";
import { oneLine } from "../../util/printable.ts";
import type { Dialogue } from "./dialogue.ts";
import { hintText } from "./hint.ts";
import { styleFor } from "./output.ts";
import { decisionText, folded, moveList, rulesOf } from "./position.ts";
import { COMMANDS, plainNames, understand } from "./typed-move.ts";

type Out = NodeJS.WriteStream;

export interface Situation {
  readonly infoset: Infoset;
  /** The policy that gives hints, or the reason why there are no hints. */
  readonly hints: Policy | string;
  /** Whether a hint is given without being asked for. */
  readonly always: boolean;
  /** The reason why the last move cannot be taken back; undefined if it can. */
  readonly noUndo: string | undefined;
  /** Whether the other player hears what is typed beside a move. */
  readonly talks: boolean;
}

/** `words`: what is said to the other player, if anything. */
export type Reply = { readonly slot: number; readonly words?: string } | "undo" | "resign" | "quit";

/** How a person talks. */
export const HOW_TO_TALK = "To say something, type it beside your move in brackets: A deal? [Accept]";

/** After so many answers in a row that name no move, nobody is assumed to be there. */
export const MOST_ANSWERS = 1000;

/** Resolves with the decision; the end of the input counts as "quit". Rejects with the signal's reason if it is aborted. */
export async function askMove(dialogue: Dialogue, situation: Situation, signal?: AbortSignal): Promise<Reply> {
  const { infoset, hints, always, noUndo, talks } = situation;
  const { out } = dialogue;
  const { game, state, player, actions } = infoset;
  const { red, dim } = styleFor(out);
  const completions = [...plainNames(game, state, actions), ...Object.keys(COMMANDS)];
  const hint = (): string => (typeof hints === "string" ? hints : dim(folded(hintText(infoset, hints), out)));
  dialogue.say(`\n${decisionText(infoset, out)}`);
  if (always) dialogue.say(hint());
  for (let answers = 0; answers < MOST_ANSWERS; answers++) {
    const typed = await dialogue.ask("Your move: ", signal, completions);
    if (typed === undefined) return "quit";
    const answer = understand(game, state, actions, typed);
    if (answer.kind === "move") {
      const slot = actions.indexOf(answer.action);
      // A move without brackets is the move alone.
      return talks && typed.includes("[") ? { slot, words: wordsBeside(typed) } : { slot };
    }
    if (answer.kind === "unclear") {
      // It may quote what was typed or pasted.
      dialogue.say(red(oneLine(answer.reason, 400)));
      if (talks && !typed.includes("[")) dialogue.say(dim(HOW_TO_TALK));
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
        if (talks) dialogue.say(HOW_TO_TALK);
        break;
      case "hint":
        dialogue.say(hint());
        break;
      case "board":
        dialogue.say(decisionText(infoset, out));
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

function help(out: Out): string {
  const { bold } = styleFor(out);
  const commands = Object.entries(COMMANDS).map(([name, what]) => `  ${bold(name.padEnd(8))} ${what}`);
  return [
    "A move: its name, with or without brackets, the beginning of its name, or its number in the list.",
    ...commands,
  ].join("\n");
}
