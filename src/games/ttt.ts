/**
 * Tic-tac-toe. A win returns +1, a draw 0, a loss −1. 5,478 reachable states, 765 up to the board's 8 symmetries; value 0.
 * `ticTacToe` makes the game with other returns for a draw, for `ttt-draw.ts`.
 *
 * A state is one integer: X's cells are bits 0–8, O's are bits 9–17. Cell i is in row ⌊i/3⌋ and column i mod 3.
 */
import { drawPosition } from "./drawing.ts";
import type { Game, Seat, Turn } from "./game.ts";
import { DRAW, FIRST_WINS, SECOND_WINS } from "./parts/outcomes.ts";
import { bracketed, numberedBy } from "./text.ts";
import type { View } from "./view.ts";

export type TttState = number;

const LINES = [0o007, 0o070, 0o700, 0o111, 0o222, 0o444, 0o421, 0o124];
const FULL = 0o777;

const WON = Array.from({ length: 512 }, (_, cells) => LINES.some((line) => (cells & line) === line));
const COUNT = Array.from({ length: 512 }, (_, cells) => cells.toString(2).replaceAll("0", "").length);
/** Turns by the set of occupied cells. X moves if their number is even. */
const MOVES = Array.from({ length: 512 }, (_, occupied): Turn => {
  const actions = [0, 1, 2, 3, 4, 5, 6, 7, 8].filter((cell) => !(occupied & (1 << cell)));
  return { kind: "player", player: (COUNT[occupied] % 2) as Seat, actions };
});
/** The legal moves as text, by the set of occupied cells: `[0], [4]`. */
const MOVES_TEXT = MOVES.map((turn) =>
  turn.kind === "player" ? turn.actions.map((cell) => `[${cell}]`).join(", ") : "",
);

/** The 8 symmetries of the square as permutations: symmetry s moves cell c to SYMMETRIES[s][c]. */
const SYMMETRIES: readonly (readonly number[])[] = [false, true].flatMap((mirror) =>
  [0, 1, 2, 3].map((quarterTurns) =>
    Array.from({ length: 9 }, (_, cell) => {
      let [row, column] = [Math.floor(cell / 3), cell % 3];
      if (mirror) column = 2 - column;
      for (let i = 0; i < quarterTurns; i++) [row, column] = [column, 2 - row];
      return row * 3 + column;
    }),
  ),
);
/** PERMUTED[s][cells] is the set of cells moved by symmetry s. */
const PERMUTED = SYMMETRIES.map((permutation) =>
  Array.from({ length: 512 }, (_, cells) =>
    permutation.reduce((moved, to, from) => moved | (cells & (1 << from) ? 1 << to : 0), 0),
  ),
);

const xCells = (state: TttState): number => state & FULL;
const oCells = (state: TttState): number => state >> 9;

/** Row i of the board, 0 at the top: X's cells in bits 0–2, O's in bits 3–5. */
const rowOf = (state: TttState, i: number): number => ((state >> (3 * i)) & 7) | (((state >> (9 + 3 * i)) & 7) << 3);

/** For each row as `rowOf` gives it, the marks of its cells, null if empty; and the same as three characters of `.XO`. */
const ROW_MARKS = Array.from({ length: 64 }, (_, row) =>
  [0, 1, 2].map((c) => (row & (1 << c) ? "X" : row & (8 << c) ? "O" : null)),
);
const ROW_TEXTS = ROW_MARKS.map((marks) => marks.map((mark) => mark ?? ".").join(""));
const CELL_NAMES = [0, 3, 6].map((first) => [first, first + 1, first + 2].map(String));

const rowText = (state: TttState, i: number): string => ROW_TEXTS[rowOf(state, i)];

/** Nine characters of `.XO`, row by row. */
const boardText = (state: TttState): string => rowText(state, 0) + rowText(state, 1) + rowText(state, 2);

const viewOf = (state: TttState): View => ({
  kind: "grid",
  seatMarks: ["X", "O"],
  marks: [0, 1, 2].map((i) => ROW_MARKS[rowOf(state, i)] as readonly (string | null)[]),
  cellNames: CELL_NAMES,
  columnNames: null,
});

