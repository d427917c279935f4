/** `spiral prompt`: what a policy of kind `text` reads at a position, and what it may answer. */
import type { Game } from "../../games/game.ts";
import { UserError } from "../../util/errors.ts";
import { checkAll } from "../check-all.ts";
import { defineCommand } from "../command.ts";
import { json } from "../flags/common.ts";
import { text } from "../flags/flag.ts";
import { print, printJson, styleFor, table } from "../terminal/output.ts";

export const command = defineCommand({
  usage: "prompt <game>",
  example: 'spiral prompt kuhn --moves "J K, check"',
  flags: {
    moves: text(
      "--moves <list>",
      "the moves so far, by name, separated by commas; chance is drawn where it is left out",
    ),
    ...json,
  },

  async run([id], options) {
    const { getGame } = await import("../../games/registry.ts");
    const { vocabularyOf } = await import("../../policies/text/vocabulary.ts");
    const [game] = checkAll(() => getGame(id));
    const { state, moves } = positionAfter(game, options.moves ?? "");
    const vocabulary = vocabularyOf([game], []);
    const turn = game.turn(state);
    if (turn.kind !== "player") throw new UserError(2, `The game is over after ${moves.join(", ")}.`);
    const { player } = turn;
    const prompt = game.prompt?.(state, player) ?? "";
    const responses = turn.actions.map((action) => {
      const name = game.actionName(state, action);
      return { text: name, tokens: vocabulary.tokens(name) };
    });
    const found = { game: game.id, moves, player, prompt, tokens: vocabulary.tokens(prompt), responses };
    if (options.json) {
      printJson({ ...found, vocabulary: vocabulary.words });
      return 0;
    }
    const { bold, dim } = styleFor(process.stdout);
    print(
      `${bold(game.id)}  ${moves.join(", ") || "at the start"}; player ${player} (${game.roles[player]}) is to move`,
    );
    print(`\n${prompt}`);
    const words = found.tokens.map((token) => vocabulary.words[token]);
    print(dim(`\n${words.length} words, of a vocabulary of ${vocabulary.words.length}:`));
    print(words.map((word, i) => `${word}\u00a0${found.tokens[i]}`).join("  "));
    const rows = responses.map((response) => [response.text, response.tokens.join(" ")]);
    print(`\n${table(["legal response", "tokens"], rows, { folded: 1 })}`);
    return 0;
  },
});

/** The position after these moves. Where a move names no outcome of chance, the first outcome is taken. */
function positionAfter(game: Game, list: string): { state: unknown; moves: string[] } {
  const wanted = list
    .split(",")
    .map((move) => plain(move))
    .filter((move) => move !== "");
  const moves: string[] = [];
  let state = game.initial();
  for (;;) {
    const turn = game.turn(state);
    if (turn.kind === "end") break;
    const names = turn.actions.map((action) => plain(game.actionName(state, action)));
    let slot = wanted[0] === undefined ? -1 : names.indexOf(wanted[0]);
    if (slot >= 0) wanted.shift();
    else if (turn.kind === "chance") slot = 0;
    else if (wanted[0] === undefined) break;
    if (slot < 0) {
      throw new UserError(2, `--moves: "${wanted[0]}" is no move here. Moves: ${names.join(", ")}.`);
    }
    moves.push(names[slot]);
    state = game.apply(state, turn.actions[slot]);
  }
  if (wanted.length > 0) throw new UserError(2, `--moves: the game is over before "${wanted[0]}".`);
  return { state, moves };
}

/** A move's name without brackets, in lower case unless it is an outcome of chance. */
const plain = (move: string): string =>
  move
    .trim()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\s+/g, " ");
