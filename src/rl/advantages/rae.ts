/**
 * Role-conditioned advantage estimation (SPIRAL, arXiv 2506.24119): one baseline per game and role,
 *
 *   A(episode, role) = R_role − b[game, role]        with b as it stood before this episode, the same for every turn
 *   b[game, role] ← α b[game, role] + (1 − α) R_role once per episode, in episode order; b starts at 0, γ = 1
 *
 * A baseline updated before it is read would see the return it is subtracted from, and be biased.
 */
import { type AdvantageEstimator, byRole, type EstimatorSettings } from "./advantage.ts";

export function rae({ baselineDecay }: Pick<EstimatorSettings, "baselineDecay">): AdvantageEstimator {
  const baselines = new Map<string, number>();
  return {
    advantages: (batch) =>
      batch.map((trajectories) =>
        byRole(trajectories, (returns, role) => {
          // Known to be a number from the start: the loop would box it in every round otherwise.
          let b = Number(baselines.get(role) ?? 0);
          const advantages = new Float64Array(returns.length);
          for (let episode = 0; episode < returns.length; episode++) {
            const r = returns[episode];
            advantages[episode] = r - b;
            b = baselineDecay * b + (1 - baselineDecay) * r;
          }
          baselines.set(role, b);
          return advantages;
        }),
      ),
    save: () => ({ numbers: Object.fromEntries(baselines), arrays: [] }),
    restore({ numbers }) {
      baselines.clear();
      for (const [role, value] of Object.entries(numbers)) baselines.set(role, value);
    },
    dispose: () => {},
  };
}
