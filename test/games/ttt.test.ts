/** Tic-tac-toe's tables and bits against a board of nine marks and the rules spelled out, at every reachable state. */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { ttt } from "../../src/games/ttt.ts";
import { features } from "./play.ts";

type Mark = "X" | "O" | ".";
interface Plain {
  readonly board: readonly Mark[];
  readonly state: number;
}

const THREES = ["012", "345", "678", "036", "147", "258", "048", "246"].map((line) => [...line].map(Number));
const count = (board: readonly Mark[], mark: Mark): number => board.filter((m) => m === mark).length;
const won = (board: readonly Mark[], mark: Mark): boolean =>
  THREES.some((line) => line.every((cell) => board[cell] === mark));
const empty = (board: readonly Mark[]): number[] => [...board.keys()].filter((cell) => board[cell] === ".");
const next = (board: readonly Mark[]): 0 | 1 => (count(board, "X") === count(board, "O") ? 0 : 1);
const isOver = (board: readonly Mark[]): boolean => won(board, "X") || won(board, "O") || empty(board).length === 0;

/** Every position that play reaches, by the plain rules, with the state that the engine comes to by the same moves. */
function positions(): Plain[] {
  const seen = new Set<string>();
  const all: Plain[] = [{ board: Array<Mark>(9).fill("."), state: ttt.initial() }];
  for (const { board, state } of all) {
    if (isOver(board)) continue;
    for (const cell of empty(board)) {
      const moved = board.with(cell, next(board) === 0 ? "X" : "O");
      if (seen.has(moved.join(""))) continue;
      seen.add(moved.join(""));
      all.push({ board: moved, state: ttt.apply(state, cell) });
    }
  }
  return all;
}

describe("tic-tac-toe, beside a board of nine marks", () => {
  const all = positions();

  it("comes to the same boards", () => {
    expect(all.length).toBe(5478);
    for (const { board, state } of all) {
      assert.equal(ttt.stateKey(state), board.join(""));
      assert.equal(ttt.infosetKey(state, 0), board.join(""));
    }
  });

  it("has the same turns", () => {
    for (const { board, state } of all) {
      const gain = won(board, "X") ? 1 : won(board, "O") ? -1 : 0;
      const expected = isOver(board)
        ? { kind: "end", returns: [gain, gain === 0 ? 0 : -gain] }
        : { kind: "player", player: next(board), actions: empty(board) };
      assert.deepEqual(ttt.turn(state), expected);
    }
  });

  it("has the same features, for either player", () => {
    for (const { board, state } of all) {
      const of = (mark: Mark) => board.map((m) => (m === mark ? 1 : 0));
      assert.deepEqual(features(ttt as never, state, 0), [...of("X"), ...of("O"), ...of(".")]);
      assert.deepEqual(features(ttt as never, state, 1), [...of("O"), ...of("X"), ...of(".")]);
    }
  });

  it("draws the same board, and names the same moves", () => {
    for (const { board, state } of all) {
      const cells = board.map((mark, cell) => (mark === "." ? String(cell) : mark));
      const rows = [0, 3, 6].map((first) => ` ${cells.slice(first, first + 3).join(" | ")} `);
      const moves = isOver(board) ? "none" : empty(board).map((cell) => `[${cell}]`);
      const end = `\n\nCurrent board:\n${rows.join("\n---+---+---\n")}\n\nAvailable moves: ${String(moves).replaceAll(",", ", ")}`;
      for (const player of [0, 1] as const) {
        const text = ttt.observe(state, player);
        assert.equal(text.slice(-end.length), end);
        const marks = `Your mark is ${"XO"[player]}, your opponent's is ${"OX"[player]}.`;
        assert(text.startsWith(`You are Player ${player} in Tic Tac Toe. ${marks}\n`));
      }
    }
  });

  it("reads each cell where it is empty, and says who has it where not", () => {
    for (const { board, state } of all.filter((_, i) => i % 20 === 0)) {
      for (let cell = 0; cell < 9; cell++) {
        const parsed = ttt.parseAction(state, `I take [${cell}]`);
        assert.deepEqual(ttt.parseAction(state, `[Cell ${cell}]`), parsed);
        if (isOver(board)) assert.deepEqual(parsed, { ok: false, reason: "The game is over." });
        else if (board[cell] === ".") assert.deepEqual(parsed, { ok: true, action: cell });
        else assert.deepEqual(parsed, { ok: false, reason: `Cell ${cell} is already taken by ${board[cell]}.` });
      }
    }
  });
});
