/** The costs of exact evaluation and of solving, by game, for `npm run bench` and for the tables of exact.ts. */

import { compiledGame } from "../../src/exact/compiled-game.ts";
import { nashConv } from "../../src/exact/nash-conv.ts";
import { type Solution, solve } from "../../src/exact/solve.ts";
import { strategyOf } from "../../src/exact/strategy.ts";
import { getGame } from "../../src/games/registry.ts";
import { startBackend } from "../../src/nn/backend.ts";
import { kind } from "../../src/policies/features/mlp.ts";
import { networkPolicy } from "../../src/policies/network-policy.ts";
import { uniform } from "../../src/policies/policy.ts";
import { Rng } from "../../src/util/rng.ts";
import { type Effort, type Figure, type Measured, milliseconds, repeat, type Took, timed } from "../lib/measure.ts";

export interface EvaluationCost {
  readonly states: number;
  readonly infosets: number;
  /** Compiling the game, once per process. */
  readonly compile: Took;
  /** NashConv of a strategy. */
  readonly nashConv: readonly Took[];
  /** The strategy of a default-sized network, on the started backend. */
  readonly network: readonly Took[];
}

const EFFORT: Effort = { least: 10, most: 100, seconds: 0.5, warmUp: 20 };

export function evaluationCost(id: string): EvaluationCost {
  const game = getGame(id);
  const compile = timed(() => compiledGame(game));
  const compiled = compiledGame(game);
  const model = kind.model({ policy: "mlp", hidden: [64, 64], outputScale: 1 }, [game]);
  const policy = networkPolicy("network", model.network(model.firstWeights(new Rng(1))), model);
  const strategy = strategyOf(compiled, policy);
  return {
    states: compiled.kind.length,
    infosets: compiled.infosets.length,
    compile,
    nashConv: repeat(EFFORT, () => nashConv(compiled, strategy)),
    network: repeat(EFFORT, () => strategyOf(compiled, policy)),
  };
}

/** To a NashConv of 1e-4. */
export function solvingCost(id: string): { readonly solution: Solution; readonly took: readonly Took[] } {
  const game = getGame(id);
  const solution = solve(game);
  return { solution, took: repeat({ least: 3, most: 20, seconds: 0.2, warmUp: 0 }, () => solve(game)) };
}

/** NashConv of uniform play including compiling the game; JavaScript's own compiler has warmed up. */
function fromNothing(id: string): readonly Took[] {
  const game = getGame(id);
  return repeat({ least: 3, most: 50, seconds: 0.5, warmUp: 3 }, () => {
    // Compiled games are cached by game object; this is a new object.
    const compiled = compiledGame({ ...game });
    nashConv(compiled, strategyOf(compiled, uniform));
  });
}

export async function exact(quick: boolean): Promise<Measured> {
  const { name } = await startBackend("auto");
  const figures: Figure[] = [];
  const ids = ["kuhn", "ttt", "leduc", ...(quick ? [] : ["kuhn-match", "negotiation"])];
  for (const id of ids) {
    const cost = evaluationCost(id);
    const also = { states: cost.states, "information sets": cost.infosets };
    figures.push(
      milliseconds(`${id}, compiling the tree`, [cost.compile], { also }),
      milliseconds(`${id}, NashConv`, cost.nashConv, { also }),
      milliseconds(`${id}, NashConv from nothing`, fromNothing(id), { also }),
      milliseconds(`${id}, the network's strategy`, cost.network, { also }),
    );
  }
  for (const id of quick ? ["kuhn", "ttt"] : ids)
    figures.push(milliseconds(`${id}, solving to 1e-4`, solvingCost(id).took));
  return { figures, notes: [`The network runs on ${name}. A tree is compiled once a process.`] };
}
