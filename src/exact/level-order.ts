/**
 * The nodes of a whole game in topological order (Kahn 1962), level by level: a node's level is the length of the longest
 * path to it. Within a level, the states of one information set stand side by side.
 */
import type { GameNode, Infoset } from "../graph/game-graph.ts";

/** `nodes` are all that the root reaches. Throws where an information set spans levels. */
export function levelOrder(nodes: readonly GameNode[]): GameNode[] {
  // By node: how many edges come from nodes that are not sorted yet.
  const incoming = new Map<GameNode, number>(nodes.map((node) => [node, 0]));
  for (const { children } of nodes) {
    for (const child of children) if (child) add(incoming, child, 1);
  }
  const sorted: GameNode[] = [];
  const levelOf = new Map<Infoset, number>();
  let ready = nodes.filter((node) => incoming.get(node) === 0);
  for (let level = 0; ready.length > 0; level++) {
    ready.sort((a, b) => (a.infoset?.id ?? -1) - (b.infoset?.id ?? -1));
    const next: GameNode[] = [];
    for (const { infoset, children } of ready) {
      if (infoset && (levelOf.get(infoset) ?? level) !== level) {
        throw new Error(`${infoset.game.id}: information set ${infoset.key} spans several levels`);
      }
      if (infoset) levelOf.set(infoset, level);
      for (const child of children) if (child && add(incoming, child, -1) === 0) next.push(child);
    }
    sorted.push(...ready);
    ready = next;
  }
  return sorted;
}

/** → the count after the addition */
function add(counts: Map<GameNode, number>, node: GameNode, change: number): number {
  const count = (counts.get(node) ?? 0) + change;
  counts.set(node, count);
  return count;
}
