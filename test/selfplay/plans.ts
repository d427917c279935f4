/** Plans for the tests of the game loop, and what came of them. */

import { getGame } from "../../src/games/registry.ts";
import { GameGraph, type Infoset } from "../../src/graph/game-graph.ts";
import type { Distribution, Policy } from "../../src/policies/policy.ts";
import type { Plan, Trajectories } from "../../src/selfplay/plan.ts";
import { episodeOf, play } from "../../src/selfplay/play.ts";
import { randomDistribution } from "../helpers.ts";

/** The random policy of a game, whose distributions are drawn once for all graphs. */
function policyOf(id: string): Policy {
  const at = ({ player, key, actions }: Infoset): Distribution => {
    const name = `${id} ${player}|${key}`;
    const known = drawn.get(name) ?? randomDistribution(id, { player, key, actions });
    drawn.set(name, known);
    return known;
  };
  return { name: `random-${id}`, distributions: (infosets) => infosets.map(at) };
}
const drawn = new Map<string, Distribution>();

export function plan(id: string, episodes: number, overrides: Partial<Plan> = {}): Plan {
  const policy = policyOf(id);
  return {
    graph: new GameGraph(getGame(id)),
    episodes,
    policies: [policy, policy],
    paired: false,
    chanceKey: 123_456_789,
    actionKey: -987_654_321,
    ...overrides,
  };
}
export const playOne = (one: Plan): Trajectories => play([one])[0] as Trajectories;
export const always = (slot: number): Policy => ({
  name: `always-${slot}`,
  distributions: (infosets) =>
    infosets.map(({ actions }) => Float64Array.from(actions, (_, s) => (s === slot ? 1 : 0))),
});

/** What was played, without the order in which the graph numbers things. */
export const content = (t: Trajectories) =>
  Array.from({ length: t.plan.episodes }, (_, e) => ({
    ...episodeOf(t, e),
    players: [],
    decisions: Array.from({ length: t.plies[e] as number }, (_, ply) => {
      const index = t.decisions[e * t.plan.graph.game.maxPlies + ply] as number;
      return index < 0 ? "chance" : t.infosets[index]?.key;
    }),
  }));
/** The outcomes of chance in one episode. */
export const deals = ({ plan: { graph }, plies, slots, decisions }: Trajectories, episode: number): number[] => {
  const start = episode * graph.game.maxPlies;
  const cells = Array.from({ length: plies[episode] as number }, (_, ply) => start + ply);
  return cells.filter((cell) => decisions[cell] === -1).map((cell) => slots[cell] as number);
};
