/** Exact computations that may take long, with progress on stderr. Later calls, by whoever, find the result made. */
import { cfrPolicy } from "../../exact/cfr.ts";
import { type CompiledGame, compiledGame } from "../../exact/compiled-game.ts";
import { nashConv } from "../../exact/nash-conv.ts";
import { strategyOf } from "../../exact/strategy.ts";
import type { Game } from "../../games/game.ts";
import { withProgress } from "../terminal/counter.ts";

/** Throws an Error if the game is not walkable. */
export const compiledAloud = (game: Game): CompiledGame =>
  withProgress(`Visiting the states of ${game.id}`, (tell) => compiledGame(game, (states) => tell(`${states} so far`)));

/** Solves a game whose equilibrium `nash` and `sloppy` take from CFR+; does nothing for others. */
export function solveAloud(game: Game): void {
  if (!isSolvedByCfr(game)) return;
  compiledAloud(game);
  withProgress(`Solving ${game.id} by CFR+`, (tell) =>
    cfrPolicy(game, (i, total) => tell(`iteration ${i} of ${total}`)),
  );
}

/** NashConv of the equilibrium that `solveAloud` finds; undefined for other games, whose equilibrium is exact. */
export const distanceOfCfr = (game: Game): number | undefined => {
  if (!isSolvedByCfr(game)) return undefined;
  const compiled = compiledGame(game);
  return nashConv(compiled, strategyOf(compiled, cfrPolicy(game))).nashConv;
};

const isSolvedByCfr = (game: Game): boolean => game.walkable && !game.perfectInformation && !game.equilibrium;
