/** Connect Four against a naive board, against published counts, and by hand. */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import type { Game } from "../../src/games/game.ts";
import { getGame } from "../../src/games/registry.ts";
import { Rng } from "../../src/util/rng.ts";
import { reachable } from "../reference/brute-force.ts";
import { features, stateAfter } from "./play.ts";

const game = getGame("connect-four");
const DIRECTIONS = { across: [1, 0], up: [0, 1], rising: [1, 1], falling: [1, -1] } as const;

/** Columns of marks, lowest first. */
type NaiveBoard = string[][];

const emptyBoard = (columns: number): NaiveBoard => Array.from({ length: columns }, () => []);
const keyOf = (board: NaiveBoard): string => board.map((column) => column.join("")).join("/");

/** The direction of a line of `mark`, looked for from every cell; undefined if there is none. */
function lineOf(board: NaiveBoard, connect: number, mark: string): string | undefined {
  for (const [name, [dx, dy]] of Object.entries(DIRECTIONS)) {
    for (let x = 0; x < board.length; x++) {
      for (let y = 0; y < 6; y++) {
        let n = 0;
        while (n < connect && board[x + n * dx]?.[y + n * dy] === mark) n++;
        if (n === connect) return name;
      }
    }
  }
  return undefined;
}

/** The numbers of distinct positions after 0, 1, 2 … plies. */
function positions(of: Game, plies: number): number[] {
  let level = new Map([[of.stateKey(of.initial()), of.initial()]]);
  return Array.from({ length: plies + 1 }, (_, ply) => {
    const { size } = level;
    if (ply === plies) return size;
    const next = new Map<string, unknown>();
    for (const state of level.values()) {
      const turn = of.turn(state);
      if (turn.kind !== "player") continue;
      for (const action of turn.actions) {
        const child = of.apply(state, action);
        next.set(of.stateKey(child), child);
      }
    }
    level = next;
    return size;
  });
}

