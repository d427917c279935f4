/**
 * Leave-one-out baseline at the information set: of the n decisions that the batch holds at the same one (up to the
 * game's symmetries),
 *
 *   A_i = R_i − mean of the other R_j
 *
 * which is unbiased, as the others' returns do not depend on this action. A lone decision has no others; its baseline is
 * the leave-one-out mean of its role.
 */
import type { Infoset } from "../../games/graph.ts";
import type { Trajectories } from "../../selfplay/play.ts";
import { type AdvantageEstimator, forEachDecision, memoryless } from "./advantage.ts";
import { rloo } from "./rloo.ts";

export function infoset(): AdvantageEstimator {
  const byRole = rloo();
  return {
    ...memoryless,
    advantages(batch) {
      const fallback = byRole.advantages(batch);
      const tallies = new Map<Infoset, { n: number; sum: number }>();
      const tallyOf = ({ infosets }: Trajectories, index: number): { n: number; sum: number } => {
        const { canonical } = infosets[index] as Infoset;
        let tally = tallies.get(canonical);
        if (!tally) {
          tally = { n: 0, sum: 0 };
          tallies.set(canonical, tally);
        }
        return tally;
      };
      for (const trajectories of batch) {
        forEachDecision(trajectories, (_cell, episode, seat, index) => {
          const tally = tallyOf(trajectories, index);
          tally.n += 1;
          tally.sum += trajectories.returns[episode * 2 + seat] as number;
        });
      }
      return batch.map((trajectories, i) => {
        const advantages = fallback[i] as Float64Array;
        forEachDecision(trajectories, (cell, episode, seat, index) => {
          const { n, sum } = tallyOf(trajectories, index);
          const r = trajectories.returns[episode * 2 + seat] as number;
          if (n > 1) advantages[cell] = r - (sum - r) / (n - 1);
        });
        return advantages;
      });
    },
  };
}
