/** What a person may type at a decision, and how it is read. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COMMANDS, understand } from "../../../src/cli/terminal/typed-move.ts";
import type { Game } from "../../../src/games/game.ts";
import { getGame } from "../../../src/games/registry.ts";
import { character } from "../../characters.ts";
import { stateAfter } from "../../games/play.ts";

const at = (id: string, moves: readonly (number | string)[]) => {
  const game = getGame(id);
  const state = stateAfter(game, moves);
  const turn = game.turn(state);
  if (turn.kind !== "player") throw new Error("no decision");
  return { game, state, actions: turn.actions };
};

/** The move's name, `:command`, or the reason. */
function read(id: string, moves: readonly (number | string)[], text: string): string {
  const { game, state, actions } = at(id, moves);
  const answer = understand(game, state, actions, text);
  if (answer.kind === "move") return game.actionName(state, answer.action);
  return answer.kind === "command" ? `:${answer.command}` : answer.reason;
}

describe("an answer at the table", () => {
  it.each<[string, (number | string)[], string, string | RegExp]>([
    ["kuhn", [0], "[bet]", "[bet]"],
    ["kuhn", [0], "  BET ", "[bet]"],
    ["kuhn", [0], "b", "[bet]"],
    ["kuhn", [0], "2", "[bet]"],
    ["kuhn", [0], "1", "[check]"],
    ["kuhn", [0], "3", /not available/],
    ["kuhn", [0], "0", /not available/],
    ["kuhn", [0], "I think I will [bet] now", "[bet]"],
    ["kuhn", [0, "bet"], "c", "[call]"],
    ["kuhn", [0, "bet"], "bet", /\[bet\] is not available/],
    ["leduc", [0, 2, "bet"], "r", "[raise]"],
    ["leduc", [0, 2, "bet"], "3", "[raise]"],
    // Where names are numbers, a number is a name.
    ["ttt", [], "1", "[1]"],
    ["ttt", [], "[0]", "[0]"],
    ["ttt", ["1"], "1", /already taken/],
    ["ttt", [], "9", /no cell/],
    ["ttt", [], "", /Type a move/],
    ["ttt", [], "   ", /Type a move/],
    ["ttt", [], "?", ":help"],
    ["ttt", [], "Q", ":quit"],
    ["ttt", [], "exit", ":quit"],
    ["ttt", [], "[quit]", /no cell/],
    ["ttt", [], "x".repeat(5000), /too long/],
    ["pig", [], "r", "[roll]"],
    // `resign` and `roll` begin alike; commands are not abbreviated.
    ["pig", [], "re", /not available/],
    ["negotiation", [], "p", "[Pass]"],
    ["negotiation", [], "2", "[Offer: 1 Wood -> 1 Gold]"],
    ["negotiation", [], "3 wood for 2 gold", "[Offer: 3 Wood -> 2 Gold]"],
    ["negotiation", [], "offer: 3 wood -> 2", "[Offer: 3 Wood -> 2 Gold]"],
    [
      "negotiation",
      [],
      "offer: 3 wood",
      '"offer: 3 wood" may be [Offer: 3 Wood -> 1 Gold], [Offer: 3 Wood -> 2 Gold], [Offer: 3 Wood -> 3 Gold].',
    ],
    ["negotiation", [], "o", /^"o" may be \[Offer: 1 Wood -> 1 Gold\], .*, …\.$/],
    ["negotiation", [], "accept", /no offer to accept/],
  ])("%s after %j: %j", (id, moves, text, expected) => {
    if (typeof expected === "string") expect(read(id, moves, text)).toBe(expected);
    else expect(read(id, moves, text)).toMatch(expected);
  });

  it("is every command by its whole name, in any case", () => {
    for (const name of Object.keys(COMMANDS)) {
      expect(read("ttt", [], name)).toBe(`:${name}`);
      expect(read("kuhn", [0], ` ${name.toUpperCase()} `)).toBe(`:${name}`);
    }
  });

  it("is a move before a command where a whole name is both", () => {
    const kuhn = getGame("kuhn");
    const game = {
      ...kuhn,
      actionName: (_: unknown, action: number) => ["[quit]", "[board game]"][action] ?? "",
    } as Game;
    const state = stateAfter(kuhn, [0]);
    expect(understand(game, state, [0, 1], "quit")).toEqual({ kind: "move", action: 0 });
    expect(understand(game, state, [0, 1], "board")).toEqual({ kind: "command", command: "board" });
    expect(understand(game, state, [0, 1], "board ")).toEqual({ kind: "command", command: "board" });
    expect(understand(game, state, [0, 1], "board g")).toEqual({ kind: "move", action: 1 });
  });

  it("is one of these whatever is typed, and a move only if it is legal", () => {
    const positions = [at("ttt", ["4"]), at("kuhn", [0, "bet"]), at("negotiation", [])];
    const typed = fc.oneof(
      fc.string({ unit: character, maxLength: 60 }),
      fc.string({ unit: fc.constantFrom("[", "]", "4", "b", "offer", " ", "wood", "->", "__proto__", "\u001b", "\n") }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...positions), typed, ({ game, state, actions }, text) => {
        const answer = understand(game, state, actions, text);
        if (answer.kind === "move") expect(actions).toContain(answer.action);
        else if (answer.kind === "command") expect(Object.keys(COMMANDS)).toContain(answer.command);
        else expect(answer.reason).toMatch(/\S/);
      }),
    );
  });
});
