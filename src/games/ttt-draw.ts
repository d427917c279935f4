/**
 * Tic-tac-toe in which a full board without a line is a win for O, the second player. The other rules are those of `ttt`. The
 * value is −1: under perfect play O always gets a full board.
 */
import { SECOND_WINS } from "./parts/outcomes.ts";
import { ticTacToe } from "./ttt.ts";

export const tttDraw = ticTacToe({
  id: "ttt-draw",
  title: "Tic-tac-toe, draws won by O",
  full: SECOND_WINS,
  name: "Tic Tac Toe, draws won by O",
  drawRule: ["A full board without such a line is a win for O."],
});
