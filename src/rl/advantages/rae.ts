/**
 * Role-conditioned advantage estimation (SPIRAL, arXiv 2506.24119): one baseline per game and role,
 *
 *   A(episode, role) = R_role − b[game, role]            the same for every turn of the role; γ = 1
 *   b[game, role]    ← α b[game, role] + (1 − α) R_role  after each episode, in episode order; b starts at 0
 *
 * b must be read before it is updated. Otherwise it would contain the return that it is subtracted from, a bias.
 */
import { type AdvantageEstimator, byRole, type EstimatorSettings } from "./advantage.ts";

export function rae({ baselineDecay }: Pick<EstimatorSettings, "baselineDecay">): AdvantageEstimator {
  const baselines = new Map<string, number>();
  return {
    advantages: (batch) =>
      batch.map((trajectories) =>
        byRole(trajectories, (returns, role) => {
          // `Number` tells the compiler the type, so that the loop does not allocate a new number object in each round.
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
