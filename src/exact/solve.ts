/** The value of a game that can be walked, and an equilibrium: by backward induction, or by CFR+ where information is hidden. */
import type { Game } from "../games/game.ts";
import { cfrPlus } from "./cfr.ts";
import { CHANCE, END, type GameTree, gameTree, type Strategy, strategyOf } from "./compiled-game.ts";
import { minimax } from "./minimax.ts";
import { nashConv } from "./nash-conv.ts";

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
  const tree = gameTree(game);
  if (game.perfectInformation) {
    const strategy = strategyOf(tree, minimax(game));
    return {
      method: "backward induction",
      value: valueOfPlay(tree, strategy),
      nashConv: distanceOf(tree, strategy),
      iterations: undefined,
      strategy,
    };
  }
  const solver = cfrPlus(tree);
  for (let step = FIRST_LOOK; ; step = Math.ceil(solver.iterations / 8)) {
    solver.iterate(Math.min(step, maxIterations - solver.iterations));
    const strategy = solver.average();
    const distance = distanceOf(tree, strategy);
    if (distance <= tolerance || solver.iterations >= maxIterations) {
      const { iterations } = solver;
      return { method: "CFR+", value: valueOfPlay(tree, strategy), nashConv: distance, iterations, strategy };
    }
  }
}

/** NashConv, which rounding may bring a hair below 0. */
const distanceOf = (tree: GameTree, strategy: Strategy): number => Math.max(0, nashConv(tree, strategy).nashConv);

/** What seat 0 gets on average when both seats follow the strategy. */
export function valueOfPlay({ kind, edges, target, probability, entry, value }: GameTree, strategy: Strategy): number {
  const mean = Float64Array.from(value);
  for (let n = kind.length - 1; n >= 0; n--) {
    if (kind[n] === END) continue;
    let sum = 0;
    for (let edge = edges[n] as number; edge < (edges[n + 1] as number); edge++) {
      const p = kind[n] === CHANCE ? probability[edge] : strategy[entry[edge] as number];
      sum += (p as number) * (mean[target[edge] as number] as number);
    }
    mean[n] = sum;
  }
  return mean[0] as number;
}
