/** What is judged, by name: the estimators of `rl.advantage`, and the action values of the rule `mirror`. */
import type { Trajectories } from "../../selfplay/plan.ts";
import type { MakeEstimator } from "../advantages/advantage.ts";
import { estimators } from "../advantages/registry.ts";
import { mergeRows } from "../rows.ts";
import type { Credit, MakeJudged } from "./credit.ts";
import { mirror } from "./mirror.ts";

/** By name. An estimator of another kind is another line. */
export const judged = {
  ...perDecision(estimators),
  mirror,
} as const satisfies Record<string, MakeJudged>;

/**
 * Estimators that give an advantage to each decision. All decisions of a batch at one information set that take one action go
 * into one row of the loss (rl/rows.ts). So their estimate is the mean, and G the sum:
 *
 *   Â(I, a) = (1 / n) Σ_{decisions at (I, a)} Â        G(I, a) = Σ_{decisions at (I, a)} Â / episodes
 */
export function perDecision<Name extends string>(
  makers: Readonly<Record<Name, MakeEstimator>>,
): Record<Name, MakeJudged> {
  const entries = Object.entries<MakeEstimator>(makers).map(([name, make]): [string, MakeJudged] => [
    name,
    (settings, context) => {
      const estimator = make(settings, context);
      return { credits: (batch) => meansOf(batch, estimator.advantages(batch)), dispose: () => estimator.dispose() };
    },
  ]);
  return Object.fromEntries(entries) as Record<Name, MakeJudged>;
}

function meansOf(batch: readonly Trajectories[], advantages: readonly Float64Array[]): Credit[] {
  const sums = mergeRows(batch, advantages);
  const ones = advantages.map((array) => array.map(() => 1));
  const counts = mergeRows(batch, ones).rows;
  const episodes = batch.reduce((sum, { plan }) => sum + plan.episodes, 0);
  // Rows are sums over decisions, divided by the number of decisions.
  const T = sums.decisions;
  return sums.rows.map(({ infoset, positive, negative }, r) => {
    const decisions = counts[r].positive.map((share) => Math.round(share * T));
    const total = positive.map((up, slot) => (up + negative[slot]) * T);
    return {
      infoset,
      decisions,
      advantage: total.map((sum, slot) => (decisions[slot] > 0 ? sum / decisions[slot] : 0)),
      push: total.map((sum) => sum / episodes),
    };
  });
}
