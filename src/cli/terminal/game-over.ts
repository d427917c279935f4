/** Texts for the end of a game: the last position, the result, the score. */
import type { Played } from "../../arena/asked-game.ts";
import type { Game, Seat } from "../../games/game.ts";
import { replaySteps } from "../../record/steps.ts";
import { withSign } from "../../util/figures.ts";
import { oneLine } from "../../util/printable.ts";
import { folded, positionText } from "./position.ts";

/** The person's results so far. */
export interface Score {
  won: number;
  lost: number;
  drawn: number;
  /** Sum of the person's returns. */
  total: number;
}

export function count(score: Score, own: number): void {
  score[own > 0 ? "won" : own < 0 ? "lost" : "drawn"]++;
  score.total += own;
}

/** The score, with the sum of the returns if they are not only ±1; "" before the first game is over. */
export function scoreText(game: Game, { won, lost, drawn, total }: Score, opponent: string): string {
  if (won + lost + drawn === 0) return "";
  const sum = game.utility.max === 1 ? "" : `; returns in all: ${withSign(total, "−")}`;
  return `Score: you ${won}, ${opponent} ${lost}, drawn ${drawn}${sum}`;
}

export function resultText(own: number): string {
  return own === 0 ? "A draw." : `You ${own > 0 ? "win" : "lose"}: ${withSign(own, "−")}`;
}

/** The last position, and all moves if information was hidden. */
export function endText(game: Game, played: Played, person: Seat): string {
  const { forfeit } = played;
  if (forfeit?.seat === person) return "You give the game up.";
  if (forfeit) return `Your opponent forfeits the game: ${oneLine(forfeit.reason, 400)}`;
  const steps = [...replaySteps(game, played)];
  const position = positionText({ game, state: steps.at(-1)?.state }, person);
  if (game.perfectInformation) return position;
  const moves = steps.flatMap(({ turn, name }) =>
    turn.kind === "chance" ? `(${name})` : turn.kind === "player" ? `${game.roles[turn.player]} ${name}` : [],
  );
  return `${position}\n${folded(`The whole game: ${moves.join(", ")}`)}`;
}
