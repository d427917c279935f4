/**
 * Connect Four on 7 columns of 6 rows. Four marks in a row, column or diagonal win; a full board is a draw. The first player wins
 * under perfect play (J. Allen and V. Allis, independently, 1988). Parameters give smaller boards, and three in a row.
 *
 * A state holds a bit board for each player, in two halves of at most 24 bits: columns 0–3 on the left, 4–6 on the right. The
 * cell in column c and row r, counted from the bottom, is bit (c mod 4) · rows + r of its half.
 */
import { drawPosition } from "./drawing.ts";
import type { Game, Seat, Turn } from "./game.ts";
import { DRAW, FIRST_WINS, SECOND_WINS } from "./parts/outcomes.ts";
import { idOf, resolve, type Settings } from "./parts/parameters.ts";
import { bracketed, numberedBy } from "./text.ts";
import type { View } from "./view.ts";

export const CONNECT_FOUR_PARAMETERS = {
  rows: { default: 6, min: 4, max: 6 },
  columns: { default: 7, min: 4, max: 7 },
  connect: { default: 4, min: 3, max: 4 },
} as const;

export interface ConnectFourState {
  /** The discs of player 0 in each half, then those of player 1. */
  readonly firstLeft: number;
  readonly firstRight: number;
  readonly secondLeft: number;
  readonly secondRight: number;
  /** Number of discs on the board. Player 0 moves if it is even. */
  readonly discs: number;
  /** Whether the last disc completed a line. */
  readonly won: boolean;
}

const LEFT_COLUMNS = 4;
/** Right, up, and the two diagonals. */
const DIRECTIONS = [
  [1, 0],
  [0, 1],
  [1, 1],
  [1, -1],
] as const;
const COUNT_WORDS: Record<number, string> = { 3: "three", 4: "four" };

