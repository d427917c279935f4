/** Batches of games for the tests of learning, and their decisions found again by walking the rules. */

import { getGame } from "../../src/games/registry.ts";
import { GameGraph, type Infoset } from "../../src/graph/game-graph.ts";
import type { Policy } from "../../src/policies/policy.ts";
import type { Plan, Trajectories } from "../../src/selfplay/plan.ts";
import { play } from "../../src/selfplay/play.ts";
import { Rng } from "../../src/util/rng.ts";
import { randomPolicy } from "../helpers.ts";

interface Shape {
  readonly graph?: GameGraph;
  readonly learner?: Policy;
  /** Who sits in the other seat, seats swapped from game to game; without it the learner sits in both. */
  readonly opponent?: Policy;
}

export const opponent = randomPolicy("opponent");

function planOf(id: string, episodes: number, key: number, shape: Shape = {}): Plan {
  const { graph = new GameGraph(getGame(id)), learner = randomPolicy(key), opponent } = shape;
  return {
    graph,
    episodes,
    policies: [learner, opponent ?? learner],
    paired: opponent !== undefined,
    chanceKey: key,
    actionKey: ~key,
  };
}

export const playBatch = (id: string, episodes: number, key: number, shape?: Shape): Trajectories =>
  play([planOf(id, episodes, key, shape)])[0] as Trajectories;

/** The same games with returns at random, so that no seat's can be had from the other's. */
export function withReturns(trajectories: Trajectories, seed: string | number): Trajectories {
  const rng = new Rng(seed);
  return { ...trajectories, returns: trajectories.returns.map(() => rng.normal()) };
}

/** Trajectories of the games with these actions, chance's outcomes among them. */
export function gamesOf(id: string, games: readonly (readonly number[])[], shape?: Shape): Trajectories {
  const plan = planOf(id, games.length, 1, shape);
  const P = plan.graph.game.maxPlies;
  const cells = games.length * P;
  const [slots, decisions, plies] = [new Uint16Array(cells), new Int32Array(cells), new Uint16Array(games.length)];
  const returns = new Float64Array(games.length * 2);
  const infosets: Infoset[] = [];
  games.forEach((actions, e) => {
    let node = plan.graph.root;
    actions.forEach((action, ply) => {
      if (node.turn.kind === "end") throw new Error("the game was over");
      const slot = node.turn.actions.indexOf(action);
      if (node.infoset && !infosets.includes(node.infoset)) infosets.push(node.infoset);
      decisions[e * P + ply] = node.infoset ? infosets.indexOf(node.infoset) : -1;
      slots[e * P + ply] = slot;
      node = plan.graph.child(node, slot);
    });
    if (node.turn.kind !== "end") throw new Error("the game goes on");
    plies[e] = actions.length;
    returns.set(node.turn.returns, e * 2);
  });
  return { plan, plies, slots, decisions, returns, infosets, ids: Int32Array.from(infosets, ({ id }) => id) };
}

export interface Decision {
  readonly cell: number;
  readonly episode: number;
  readonly seat: 0 | 1;
  /** Of the player who decides. */
  readonly ret: number;
  readonly infoset: Infoset;
  /** The representative of its orbit, by the game's own word; and the actions and the action taken there. */
  readonly orbit: string;
  readonly actions: readonly number[];
  readonly action: number;
}

/** Whether the learner has this seat: both in self-play, else the first in games 0, 2, 4 … and the second in the others. */
export const learnerHas = ({ plan }: Trajectories, episode: number, seat: 0 | 1): boolean =>
  !plan.paired || (episode % 2 === 0 ? seat === 0 : seat === 1);

/** The learner's decisions, game by game and ply by ply. */
export function learnerDecisions(trajectories: Trajectories): Decision[] {
  const { plan, plies, slots, returns } = trajectories;
  const { game } = plan.graph;
  const found: Decision[] = [];
  for (let episode = 0; episode < plan.episodes; episode++) {
    let node = plan.graph.root;
    for (let ply = 0; ply < (plies[episode] as number); ply++) {
      const cell = episode * game.maxPlies + ply;
      const slot = slots[cell] as number;
      const { turn, infoset } = node;
      if (turn.kind === "player" && infoset && learnerHas(trajectories, episode, turn.player)) {
        const image = game.canonical?.(node.state) ?? { state: node.state, permutation: undefined };
        const there = game.turn(image.state);
        const taken = turn.actions[slot] as number;
        found.push({
          cell,
          episode,
          seat: turn.player,
          ret: returns[episode * 2 + turn.player] as number,
          infoset,
          orbit: `${game.id} ${turn.player} ${game.infosetKey(image.state, turn.player)}`,
          actions: there.kind === "end" ? [] : there.actions,
          action: image.permutation ? (image.permutation[taken] as number) : taken,
        });
      }
      node = plan.graph.child(node, slot);
    }
  }
  return found;
}

/** Advantages, which come in the order of the learner's decisions, laid out like the trajectories' `decisions`, with 0 elsewhere. */
export function byCell(trajectories: Trajectories, advantages: Float64Array): Float64Array {
  const own = learnerDecisions(trajectories);
  if (advantages.length !== own.length) throw new Error(`${advantages.length} advantages for ${own.length} decisions`);
  const cells = new Float64Array(trajectories.decisions.length);
  own.forEach(({ cell }, t) => {
    cells[cell] = advantages[t] as number;
  });
  return cells;
}
