/**
 * The nodes of a whole game in topological order (Kahn 1962), level by level. A node's level is the length of the longest path
 * to it. Within a level, the states of an information set are adjacent.
 */
import type { GameNode, Infoset } from "../graph/game-graph.ts";

/** Sorts `nodes`, which are all nodes that the root reaches. Throws an Error if an information set spans several levels. */
export function levelOrder(nodes: readonly GameNode[]): GameNode[] {
  const ids = nodes.reduce((most, { id }) => Math.max(most, id + 1), 0);
  // By id of a node, the number of edges to it from nodes that are not sorted yet.
  const incoming = new Int32Array(ids);
  for (const { children } of nodes) {
    for (const child of children) if (child) incoming[child.id]++;
  }
  const sorted: GameNode[] = [];
  const levelOf = new Map<Infoset, number>();
  let ready = nodes.filter(({ id }) => incoming[id] === 0);
  for (let level = 0; ready.length > 0; level++) {
    ready.sort((a, b) => (a.infoset?.id ?? -1) - (b.infoset?.id ?? -1));
    const next: GameNode[] = [];
    for (const { infoset, children } of ready) {
      if (infoset && (levelOf.get(infoset) ?? level) !== level) {
        throw new Error(`${infoset.game.id}: information set ${infoset.key} spans several levels`);
      }
      if (infoset) levelOf.set(infoset, level);
      for (const child of children) if (child && --incoming[child.id] === 0) next.push(child);
    }
    sorted.push(...ready);
    ready = next;
  }
  return sorted;
}
