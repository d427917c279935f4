/**
 * The rate of answers that are no legal action, for a policy that answers in words, exactly:
 *
 *   rate(seat) = Σ_n reach(n) P(illegal | n) / Σ_n reach(n)        n over the decisions of the seat
 *
 * reach(n) is the probability of n when the policy plays both seats and all its answers are legal, so that an early illegal
 * answer does not hide later ones.
 */
import { CHANCE, END } from "../graph/flat-graph.ts";
import type { Policy } from "../policies/policy.ts";
import type { CompiledGame } from "./compiled-game.ts";
import { jointReach } from "./reach.ts";
import { strategyOf } from "./strategy.ts";

/** Illegal answers a turn, by seat; undefined if all answers of the policy are legal. */
export function illegalRate(compiled: CompiledGame, policy: Policy): readonly [number, number] | undefined {
  const illegal = policy.illegal?.(compiled.infosets);
  if (!illegal) return undefined;
  const reach = jointReach(compiled, strategyOf(compiled, policy));
  const [answers, wrong] = [new Float64Array(2), new Float64Array(2)];
  for (let n = 0; n < reach.length; n++) {
    const seat = compiled.kind[n];
    if (seat === CHANCE || seat === END) continue;
    answers[seat] += reach[n];
    wrong[seat] += reach[n] * illegal[compiled.infoset[n]];
  }
  return [wrong[0] / answers[0], wrong[1] / answers[1]];
}
