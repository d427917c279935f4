/**
 * Role-conditioned advantage estimation (SPIRAL, arXiv 2506.24119): one baseline per game and role,
 *
 *   A(episode, role) = R_role − b[game, role]        with b as it stood before this episode, the same for every turn
 *   b[game, role] ← α b[game, role] + (1 − α) R_role once per episode, in episode order; b starts at 0, γ = 1
 *
 * A baseline updated before it is read would see the return it is subtracted from, and be biased.
 */
import type { Trajectories } from "../../selfplay/play.ts";
import type { AdvantageEstimator } from "./advantage.ts";
import { forEachDecision } from "./advantage.ts";

export function rae({ baselineDecay }: { readonly baselineDecay: number }): AdvantageEstimator {
  const baselines = new Map<string, number>();

  function ofGame(trajectories: Trajectories): Float64Array {
    const { plan, decisions, returns } = trajectories;
    const { id, roles } = plan.graph.game;
    const keys = roles.map((role) => `${id}/${role}`) as [string, string];
    // Of each episode and seat, R − b; b moves on behind it.
    const byEpisode = new Float64Array(plan.episodes * 2);
    keys.forEach((key, seat) => {
      let b = baselines.get(key) ?? 0;
      for (let i = seat; i < byEpisode.length; i += 2) {
        const r = returns[i] as number;
        byEpisode[i] = r - b;
        b = baselineDecay * b + (1 - baselineDecay) * r;
      }
      baselines.set(key, b);
    });
    const advantages = new Float64Array(decisions.length);
    forEachDecision(trajectories, (cell, episode, seat) => {
      advantages[cell] = byEpisode[episode * 2 + seat] as number;
    });
    return advantages;
  }

  return {
    advantages: (batch) => batch.map(ofGame),
    save: () => Object.fromEntries(baselines),
    restore(saved) {
      baselines.clear();
      for (const [key, value] of Object.entries(saved)) baselines.set(key, value);
    },
  };
}
