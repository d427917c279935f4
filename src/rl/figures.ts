/** Figures of a batch that join the metrics. */
import type { Policy } from "../policies/policy.ts";
import type { Trajectories } from "../selfplay/plan.ts";
import { learnerSits } from "./advantages/advantage.ts";
import type { Row } from "./rows.ts";

/** By game: the mean entropy of the policy over the decisions, in nats. */
export function meanEntropy(policy: Policy, rows: readonly Pick<Row, "infoset" | "visits">[]): Record<string, number> {
  const byGame: Record<string, number> = {};
  const distributions = policy.distributions(rows.map(({ infoset }) => infoset));
  rows.forEach(({ infoset, visits }, i) => {
    let entropy = 0;
    for (const p of distributions[i]) entropy -= p > 0 ? p * Math.log(p) : 0;
    byGame[infoset.game.id] = (byGame[infoset.game.id] ?? 0) + visits * entropy;
  });
  return byGame;
}

/** By game and role, `kuhn/first`: the mean return of the learner in the role, over the episodes in which it has it. */
export function meanReturns(batch: readonly Trajectories[]): Record<string, number> {
  const byRole = new Map<string, readonly [sum: number, count: number]>();
  for (const trajectories of batch) {
    const { plan, returns } = trajectories;
    const { id, roles } = plan.graph.game;
    const isSelfPlay = plan.policies[0] === plan.policies[1];
    for (const seat of [0, 1] as const) {
      const role = `${id}/${roles[seat]}`;
      let [sum, count] = byRole.get(role) ?? [0, 0];
      for (let episode = 0; episode < plan.episodes; episode++) {
        if (!isSelfPlay && !learnerSits(trajectories, episode, seat)) continue;
        sum += returns[episode * 2 + seat];
        count++;
      }
      if (count > 0) byRole.set(role, [sum, count]);
    }
  }
  return Object.fromEntries([...byRole].map(([role, [sum, count]]) => [role, sum / count]));
}
