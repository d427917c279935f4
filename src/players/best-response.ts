/**
 * The exact exploiter of a policy: in each seat a best response to the policy in the other (exact/best-response.ts). It wins the
 * most that any player can win from the policy, and may be weak against others. Where the policy never lets it come, it takes the
 * first action.
 */
import { bestResponse } from "../exact/best-response.ts";
import { compiledGame } from "../exact/compiled-game.ts";
import { strategyOf } from "../exact/strategy.ts";
import type { Game } from "../games/game.ts";
import type { Distribution, Policy, PolicyMaker } from "../policies/policy.ts";
import { tablePolicy } from "../policies/table-policy.ts";

export const BEST_RESPONSE = "best-response";

/** It is computed here, once for each policy and game. Throws an Error if the game is not walkable. */
export function bestResponseTo(policy: Policy, game: Game): Policy {
  const compiled = compiledGame(game);
  const strategy = strategyOf(compiled, policy);
  const table = new Map<string, Distribution>();
  for (const seat of [0, 1] as const) {
    bestResponse(compiled, strategy, seat).slots.forEach((slot, i) => {
      const { player, key, actions } = compiled.infosets[i];
      if (slot >= 0) table.set(`${player}${key}`, new Float64Array(actions.length).fill(1, slot, slot + 1));
    });
  }
  const name = `${BEST_RESPONSE}:of=${policy.name}`;
  const recipe = policy.recipe && { maker: BEST_RESPONSE, of: policy.recipe };
  return { ...tablePolicy(name, game, table), ...(recipe ? { recipe } : {}) };
}

/** The maker of best responses. */
export const makeBestResponse: PolicyMaker<undefined> = ({ of, game }) => {
  if (!of) throw new Error("a best response is made of another policy");
  return { policy: bestResponseTo(of, game) };
};
