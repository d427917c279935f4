/**
 * The value of a game that can be walked, and an equilibrium: by backward induction (minimax.ts), or by CFR+ (cfr.ts) where
 * information is hidden.
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
  /** To seat 0, when both follow the strategy; within NashConv of the game's value. */
  readonly value: number;
  readonly nashConv: number;
  /** Of CFR+. */
  readonly iterations: number | undefined;
  readonly strategy: Strategy;
}

/** CFR+ iterations before the first look at NashConv; later looks are an eighth of the way apart, so that they cost little. */
const FIRST_LOOK = 64;

/** Solves to a NashConv of at most `tolerance`, or as near as `maxIterations` of CFR+ come. */
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
  for (let step = FIRST_LOOK; ; step = Math.ceil(solver.iterations / 8)) {
    solver.iterate(Math.min(step, maxIterations - solver.iterations));
    const strategy = solver.average();
    const distance = distanceOf(compiled, strategy);
    if (distance <= tolerance || solver.iterations >= maxIterations) {
      const { iterations } = solver;
      return { method: "CFR+", value: expectedValue(compiled, strategy), nashConv: distance, iterations, strategy };
    }
  }
}

/** NashConv, which rounding may bring a hair below 0. */
const distanceOf = (compiled: CompiledGame, strategy: Strategy): number =>
  Math.max(0, nashConv(compiled, strategy).nashConv);