/** The differences between games on this board. */
interface Variant {
  readonly id: string;
  readonly title: string;
  /** The turn at a full board without a line. */
  readonly full: Turn;
  /** Its name in prompts. */
  readonly name: string;
  /** Lines of the rules about it, if they are needed. */
  readonly drawRule: readonly string[];
}

export function ticTacToe({ id, title, full, name, drawRule }: Variant): Game<TttState> {
  const rules = ([0, 1] as const).map((player) =>
    [
      `You are Player ${player} in Tic Tac Toe. Your mark is ${"XO"[player]}, your opponent's is ${"OX"[player]}.`,
      "Put three of your marks in a row, column or diagonal to win. Answer with the number of an empty cell in",
      "square brackets: '[4]' places your mark in the centre cell.",
      ...drawRule,
    ].join("\n"),
  );
  const game: Game<TttState> = {
    id,
    title,
    version: 1,
    roles: ["X", "O"],
    actionCount: 9,
    // cells of the player to move (9) · the opponent's (9) · empty (9)
    featureCount: 27,
    utility: { min: -1, max: 1 },
    maxPlies: 9,
    perfectInformation: true,
    walkable: true,

    initial: () => 0,
    turn(state) {
      const x = xCells(state);
      const o = oCells(state);
      if (WON[x]) return FIRST_WINS;
      if (WON[o]) return SECOND_WINS;
      return (x | o) === FULL ? full : MOVES[x | o];
    },
    apply(state, action) {
      const isXs = COUNT[xCells(state) | oCells(state)] % 2 === 0;
      return state | (1 << (isXs ? action : action + 9));
    },

    stateKey: boardText,
    infosetKey: boardText,
    observe(state, player) {
      const moves = game.turn(state).kind === "player" ? MOVES_TEXT[xCells(state) | oCells(state)] : "none";
      const position = drawPosition(viewOf(state), player).join("\n");
      return `${rules[player]}\n\n${position}\n\nAvailable moves: ${moves}`;
    },
    rules: (player) => rules[player],
    prompt(state, player) {
      const cells = [...boardText(state)].map((mark, cell) => (mark === "." ? cell : mark));
      return `${name}. You are ${"XO"[player]}. Board: ${cells.join(" ")}. Action:`;
    },
    view: viewOf,
    encode(state, player, out, offset) {
      const own = player === 0 ? xCells(state) : oCells(state);
      const other = player === 0 ? oCells(state) : xCells(state);
      // Computed without branches, which the processor could not predict.
      for (let cell = 0; cell < 9; cell++) {
        const third = 2 - 2 * ((own >> cell) & 1) - ((other >> cell) & 1);
        out[offset + 9 * third + cell] = 1;
      }
    },
    actionName: (_state, action) => `[${action}]`,
    parseAction(state, text) {
      const word = bracketed(text);
      if (word === undefined) return { ok: false, reason: "Put the number of a cell in square brackets, such as [4]." };
      const cell = numberedBy("cell|position|square", word);
      if (cell === undefined || cell > 8) {
        return { ok: false, reason: `[${word.slice(0, 40)}] is no cell. Cells are numbered 0 to 8, such as [4].` };
      }
      const turn = game.turn(state);
      if (turn.kind !== "player") return { ok: false, reason: "The game is over." };
      if (!turn.actions.includes(cell))
        return { ok: false, reason: `Cell ${cell} is already taken by ${boardText(state)[cell]}.` };
      return { ok: true, action: cell };
    },

    canonical(state) {
      let best = state;
      let permutation = SYMMETRIES[0];
      for (let s = 1; s < SYMMETRIES.length; s++) {
        const table = PERMUTED[s];
        const moved = table[xCells(state)] | (table[oCells(state)] << 9);
        if (moved < best) {
          best = moved;
          permutation = SYMMETRIES[s];
        }
      }
      return { state: best, permutation };
    },
  };
  return game;
}

export const ttt = ticTacToe({ id: "ttt", title: "Tic-tac-toe", full: DRAW, name: "Tic Tac Toe", drawRule: [] });
