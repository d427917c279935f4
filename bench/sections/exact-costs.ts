/** What exact evaluation and solving cost, by game: for `npm run bench` and for the tables of exact.ts. */

import { gameTree, strategyOf } from "../../src/exact/compiled-game.ts";
import { nashConv } from "../../src/exact/nash-conv.ts";
import { type Solution, solve } from "../../src/exact/solve.ts";
import { getGame } from "../../src/games/registry.ts";
import { startBackend } from "../../src/nn/backend.ts";
import { initialWeights, Mlp } from "../../src/nn/mlp.ts";
import { FeatureLayout } from "../../src/policies/features/layout.ts";
import { neuralPolicy } from "../../src/policies/network-policy.ts";
import { uniform } from "../../src/policies/policy.ts";
import { Rng } from "../../src/util/rng.ts";
import { type Effort, type Figure, type Measured, milliseconds, repeat, type Took, timed } from "../lib/measure.ts";

export interface EvaluationCost {
  readonly states: number;
  readonly infosets: number;
  /** Making the tree: once a process. */
  readonly compile: Took;
  /** NashConv of a strategy. */
  readonly nashConv: readonly Took[];
  /** The strategy of a default-sized network, on the backend that has been started. */
  readonly network: readonly Took[];
}

const EFFORT: Effort = { least: 10, most: 100, seconds: 0.5, warmUp: 20 };

export function evaluationCost(id: string): EvaluationCost {
  const game = getGame(id);
  const compile = timed(() => gameTree(game));
  const tree = gameTree(game);
  const layout = new FeatureLayout([game]);
  const shape = { inputs: layout.inputs, hidden: [64, 64], outputs: layout.outputs, outputScale: 1 };
  const policy = neuralPolicy("network", layout, new Mlp(initialWeights(shape, new Rng(1))));
  const strategy = strategyOf(tree, policy);
  return {
    states: tree.kind.length,
    infosets: tree.infosets.length,
    compile,
    nashConv: repeat(EFFORT, () => nashConv(tree, strategy)),
    network: repeat(EFFORT, () => strategyOf(tree, policy)),
  };
}

/** To a NashConv of 1e-4. */
export function solvingCost(id: string): { readonly solution: Solution; readonly took: readonly Took[] } {
  const game = getGame(id);
  const solution = solve(game);
  return { solution, took: repeat({ least: 3, most: 20, seconds: 0.2, warmUp: 0 }, () => solve(game)) };
}

/** NashConv of uniform play with no tree at hand; the compiler of JavaScript has warmed up. */
function fromNothing(id: string): readonly Took[] {
  const game = getGame(id);
  return repeat({ least: 3, most: 50, seconds: 0.5, warmUp: 3 }, () => {
    // Trees are kept by game; this is another one.
    const tree = gameTree({ ...game });
    nashConv(tree, strategyOf(tree, uniform));
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
