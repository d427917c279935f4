/**
 * One baseline per game for both roles, for comparison with role conditioning (rae.ts):
 *
 *   A(episode, role) = R_role − b[game]        with b before this episode
 *   b[game] ← α b[game] + (1 − α) · mean of the learner's returns in the episode
 *
 * In self-play on a zero-sum game the two returns cancel, so b stays 0: that is no baseline.
 */
import type { Trajectories } from "../../selfplay/plan.ts";
import { type AdvantageEstimator, type EstimatorSettings, learnerSits, ofSides } from "./advantage.ts";

export function shared({ baselineDecay }: Pick<EstimatorSettings, "baselineDecay">): AdvantageEstimator {
  const baselines = new Map<string, number>();

  function ofGame(trajectories: Trajectories): Float64Array {
    const { plan, returns } = trajectories;
    const { id } = plan.graph.game;
    const bySide = new Float64Array(plan.episodes * 2);
    let b = baselines.get(id) ?? 0;
    for (let episode = 0; episode < plan.episodes; episode++) {
      const sides = ([0, 1] as const)
        .filter((seat) => learnerSits(trajectories, episode, seat))
        .map((s) => episode * 2 + s);
      for (const side of sides) bySide[side] = returns[side] - b;
      const mean = sides.reduce((sum, side) => sum + returns[side], 0) / sides.length;
      b = baselineDecay * b + (1 - baselineDecay) * mean;
    }
    baselines.set(id, b);
    return ofSides(trajectories, bySide);
  }

  return {
    advantages: (batch) => batch.map(ofGame),
    save: () => ({ numbers: Object.fromEntries(baselines), arrays: [] }),
    restore({ numbers }) {
      baselines.clear();
      for (const [game, value] of Object.entries(numbers)) baselines.set(game, value);
    },
    dispose: () => {},
  };
}
