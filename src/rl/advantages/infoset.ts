/**
 * Leave-one-out baseline at the information set. Among the n decisions of the batch at one information set (up to the game's
 * symmetries),
 *
 *   A_i = R_i − mean of the other R_j
 *
 * It is unbiased, because the other returns do not depend on this action. If n = 1, the baseline is the leave-one-out mean
 * of the role (rloo.ts).
 */
import type { Infoset } from "../../graph/game-graph.ts";
import type { Trajectories } from "../../selfplay/plan.ts";
import { type AdvantageEstimator, learnerDecisions, memoryless } from "./advantage.ts";
import { rloo } from "./rloo.ts";

export function infoset(): AdvantageEstimator {
  const byRole = rloo();
  return {
    ...memoryless,
    advantages(batch) {
      const fallback = byRole.advantages(batch);
      const tallies = new Map<Infoset, { n: number; sum: number }>();
      const tallyOf = ({ infosets, decisions }: Trajectories, cell: number): { n: number; sum: number } => {
        const { canonical } = infosets[decisions[cell]];
        let tally = tallies.get(canonical);
        if (!tally) {
          tally = { n: 0, sum: 0 };
          tallies.set(canonical, tally);
        }
        return tally;
      };
      for (const trajectories of batch) {
        const { cells, sides } = learnerDecisions(trajectories);
        cells.forEach((cell, t) => {
          const tally = tallyOf(trajectories, cell);
          tally.n += 1;
          tally.sum += trajectories.returns[sides[t]];
        });
      }
      return batch.map((trajectories, i) => {
        const advantages = fallback[i];
        const { cells, sides } = learnerDecisions(trajectories);
        cells.forEach((cell, t) => {
          const { n, sum } = tallyOf(trajectories, cell);
          const r = trajectories.returns[sides[t]];
          if (n > 1) advantages[t] = r - (sum - r) / (n - 1);
        });
        return advantages;
      });
    },
  };
}
