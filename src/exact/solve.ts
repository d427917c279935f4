/**
 * The value of a walkable game and an equilibrium, by backward induction (minimax.ts), or by CFR+ (cfr.ts) if the game has
 * hidden information.
 */
import type { Game } from "../games/game.ts";
import { cfrPlus } from "./cfr.ts";
import { type CompiledGame, compiledGame } from "./compiled-game.ts";
import { expectedValue } from "./expected-value.ts";
import { minimax } from "./minimax.ts";
import { nashConv } from "./nash-conv.ts";
import { type Strategy, strategyOf } from "./strategy.ts";

export interface Solution {
  readonly method: "backward induction" | "CFR+";
  /** The expected return of seat 0 if both follow the strategy. It differs from the game's value by at most NashConv. */
  readonly value: number;
  readonly nashConv: number;
  /** Iterations of CFR+; undefined for backward induction. */
  readonly iterations: number | undefined;
  readonly strategy: Strategy;
}

/** CFR+ iterations before NashConv is first computed. It is computed again after an eighth more, so that it costs little. */
const FIRST_CHECK = 64;

/** Solves to a NashConv of at most `tolerance`, or until `maxIterations` of CFR+. Throws an Error if the game is not walkable. */
export function solve(game: Game, { tolerance = 1e-4, maxIterations = 20_000 } = {}): Solution {
  const compiled = compiledGame(game);
  if (game.perfectInformation) {
    const strategy = strategyOf(compiled, minimax(game));
    return {
      method: "backward induction",
      value: expectedValue(compiled, strategy),
      nashConv: distanceOf(compiled, strategy),
      iterations: undefined,
      strategy,
    };
  }
  const solver = cfrPlus(compiled);
  for (let step = FIRST_CHECK; ; step = Math.ceil(solver.iterations / 8)) {
    solver.iterate(Math.min(step, maxIterations - solver.iterations));
    const strategy = solver.average();
    const distance = distanceOf(compiled, strategy);
    if (distance <= tolerance || solver.iterations >= maxIterations) {
      const { iterations } = solver;
      return { method: "CFR+", value: expectedValue(compiled, strategy), nashConv: distance, iterations, strategy };
    }
  }
}

/** NashConv. Rounding may make it slightly negative, which is taken as 0. */
const distanceOf = (compiled: CompiledGame, strategy: Strategy): number =>
  Math.max(0, nashConv(compiled, strategy).nashConv);
