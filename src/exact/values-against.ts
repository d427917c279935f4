/**
 * What each action is worth against an opponent whose strategy σ is known, if the seat that decides goes on by a best response:
 *
 *   Q*(I, a) = Σ_{s ∈ I} β(s) v*(s·a)        regret(I, a) = max_b Q*(I, b) − Q*(I, a)
 *
 * β is what the seat believes about the state (action-values.ts), v* its return by a best response to σ from there on. A regret
 * is never negative: it is what the action gives away. Over a game, for a player π in one seat,
 *
 *   E[Σ regret] = (value of the best response) − J(π)
 *
 * which is the performance difference lemma (Kakade and Langford 2002). So the sum of regrets ranks players exactly as the mean
 * return does, and no luck is in it that the player has no part in.
 */
import type { Game } from "../games/game.ts";
import type { Infoset } from "../graph/game-graph.ts";
import type { Policy } from "../policies/policy.ts";
import { actionValues } from "./action-values.ts";
import { bestResponse, withBestResponse } from "./best-response.ts";
import { type CompiledGame, compiledGame } from "./compiled-game.ts";
import { type Strategy, strategyOf } from "./strategy.ts";

/** Q* of every action of an information set, by slot, to the seat that decides; NaN if σ never leads there. */
export type ValuesAgainst = (infoset: Pick<Infoset, "player" | "key">) => Float64Array;

/**
 * `errs`: the share of σ's moves that are made at random. With any share above 0 every set is led to, so that every action has
 * a value. Throws an Error if the game cannot be walked.
 */
export function valuesAgainst(game: Game, policy: Policy, errs = 0): ValuesAgainst {
  const compiled = compiledGame(game);
  const { infosets, firstEntry } = compiled;
  const strategy = erring(compiled, strategyOf(compiled, policy), errs);
  const bySeat = ([0, 1] as const).map(
    (seat) => actionValues(compiled, withBestResponse(compiled, strategy, bestResponse(compiled, strategy, seat))).q,
  );
  const index = new Map(infosets.map(({ player, key }, i) => [`${player}${key}`, i]));
  return ({ player, key }) => {
    const i = index.get(`${player}${key}`);
    if (i === undefined) throw new Error(`${game.id} has no information set ${key}`);
    return (bySeat[player] as Float64Array).subarray(firstEntry[i], firstEntry[i + 1]);
  };
}

/** max_b Q*(b) − Q*(a) of the action in `slot`. */
export const regretIn = (values: Float64Array, slot: number): number => Math.max(...values) - values[slot];

function erring({ infosets, firstEntry }: CompiledGame, strategy: Strategy, share: number): Strategy {
  const result = strategy.slice();
  for (let i = 0; i < infosets.length; i++) {
    const [start, end] = [firstEntry[i], firstEntry[i + 1]];
    for (let e = start; e < end; e++) result[e] = (1 - share) * strategy[e] + share / (end - start);
  }
  return result;
}
