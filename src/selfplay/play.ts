/**
 * Self-play in batches, in this thread: thousands of episodes at once, with any mix of games and policies. The policies do
 * not change while a batch is played. The random draw number d of episode i is a pure function of (key, i, d), with
 * separate keys for chance and for the players. So a player's draws never change the deal, and the episodes do not depend
 * on how a batch is partitioned.
 */
import type { Episode } from "../record/episode.ts";
import { assemble } from "./assemble.ts";
import type { Executor, Plan, Trajectories } from "./plan.ts";
import { newSlice, playSlices } from "./slice.ts";

/** Plays batches in this thread alone. */
export const inThisThread: Executor = { play: async (plans) => play(plans), close: async () => {} };

/** Plays every plan to the end. */
export function play(plans: readonly Plan[]): Trajectories[] {
  const slices = plans.map((plan) => newSlice(plan, 0, plan.episodes));
  return playSlices(slices).map((slice, i) => assemble(plans[i], [slice]));
}

/** Plays episodes `from` … `to` − 1 of a plan; in the result they are numbered from 0. `from` is even if the plan is paired. */
export function playPart(plan: Plan, from: number, to: number): Trajectories {
  const [slice] = playSlices([newSlice(plan, from, to)]);
  return assemble({ ...plan, episodes: to - from }, [{ ...slice, from: 0, to: to - from }]);
}

/** Episode `index` of the trajectories in the form of the episode log. */
export function episodeOf({ plan, plies, slots, returns }: Trajectories, index: number, update?: number): Episode {
  const { graph, policies, paired } = plan;
  const { game } = graph;
  const [first, second] = paired && index % 2 === 1 ? [policies[1], policies[0]] : policies;
  let node = graph.root;
  const actions: number[] = [];
  for (let ply = 0; ply < plies[index]; ply++) {
    const slot = slots[index * game.maxPlies + ply];
    if (node.turn.kind !== "end") actions.push(node.turn.actions[slot]);
    node = graph.child(node, slot);
  }
  return {
    game: game.id,
    version: game.version,
    ...(update === undefined ? {} : { update }),
    index,
    players: [first.name, second.name],
    actions,
    returns: [returns[index * 2], returns[index * 2 + 1]],
  };
}
