/**
 * Exact exploitability (Lanctot et al. 2017).
 *
 *   NashConv(π) = BR₀(π₁) + BR₁(π₀)
 *
 * BR is what a best response earns against the other player's part of π. In a zero-sum game the players' own values cancel,
 * NashConv is at least 0, and it is 0 only in equilibrium. Exploitability is half of it.
 */
import type { Game } from "../games/game.ts";
import type { Policy } from "../policies/policy.ts";
import { bestResponseValue } from "./best-response.ts";
import { type CompiledGame, compiledGame } from "./compiled-game.ts";
import { greedyStrategy, type Strategy, strategyOf } from "./strategy.ts";

export interface Exploitability {
  readonly nashConv: number;
  /** What a best response in seat 0 (1) earns on average against the policy in the other. */
  readonly bestResponse: readonly [number, number];
}

/** NashConv of a strategy on a compiled game. */
export function nashConv(compiled: CompiledGame, strategy: Strategy): Exploitability {
  const first = bestResponseValue(compiled, strategy, 0);
  const second = bestResponseValue(compiled, strategy, 1);
  return { nashConv: first + second, bestResponse: [first, second] };
}

/** NashConv of a policy as it samples, and of its most likely actions; undefined where the game cannot be walked. */
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