export function connectFour(settings: Settings<typeof CONNECT_FOUR_PARAMETERS> = {}): Game<ConnectFourState> {
  const parameters = resolve(CONNECT_FOUR_PARAMETERS, settings);
  const { rows, columns, connect } = parameters;
  const cells = rows * columns;
  const all = Array.from({ length: columns }, (_, column) => column);
  const columnMask = (1 << rows) - 1;
  const shiftOf = (column: number): number => (column % LEFT_COLUMNS) * rows;

  /** For each cell, column · rows + row, the lines through it. A line is two numbers: its bits on the left and on the right. */
  const lines: number[][] = Array.from({ length: cells }, () => []);
  for (const [across, up] of DIRECTIONS) {
    for (let cell = 0; cell < cells; cell++) {
      const line = Array.from({ length: connect }, (_, i) => ({
        column: Math.floor(cell / rows) + i * across,
        row: (cell % rows) + i * up,
      }));
      if (line.some(({ column, row }) => column >= columns || row < 0 || row >= rows)) continue;
      const bits: [number, number] = [0, 0];
      for (const { column, row } of line) bits[column < LEFT_COLUMNS ? 0 : 1] |= 1 << (shiftOf(column) + row);
      for (const { column, row } of line) lines[column * rows + row]?.push(...bits);
    }
  }
  const through = lines.map((bits) => Int32Array.from(bits));

  /** Turns by the set of full columns, then by the player. */
  const moves = Array.from({ length: 1 << columns }, (_, full) => {
    const actions = all.filter((column) => !(full & (1 << column)));
    return ([0, 1] as const).map((player): Turn => ({ kind: "player", player, actions }));
  });
  const mirrored = all.map((column) => columns - 1 - column);

  const moverOf = (s: ConnectFourState): Seat => (s.discs % 2) as Seat;
  /** A player's discs in a column. Bit 0 is the lowest cell. */
  const columnOf = (s: ConnectFourState, player: Seat, column: number): number => {
    const isLeft = column < LEFT_COLUMNS;
    const half = player === 0 ? (isLeft ? s.firstLeft : s.firstRight) : isLeft ? s.secondLeft : s.secondRight;
    return (half >> shiftOf(column)) & columnMask;
  };
  const markAt = (s: ConnectFourState, column: number, row: number): string | null =>
    (columnOf(s, 0, column) >> row) & 1 ? "X" : (columnOf(s, 1, column) >> row) & 1 ? "O" : null;
  const columnNames = all.map(String);
  const viewOf = (s: ConnectFourState): View => ({
    kind: "grid",
    seatMarks: ["X", "O"],
    marks: Array.from({ length: rows }, (_, i) => all.map((column) => markAt(s, column, rows - 1 - i))),
    cellNames: null,
    columnNames,
  });
  const count = COUNT_WORDS[connect];
  const rulesFor = (player: Seat): string =>
    [
      `You are Player ${player} in Connect ${connect === 4 ? "Four" : "Three"}. Your mark is ${"XO"[player]}, your opponent's is ${"OX"[player]}.`,
      `Drop a disc into a column; it falls to the lowest empty cell. Bring ${count} of your marks into a row, column or`,
      "diagonal to win; a full board without such a line is a draw. Answer with the number of a column that is not full",
      `in square brackets: '[0]' drops a disc into the leftmost of the ${columns} columns.`,
    ].join("\n");

  /** `XO//X////`: the columns from left to right, each from its bottom upwards. */
  function columnsText(s: ConnectFourState): string {
    let text = "";
    for (let column = 0; column < columns; column++) {
      const first = columnOf(s, 0, column);
      const occupied = first | columnOf(s, 1, column);
      if (column > 0) text += "/";
      for (let bit = 1; bit & occupied; bit <<= 1) text += first & bit ? "X" : "O";
    }
    return text;
  }

  function mirror(s: ConnectFourState): ConnectFourState {
    const halves = [0, 0, 0, 0];
    for (const column of all) {
      const to = mirrored[column];
      const half = to < LEFT_COLUMNS ? 0 : 1;
      halves[half] |= columnOf(s, 0, column) << shiftOf(to);
      halves[2 + half] |= columnOf(s, 1, column) << shiftOf(to);
    }
    const [firstLeft = 0, firstRight = 0, secondLeft = 0, secondRight = 0] = halves;
    return { firstLeft, firstRight, secondLeft, secondRight, discs: s.discs, won: s.won };
  }

  const game: Game<ConnectFourState> = {
    id: idOf("connect-four", CONNECT_FOUR_PARAMETERS, parameters),
    title: `Connect ${connect === 4 ? "Four" : "Three"}, ${columns} columns of ${rows}`,
    version: 1,
    roles: ["X", "O"],
    actionCount: columns,
    // cells of the player to move · the opponent's
    featureCount: 2 * cells,
    utility: { min: -1, max: 1 },
    maxPlies: cells,
    perfectInformation: true,
    // A board of 4 by 4 has at most 161,029 states; the next larger boards have ten times as many.
    walkable: cells <= 16,

    initial: () => ({ firstLeft: 0, firstRight: 0, secondLeft: 0, secondRight: 0, discs: 0, won: false }),
    turn(s) {
      if (s.won) return moverOf(s) === 1 ? FIRST_WINS : SECOND_WINS;
      if (s.discs === cells) return DRAW;
      const left = s.firstLeft | s.secondLeft;
      const right = s.firstRight | s.secondRight;
      let full = 0;
      for (let column = 0; column < columns; column++) {
        const half = column < LEFT_COLUMNS ? left : right;
        full |= ((half >> (shiftOf(column) + rows - 1)) & 1) << column;
      }
      return (moves[full] as readonly Turn[])[moverOf(s)];
    },
    apply(s, column) {
      let { firstLeft, firstRight, secondLeft, secondRight } = s;
      const isLeft = column < LEFT_COLUMNS;
      const shift = shiftOf(column);
      const occupied = (isLeft ? firstLeft | secondLeft : firstRight | secondRight) >> shift;
      const row = 32 - Math.clz32(occupied & columnMask);
      const bit = 1 << (shift + row);
      const first = s.discs % 2 === 0;
      if (first && isLeft) firstLeft |= bit;
      else if (first) firstRight |= bit;
      else if (isLeft) secondLeft |= bit;
      else secondRight |= bit;
      const [left, right] = first ? [firstLeft, firstRight] : [secondLeft, secondRight];
      const near = through[column * rows + row] as Int32Array;
      let won = false;
      for (let i = 0; i < near.length && !won; i += 2) {
        won = (near[i] & ~left) === 0 && (near[i + 1] & ~right) === 0;
      }
      return { firstLeft, firstRight, secondLeft, secondRight, discs: s.discs + 1, won };
    },

    stateKey: columnsText,
    infosetKey: columnsText,
    observe(s, player) {
      const turn = game.turn(s);
      return [
        rulesFor(player),
        "",
        ...drawPosition(viewOf(s), player),
        "",
        `Available moves: ${turn.kind === "player" ? turn.actions.map((column) => `[${column}]`).join(", ") : "none"}`,
      ].join("\n");
    },
    rules: rulesFor,
    prompt(s, player) {
      const heights = all.map((column) => [...Array(rows).keys()].map((row) => markAt(s, column, row) ?? "").join(" "));
      const size = `Connect ${connect}, ${columns} columns of ${rows}`;
      return `${size}. You are ${"XO"[player]}. Columns: ${heights.map((discs) => discs.trim() || "-").join(" / ")}. Action:`;
    },
    view: viewOf,
    encode(s, player, out, offset) {
      for (let column = 0; column < columns; column++) {
        const own = columnOf(s, player, column);
        const other = columnOf(s, player === 0 ? 1 : 0, column);
        const at = offset + column * rows;
        for (let row = 0; row < rows; row++) {
          if ((own >> row) & 1) out[at + row] = 1;
          else if ((other >> row) & 1) out[at + cells + row] = 1;
        }
      }
    },
    actionName: (_s, column) => `[${column}]`,
    parseAction(s, text) {
      const word = bracketed(text);
      if (word === undefined)
        return { ok: false, reason: "Put the number of a column in square brackets, such as [0]." };
      const column = numberedBy("col|column", word);
      if (column === undefined || column >= columns) {
        const numbered = `Columns are numbered 0 to ${columns - 1}, such as [0].`;
        return { ok: false, reason: `[${word.slice(0, 40)}] is no column. ${numbered}` };
      }
      const turn = game.turn(s);
      if (turn.kind !== "player") return { ok: false, reason: "The game is over." };
      if (!turn.actions.includes(column)) return { ok: false, reason: `Column ${column} is full.` };
      return { ok: true, action: column };
    },

    /** The smaller of the board and its mirror image. */
    canonical(s) {
      const image = mirror(s);
      const smaller =
        image.firstLeft - s.firstLeft ||
        image.firstRight - s.firstRight ||
        image.secondLeft - s.secondLeft ||
        image.secondRight - s.secondRight;
      return smaller < 0 ? { state: image, permutation: mirrored } : { state: s, permutation: all };
    },
  };
  return game;
}
