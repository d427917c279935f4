/**
 * Tic-tac-toe in which a draw counts as a win for O, the second player: the rules of `ttt` with other returns for a full
 * board without a line. Value −1: O needs only to hold out, and under perfect play it does.
 */
import { SECOND_WINS } from "./outcomes.ts";
import { ticTacToe } from "./ttt.ts";

export const tttDraw = ticTacToe({
  id: "ttt-draw",
  title: "Tic-tac-toe, draws won by O",
  full: SECOND_WINS,
  drawRule: ["A full board without such a line is a win for O."],
});
