/**
 * Perfect play in a game of perfect information, by backward induction:
 *
 *   v(s) = max_a v(s·a) for player 0, min_a v(s·a) for player 1, Σ_a P(a) v(s·a) at chance
 *
 * The policy plays each action with v(s·a) = v(s) with the same probability.
 */
import type { Game } from "../games/game.ts";
import { CHANCE, END } from "../graph/flat-graph.ts";
import type { Distribution, Policy } from "../policies/policy.ts";
import { tablePolicy } from "../policies/table-policy.ts";
import { memoised } from "../util/memoised.ts";
import { compiledGame } from "./compiled-game.ts";

/** The minimax policy of `game`. It is solved at the first call. */
export const minimax = memoised(solve);

function solve(game: Game): Policy {
  const { kind, firstEdge, infoset, returns, target, probability, infosets } = compiledGame(game);
  const value = new Float64Array(kind.length);
  const table = new Map<string, Distribution>();
  for (let n = kind.length - 1; n >= 0; n--) {
    const [first, end] = [firstEdge[n], firstEdge[n + 1]];
    const values = Float64Array.from(target.subarray(first, end), (child) => value[child]);
    if (kind[n] === END) {
      value[n] = returns[n];
    } else if (kind[n] === CHANCE) {
      value[n] = values.reduce((sum, v, slot) => sum + v * probability[first + slot], 0);
    } else {
      const best = kind[n] === 0 ? Math.max(...values) : Math.min(...values);
      value[n] = best;
      const optimal = values.map((v) => (Math.abs(v - best) < 1e-12 ? 1 : 0));
      const count = optimal.reduce((sum, x) => sum + x, 0);
      const { player, key } = infosets[infoset[n]];
      table.set(
        `${player}${key}`,
        optimal.map((x) => x / count),
      );
    }
  }
  return tablePolicy("minimax", game, table);
}
