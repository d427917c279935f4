/** No baseline: A = R, the return of the player who decides (REINFORCE, Williams 1992). */
import type { AdvantageEstimator } from "./advantage.ts";
import { forEachDecision } from "./advantage.ts";

export function none(): AdvantageEstimator {
  return {
    advantages: (batch) =>
      batch.map((trajectories) => {
        const advantages = new Float64Array(trajectories.decisions.length);
        forEachDecision(trajectories, (cell, episode, seat) => {
          advantages[cell] = trajectories.returns[episode * 2 + seat] as number;
        });
        return advantages;
      }),
    save: () => ({}),
    restore: () => {},
  };
}
