/**
 * Sequences of tokens as a prefix tree, so that what sequences begin with in common is computed once. A node stands for a
 * prefix; its hidden states depend on itself and its ancestors alone.
 */

export interface PrefixTree {
  /** N */
  readonly nodes: number;
  /** The last token of each node's prefix. [N] */
  readonly tokens: Int32Array;
  /** The position of that token: 0 for a first token. [N] */
  readonly depths: Int32Array;
  /** The node of the prefix without that token, which comes before the node; −1 for a first token. [N] */
  readonly parents: Int32Array;
  /** The node at which each sequence ends. [R] */
  readonly rows: Int32Array;
}

/**
 * The prefix tree of R sequences of token numbers ≥ 0. Nodes are numbered in the order in which the sequences first reach them.
 * Throws an Error if a sequence is empty.
 */
export function prefixTree(sequences: readonly ArrayLike<number>[]): PrefixTree {
  const most = sequences.reduce((sum, { length }) => sum + length, 0);
  const tokens = new Int32Array(most);
  const depths = new Int32Array(most);
  const parents = new Int32Array(most);
  const rows = new Int32Array(sequences.length);
  // A hash table of nodes + 1 by (parent, token), with linear probing; 0 is a free place.
  const size = 2 ** Math.ceil(Math.log2(2 * most + 1));
  const table = new Int32Array(size);
  let nodes = 0;
  for (let row = 0; row < sequences.length; row++) {
    const sequence = sequences[row];
    if (sequence.length === 0)
      throw new Error(`sequence ${row} is empty; a prefix tree needs at least one token of each`);
    let node = -1;
    for (let depth = 0; depth < sequence.length; depth++) {
      const token = sequence[depth];
      let place = hash(node, token) & (size - 1);
      let found = table[place] - 1;
      while (found >= 0 && (parents[found] !== node || tokens[found] !== token)) {
        place = (place + 1) & (size - 1);
        found = table[place] - 1;
      }
      if (found < 0) {
        found = nodes++;
        table[place] = nodes;
        tokens[found] = token;
        depths[found] = depth;
        parents[found] = node;
      }
      node = found;
    }
    rows[row] = node;
  }
  return {
    nodes,
    tokens: tokens.slice(0, nodes),
    depths: depths.slice(0, nodes),
    parents: parents.slice(0, nodes),
    rows,
  };
}

function hash(parent: number, token: number): number {
  const x = Math.imul(parent + 1, 0x9e3779b1) + Math.imul(token + 1, 0x85ebca6b);
  return Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) >>> 7;
}

/** Some rows of a tree, one after another, as a tree of their own. */
export interface TreePart {
  readonly tree: PrefixTree;
  /** The rows of the whole tree, from the first up to but without the second. */
  readonly from: number;
  readonly to: number;
}

/** Splits a tree by rows, in their order, into trees of at most `maxNodes` nodes; a longer sequence is a tree by itself. */
export function partition(tree: PrefixTree, maxNodes: number): TreePart[] {
  if (tree.nodes <= maxNodes) return [{ tree, from: 0, to: tree.rows.length }];
  const { parents, rows } = tree;
  const parts: TreePart[] = [];
  const taken = new Uint8Array(tree.nodes);
  let from = 0;
  let count = 0;
  const missing = (row: number): number[] => {
    const nodes: number[] = [];
    for (let node = rows[row]; node >= 0 && !taken[node]; node = parents[node]) nodes.push(node);
    return nodes;
  };
  const close = (to: number): void => {
    parts.push({ tree: subtree(tree, taken, count, rows.subarray(from, to)), from, to });
    taken.fill(0);
    from = to;
    count = 0;
  };
  for (let row = 0; row < rows.length; row++) {
    let more = missing(row);
    if (count > 0 && count + more.length > maxNodes) {
      close(row);
      more = missing(row);
    }
    for (const node of more) taken[node] = 1;
    count += more.length;
  }
  close(rows.length);
  return parts;
}

/** The tree of the `count` nodes that are taken, in their order, whose sequences end at `ends`. */
function subtree(tree: PrefixTree, taken: Uint8Array, count: number, ends: Int32Array): PrefixTree {
  const kept = new Int32Array(count);
  const number = new Int32Array(tree.nodes).fill(-1);
  let next = 0;
  taken.forEach((isTaken, node) => {
    if (!isTaken) return;
    kept[next] = node;
    number[node] = next++;
  });
  const parentOf = (node: number): number => tree.parents[node];
  return {
    nodes: count,
    tokens: kept.map((node) => tree.tokens[node]),
    depths: kept.map((node) => tree.depths[node]),
    parents: kept.map((node) => (parentOf(node) < 0 ? -1 : number[parentOf(node)])),
    rows: ends.map((node) => number[node]),
  };
}
