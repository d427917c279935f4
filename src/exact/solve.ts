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

export interface SolveOptions {
  readonly tolerance?: number;
  /** Of CFR+. */
  readonly maxIterations?: number;
  /** Called after each iteration of CFR+, with the latest NashConv that was computed. */
  readonly onIteration?: (iteration: number, nashConv: number | undefined) => void;
}

/** Solves to a NashConv of at most `tolerance`, or until `maxIterations` of CFR+. Throws an Error if the game is not walkable. */
export function solve(
  game: Game,
  { tolerance = 1e-4, maxIterations = 20_000, onIteration }: SolveOptions = {},
): Solution {
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
  let distance: number | undefined;
  for (let step = FIRST_CHECK; ; step = Math.ceil(solver.iterations / 8)) {
    const end = Math.min(solver.iterations + step, maxIterations);
    while (solver.iterations < end) {
      solver.iterate(1);
      onIteration?.(solver.iterations, distance);
    }
    const strategy = solver.average();
    distance = distanceOf(compiled, strategy);
    if (distance <= tolerance || solver.iterations >= maxIterations) {
      const { iterations } = solver;
      return { method: "CFR+", value: expectedValue(compiled, strategy), nashConv: distance, iterations, strategy };
    }
  }
}

/** NashConv. Rounding may make it slightly negative, which is taken as 0. */
const distanceOf = (compiled: CompiledGame, strategy: Strategy): number =>
  Math.max(0, nashConv(compiled, strategy).nashConv);