describe("Connect Four", () => {
  it("has 1, 7, 49, 238, 1,120 … positions by ply", () => {
    expect(positions(game, 8)).toEqual([1, 7, 49, 238, 1120, 4263, 16_422, 54_859, 184_275]);
  });

  it.each([
    { columns: 7, rows: 6, connect: 4 },
    { columns: 5, rows: 4, connect: 3 },
    { columns: 4, rows: 6, connect: 4 },
  ])("agrees with a naive board at every ply of random games: $columns by $rows, $connect in line", (size) => {
    const { columns, rows, connect } = size;
    const of = getGame(`connect-four:rows=${rows}:columns=${columns}:connect=${connect}`);
    const rng = new Rng(1);
    const seen: Record<string, number> = {};
    for (let play = 0; play < 150; play++) {
      const board = emptyBoard(columns);
      let state = of.initial();
      for (let ply = 0; ; ply++) {
        assert.equal(of.stateKey(state), keyOf(board));
        const turn = of.turn(state);
        const last = "XO"[(ply + 1) % 2] as string;
        const line = lineOf(board, connect, last);
        const open = [...board.keys()].filter((column) => (board[column]?.length ?? 0) < rows);
        if (line !== undefined || open.length === 0) {
          const returns = line === undefined ? [0, 0] : last === "X" ? [1, -1] : [-1, 1];
          assert.deepEqual(turn, { kind: "end", returns });
          seen[`${line} ${last}`] = (seen[`${line} ${last}`] ?? 0) + 1;
          break;
        }
        assert.deepEqual(turn, { kind: "player", player: ply % 2, actions: open });
        const action = open[rng.below(open.length)] as number;
        board[action]?.push("XO"[ply % 2] as string);
        state = of.apply(state, action);
      }
    }
    for (const line of Object.keys(DIRECTIONS))
      for (const mark of "XO") expect(seen[`${line} ${mark}`]).toBeGreaterThan(0);
  });

  it("has 161,029 states on 4 by 4", () => {
    expect(reachable(getGame("connect-four:rows=4:columns=4")).length).toBe(161_029);
  });

  it("is worth on 4 by 4 with three in line what a naive search finds", () => {
    const board = emptyBoard(4);
    const known = new Map<string, number>();
    /** To X, `discs` being on the board. */
    const search = (discs: number): number => {
      const key = keyOf(board);
      let value = known.get(key);
      if (value === undefined) {
        const [mover, last] = discs % 2 === 0 ? ["X", "O"] : ["O", "X"];
        const below: number[] = [];
        if (lineOf(board, 3, last as string)) value = last === "X" ? 1 : -1;
        else {
          for (const column of board) {
            if (column.length === 4) continue;
            column.push(mover as string);
            below.push(search(discs + 1));
            column.pop();
          }
          value = below.length === 0 ? 0 : mover === "X" ? Math.max(...below) : Math.min(...below);
        }
        known.set(key, value);
      }
      return value;
    };
    expect(search(0)).toBe(1);
    const small = getGame("connect-four:rows=4:columns=4:connect=3");
    const nodes = reachable(small);
    expect(new Set(nodes.map(({ key }) => key))).toEqual(new Set(known.keys()));
    const values = new Map<string, number>();
    for (const { key, turn, children } of [...nodes].reverse()) {
      const below = children.map((child) => values.get(child.key) as number);
      const best = turn.kind === "player" && turn.player === 0 ? Math.max(...below) : Math.min(...below);
      values.set(key, turn.kind === "end" ? turn.returns[0] : best);
      assert.equal(values.get(key), known.get(key));
    }
  });

  it("is drawn after 42 discs without a line", () => {
    // Columns in the order 0 1, 2 3, 4 5, 6, filled so that no four of a mark meet.
    const moves = [
      0, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 2, 3, 2, 3, 3, 2, 3, 2, 2, 3, 2, 3, 4, 5, 4, 5, 5, 4, 5, 4, 4, 5, 4, 5,
    ];
    const full = stateAfter(game, [...moves, 6, 6, 6, 6, 6, 6]);
    expect(moves.length + 6).toBe(game.maxPlies);
    expect(game.turn(full)).toEqual({ kind: "end", returns: [0, 0] });
    expect(game.turn(stateAfter(game, [...moves, 6, 6, 6, 6, 6]))).toEqual({ kind: "player", player: 1, actions: [6] });
  });

  it("is won by more than four in line, too", () => {
    // X . X X X gives five in a row by the gap.
    const five = stateAfter(game, [0, 0, 2, 2, 3, 3, 4, 4, 1]);
    expect(game.turn(five)).toEqual({ kind: "end", returns: [1, -1] });
  });

  it("is one with its mirror image", () => {
    const moves = [3, 2, 2, 6, 0, 0, 0, 5];
    const [here, there] = [
      stateAfter(game, moves),
      stateAfter(
        game,
        moves.map((column) => 6 - column),
      ),
    ];
    expect(game.stateKey(here)).toBe("XOX//OX/X//O/O");
    expect(game.stateKey(there)).toBe("O/O//X/OX//XOX");
    expect(game.canonical?.(here).state).toEqual(game.canonical?.(there).state);
    expect([here, there].map((state) => game.canonical?.(state).permutation[0])).toEqual(
      expect.arrayContaining([0, 6]),
    );
    const upright = stateAfter(game, [3, 3]);
    expect(game.canonical?.(upright).permutation).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("has one plane for the mover's discs and one for the other's, columns from left to right, each from below", () => {
    const state = stateAfter(game, [3, 3, 6]);
    const on = (player: 0 | 1) => features(game, state, player).flatMap((x, i) => (x === 1 ? [i] : []));
    expect(on(1)).toEqual([19, 42 + 18, 42 + 36]);
    expect(on(0)).toEqual([18, 36, 42 + 19]);
  });

  it.each([
    { text: "[3]", answer: { ok: false, reason: "Column 3 is full." } },
    { text: "[7]", answer: { ok: false, reason: "[7] is no column. Columns are numbered 0 to 6, such as [0]." } },
    { text: "x\ny", answer: { ok: false, reason: "Put the number of a column in square brackets, such as [0]." } },
    { text: "[col 5]", answer: { ok: true, action: 5 } },
    { text: "[Column: 5]", answer: { ok: true, action: 5 } },
    { text: "[col 3]", answer: { ok: false, reason: "Column 3 is full." } },
    {
      text: "[row 5]",
      answer: { ok: false, reason: "[row 5] is no column. Columns are numbered 0 to 6, such as [0]." },
    },
    { text: "not [3] but [ 05 ]", answer: { ok: true, action: 5 } },
  ])("reads $text", ({ text, answer }) => {
    expect(game.parseAction(stateAfter(game, [3, 3, 3, 3, 3, 3]), text)).toEqual(answer);
  });
});
