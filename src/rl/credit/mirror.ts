/**
 * What the rule `mirror` (rules/mirror.ts) makes of a batch: Q̂ − Σ_a π Q̂ of every action at every information set that was visited,
 * in units of the game's returns. (Its targets are normalised, so that V̂, or whatever is the same for all actions, has no effect.) Both
 * seats explore while the batches are played, and the critic learns from every batch. For the gradient, an information set counts
 * as often as it was visited, and its actions by π, not by how often they were taken:
 *
 *   G(I, a) = visits(I) / episodes · π(a | I) (Q̂(I, a) − Σ π Q̂)
 */
import { exploring } from "../../policies/exploring.ts";
import { ActionCritic } from "../action-critic.ts";
import { actionValues, largestReturn } from "../action-values.ts";
import { learnerDecisions } from "../advantages/advantage.ts";
import { rowWeights } from "../losses/mirror.ts";
import type { MakeJudged } from "./credit.ts";

export const mirror: MakeJudged = ({ exploration, mirror: settings }, { games, rng, batches, policyOf }) => {
  const critic = new ActionCritic(settings.critic, games, rng);
  let update = 0;
  return {
    behaviour: (policy) => exploring(policy, exploration),
    credits(batch) {
      update++;
      let policy: Float64Array = new Float64Array(0);
      const values = actionValues(batch, {
        policy: (infosets) => {
          policy = policyOf(infosets);
          return policy;
        },
        exploration,
        critic: critic.isReady(update) ? (infosets) => critic.values(infosets) : undefined,
      });
      critic.fit([{ values, weights: rowWeights(values) }], update, {
        updates: batches,
        rl: { decay: "linear", halfLife: batches },
      });
      const scale = largestReturn(batch[0]);
      const episodes = batch.reduce((sum, { plan }) => sum + plan.episodes, 0);
      const decisions = batch.reduce((sum, one) => sum + learnerDecisions(one).cells.length, 0);
      return values.infosets.map((infoset, r) => {
        const [start, end] = [values.starts[r], values.starts[r + 1]];
        const visits = values.visits[r] * decisions;
        const own = values.values.slice(start, end);
        const mean = own.reduce((sum, q, slot) => sum + policy[start + slot] * q, 0);
        const advantage = own.map((q) => scale * (q - mean));
        return {
          infoset,
          decisions: new Float64Array(end - start).fill(visits),
          advantage,
          push: advantage.map((a, slot) => (visits / episodes) * policy[start + slot] * a),
        };
      });
    },
    dispose: () => critic.dispose(),
  };
};
