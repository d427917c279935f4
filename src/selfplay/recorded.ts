/** Trajectories of games that were played before, such as those of an episode log. */
import type { GameGraph } from "../graph/game-graph.ts";
import type { Policy } from "../policies/policy.ts";
import { assemble } from "./assemble.ts";
import type { Trajectories } from "./plan.ts";
import { newCells } from "./slice.ts";

/** A game from its first ply to its end. */
export interface RecordedGame {
  /** All actions, outcomes of chance included. */
  readonly actions: readonly number[];
  /** The number of plies at the beginning that nobody chose; they are no decisions. */
  readonly opening: number;
}

/**
 * The trajectories of these games, as if one player had played both seats. `plies` gives the plies of the graph's game that
 * stand for an action, from the state in which it is taken. Throws an Error if a game is not legal, or has no end.
 */
export function recordedTrajectories(
  graph: GameGraph,
  player: string,
  games: readonly RecordedGame[],
  plies: (state: unknown, action: number) => readonly number[] = (_, action) => [action],
): Trajectories {
  const E = games.length;
  const P = graph.game.maxPlies;
  const cells = newCells(E, P);
  /** By id of the information set: its earliest visit, as in `PlayedSlice`. */
  const earliest = new Map<number, number>();
  games.forEach(({ actions, opening }, e) => {
    let node = graph.root;
    let ply = 0;
    let decisions = 0;
    actions.forEach((action, place) => {
      for (const next of node.infoset ? plies(node.state, action) : [action]) {
        const { turn, infoset } = node;
        const slot = turn.kind === "end" ? -1 : turn.actions.indexOf(next);
        if (slot < 0) throw new Error(`${graph.game.id}: action ${action} of game ${e} is not legal`);
        const id = infoset && place >= opening ? infoset.id : -1;
        cells.slots[e * P + ply] = slot;
        cells.decisions[e * P + ply] = id;
        if (id >= 0) earliest.set(id, Math.min(earliest.get(id) ?? Number.POSITIVE_INFINITY, decisions++ * E + e));
        node = graph.child(node, slot);
        ply++;
      }
    });
    if (node.turn.kind !== "end") throw new Error(`${graph.game.id}: game ${e} has no end`);
    cells.plies[e] = ply;
    cells.returns.set(node.turn.returns, e * 2);
  });
  const policy = recordedPlayer(player);
  const plan = { graph, episodes: E, policies: [policy, policy] as const, paired: false, chanceKey: 0, actionKey: 0 };
  return assemble(plan, [{ from: 0, to: E, cells, visited: [...earliest.keys()], earliest: [...earliest.values()] }]);
}

/** A player of whom only some games are known. */
const recordedPlayer = (name: string): Policy => ({
  name,
  distributions() {
    throw new Error(`of ${name} only some games are known`);
  },
});
