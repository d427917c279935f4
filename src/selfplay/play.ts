/**
 * Self-play in batches: thousands of games at once, any mix of games and policies. Policies stand still while a batch is
 * played. Draw d of game i is a pure function of (key, i, d), chance and actions apart: an agent's draws never change a
 * deal, and games are the same however they are split. A batch is played slice by slice (slice.ts), here or in other
 * threads (worker-pool.ts), and assembled (assemble.ts).
 */
import type { Episode } from "../record/episode.ts";
import { assemble } from "./assemble.ts";
import type { Executor, Plan, Trajectories } from "./plan.ts";
import { newSlice, playSlices } from "./slice.ts";

export const inThisThread: Executor = { play: async (plans) => play(plans), close: async () => {} };

/** Plays every plan to the end. */
export function play(plans: readonly Plan[]): Trajectories[] {
  const slices = plans.map((plan) => newSlice(plan, 0, plan.episodes));
  return playSlices(slices).map((slice, i) => assemble(plans[i] as Plan, [slice]));
}

/** Episode number `index` of the trajectories, as the log holds it. */
export function episodeOf({ plan, plies, slots, returns }: Trajectories, index: number, update?: number): Episode {
  const { graph, policies, paired } = plan;
  const { game } = graph;
  const [first, second] = paired && index % 2 === 1 ? [policies[1], policies[0]] : policies;
  let node = graph.root;
  const actions: number[] = [];
  for (let ply = 0; ply < (plies[index] as number); ply++) {
    const slot = slots[index * game.maxPlies + ply] as number;
    if (node.turn.kind !== "end") actions.push(node.turn.actions[slot] as number);
    node = graph.child(node, slot);
  }
  return {
    game: game.id,
    version: game.version,
    ...(update === undefined ? {} : { update }),
    index,
    players: [first.name, second.name],
    actions,
    returns: [returns[index * 2] as number, returns[index * 2 + 1] as number],
  };
}
