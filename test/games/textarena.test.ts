/**
 * TextArena's ids, and games that were played in TextArena: bench/peers/textarena_games.py writes them. Where the rules agree, every
 * move, every legal action and the returns must be the same here; where they do not, the difference must show.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Game } from "../../src/games/game.ts";
import { ownSpec, textArenaIds } from "../../src/games/parts/textarena.ts";
import { getGame } from "../../src/games/registry.ts";
import { gameOf } from "../../src/serve/offer.ts";

type Move = readonly [by: number, text: string, legal: string];
interface Played {
  /** Dice of both players, or cards and the number of the hand; nothing in a game without. */
  readonly chance: readonly (readonly [readonly number[], readonly number[]] | readonly [number, number, number])[];
  readonly moves: readonly Move[];
  readonly returns: readonly [number, number];
}

const recorded = JSON.parse(readFileSync(new URL("fixtures/textarena.json", import.meta.url), "utf8")) as Readonly<
  Record<string, readonly Played[]>
>;

const KUHN = ["[check]", "[bet]", "[call]", "[fold]"];

function candidates(id: string, legal: string): string[] {
  if (id === "TicTacToe-v0") return Array.from({ length: 9 }, (_, cell) => `[${cell}]`);
  if (id === "ConnectFour-v0") return Array.from({ length: 7 }, (_, column) => `[col ${column}]`);
  if (id === "KuhnPoker-v0") return KUHN;
  if (id === "PigDice-v0") return ["[roll]", "[hold]"];
  const bids = Array.from({ length: legal.length - 1 }, (_, i) => `[Bid: ${Math.floor(i / 6) + 1}, ${(i % 6) + 1}]`);
  return [...bids, "[Call]"];
}

/** The outcomes of one round of chance here, as TextArena's record of it says. */
function outcomes(game: Game, state: unknown, round: Played["chance"][number], opener: number): readonly number[] {
  const [first, second] = round;
  if (typeof first !== "number") return [...first, ...(second as readonly number[])];
  const cards = [first, second as number].map((card) => "JQK"[card]);
  const name = opener === 0 ? cards.join(" ") : cards.toReversed().join(" ");
  const turn = game.turn(state);
  const deal = turn.kind === "chance" ? turn.actions.find((action) => game.actionName(state, action) === name) : -1;
  return [deal as number];
}

/** Plays a game of TextArena here; what differs, in the order in which it is met. */
function differences(id: string, game: Game, { chance, moves, returns }: Played): string[] {
  const found: string[] = [];
  const rounds = [...chance];
  let pending: number[] = [];
  let state = game.initial();
  const settle = (mover: number): void => {
    for (let turn = game.turn(state); turn.kind === "chance"; turn = game.turn(state)) {
      // A die is lost.
      const forced = turn.actions.length === 1 ? turn.actions[0] : undefined;
      if (forced === undefined && pending.length === 0) {
        pending = [...outcomes(game, state, rounds.shift() as Played["chance"][number], mover)];
      }
      state = game.apply(state, forced ?? (pending.shift() as number));
    }
  };
  for (const [by, text, legal] of moves) {
    settle(by);
    const turn = game.turn(state);
    if (turn.kind !== "player" || turn.player !== by) return [...found, `mover of ${text}`];
    const here = candidates(id, legal).map((one) => (game.parseAction(state, one).ok ? "1" : "0"));
    if (here.join("") !== legal) found.push(`legal before ${text}`);
    const parsed = game.parseAction(state, text);
    if (!parsed.ok) return [...found, text];
    state = game.apply(state, parsed.action);
  }
  settle(0);
  const end = game.turn(state);
  if (end.kind !== "end" || end.returns.join() !== returns.join()) found.push("returns");
  return found;
}

describe("games of TextArena", () => {
  it.each(Object.keys(recorded).filter((id) => textArenaIds.includes(id)))("%s is the same game here", (id) => {
    const game = getGame(id);
    expect(recorded[id]?.flatMap((played) => differences(id, game, played))).toEqual([]);
  });

  it("are recorded for all that stand for a game, and for some that do not", () => {
    expect(Object.keys(recorded)).toEqual(expect.arrayContaining([...textArenaIds, "KuhnPoker-v0", "PigDice-v0"]));
  });

  it("differ as is said: Kuhn poker in what a bet is worth, Pig in holding at once", () => {
    const kuhn = getGame("kuhn-match:hands=3:opener=1");
    expect(new Set(recorded["KuhnPoker-v0"]?.flatMap((one) => differences("KuhnPoker-v0", kuhn, one)))).toEqual(
      new Set(["returns"]),
    );
    const [pig] = recorded["PigDice-v0"] ?? [];
    expect(pig && differences("PigDice-v0", getGame("pig"), { ...pig, moves: pig.moves.slice(0, 1) })[0]).toMatch(
      /^legal before/,
    );
  });
});

describe("ids of TextArena", () => {
  it("stand for a game with its own id, with any ending that changes no rule", () => {
    expect(getGame("TicTacToe-v0")).toBe(getGame("ttt"));
    expect(getGame("TicTacToe-v0-raw")).toBe(getGame("ttt"));
    expect(getGame("LiarsDice-v0-small-train").id).toBe("liars-dice-match:wild=off:lowerFace=off:loserOpens=off");
    expect(ownSpec("kuhn-match:hands=3")).toBe("kuhn-match:hands=3");
    expect(ownSpec("constructor")).toBe("constructor");
  });

  it("are refused with the reason and the nearest game, which exists", () => {
    const names = ["KuhnPoker-v0", "KuhnPoker-v0-extreme-raw", "PigDice-v0-long", "SimpleNegotiation-v0-long"];
    for (const id of [...names, "ConnectFour-v0-blind", "ConnectFour-v0-large"]) {
      const said = /TextArena's \S+ has other rules than Spiral's games: .+\. The nearest game is (\S+)\.$/;
      const refused = (): unknown => getGame(id);
      expect(refused).toThrow(said);
      try {
        refused();
      } catch (error) {
        const [, nearest = ""] = said.exec((error as Error).message) ?? [];
        expect(getGame(nearest).id).toMatch(/^(kuhn-match|pig|negotiation-private|connect-four)/);
      }
    }
  });

  it.each([
    ["LiarsDice-v0:dice=3", /LiarsDice-v0 takes no parameters\. Change those of liars-dice-match:dice=5:/],
    ["TicTacToe-v1", /Unknown game "TicTacToe-v1"\. Did you mean "TicTacToe-v0"\?/],
    [
      "Chess-v0",
      /Unknown game "Chess-v0"\..* TextArena's games here: TicTacToe-v0, ConnectFour-v0, LiarsDice-v0-small/,
    ],
  ])("%s", (spec, says) => {
    expect(() => getGame(spec)).toThrow(says);
  });

  it("are understood by a server that offers the game", () => {
    const offer = { games: [getGame("kuhn"), getGame("ttt")], opponents: [] };
    expect(gameOf(offer, "TicTacToe-v0-train").id).toBe("ttt");
    expect(() => gameOf(offer, "LiarsDice-v0")).toThrow('Game "LiarsDice-v0" is not served.');
    expect(() => gameOf(offer, "KuhnPoker-v0")).toThrow("other rules");
  });
});
