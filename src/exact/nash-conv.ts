/**
 * Exact exploitability (Lanctot et al. 2017).
 *
 *   NashConv(π) = BR₀(π₁) + BR₁(π₀)
 *
 * BR is the return of a best response to the other player's part of π. In a zero-sum game the values of π for the two players
 * cancel, so NashConv is at least 0, and it is 0 only in equilibrium. Exploitability is half of it.
 */
import type { Game } from "../games/game.ts";
import type { Policy } from "../policies/policy.ts";
import { bestResponseValue } from "./best-response.ts";
import { type CompiledGame, compiledGame } from "./compiled-game.ts";
import { greedyStrategy, type Strategy, strategyOf } from "./strategy.ts";

export interface Exploitability {
  readonly nashConv: number;
  /** By seat, the expected return of a best response in that seat. */
  readonly bestResponse: readonly [number, number];
}

/** NashConv of a strategy on a compiled game. */
export function nashConv(compiled: CompiledGame, strategy: Strategy): Exploitability {
  const first = bestResponseValue(compiled, strategy, 0);
  const second = bestResponseValue(compiled, strategy, 1);
  return { nashConv: first + second, bestResponse: [first, second] };
}

/** NashConv of a policy, and of the policy of its most likely actions; undefined if the game is not walkable. */
export function evaluateExactly(
  game: Game,
  policy: Policy,
): { nashConv: number; greedyNashConv: number; sampled: Exploitability; greedy: Exploitability } | undefined {
  if (!game.walkable) return undefined;
  const compiled = compiledGame(game);
  const strategy = strategyOf(compiled, policy);
  const sampled = nashConv(compiled, strategy);
  const greedy = nashConv(compiled, greedyStrategy(compiled, strategy));
  return { nashConv: sampled.nashConv, greedyNashConv: greedy.nashConv, sampled, greedy };
}
