/** The prefix tree beside one made of strings, and its partition by rows. */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { type PrefixTree, partition, prefixTree } from "../../src/nn/prefix-tree.ts";
import { Rng } from "../../src/util/rng.ts";

/** The sequence that ends at a node. */
function sequenceAt({ tokens, parents, depths }: PrefixTree, node: number): number[] {
  const sequence: number[] = [];
  for (let at = node; at >= 0; at = parents[at] as number) {
    assert((parents[at] as number) < at);
    sequence.unshift(tokens[at] as number);
    assert.equal(depths[node], (depths[at] as number) + sequence.length - 1);
  }
  return sequence;
}

const rows = (tree: PrefixTree): number[][] => Array.from(tree.rows, (node) => sequenceAt(tree, node));

const rng = new Rng("tree");
const random = (count: number, tokens: number, longest: number): number[][] =>
  Array.from({ length: count }, () => Array.from({ length: 1 + rng.below(longest) }, () => rng.below(tokens)));

describe("the prefix tree", () => {
  it.each([
    [
      "two that share a beginning",
      [
        [1, 2, 3],
        [1, 2, 4],
      ],
      4,
    ],
    [
      "a sequence and its beginning",
      [
        [5, 6, 7],
        [5, 6],
      ],
      3,
    ],
    [
      "the same twice",
      [
        [0, 0],
        [0, 0],
      ],
      2,
    ],
    [
      "equal ends that do not begin alike",
      [
        [1, 9],
        [2, 9],
      ],
      4,
    ],
    ["one token", [[3]], 1],
    ["nothing", [], 0],
  ])("%s", (_, sequences, nodes) => {
    const tree = prefixTree(sequences);
    expect(tree.nodes).toBe(nodes);
    expect(rows(tree)).toEqual(sequences);
  });

  it("has a node for each prefix, in the order of first use", () => {
    const sequences = random(400, 3, 9);
    const tree = prefixTree(sequences);
    const prefixes = sequences.flatMap((sequence) => sequence.map((_, i) => String(sequence.slice(0, i + 1))));
    expect(Array.from({ length: tree.nodes }, (_, node) => String(sequenceAt(tree, node)))).toEqual([
      ...new Set(prefixes),
    ]);
    expect(rows(tree)).toEqual(sequences);
  });

  it("refuses an empty sequence, and says which", () => {
    expect(() => prefixTree([[1], []])).toThrow("sequence 1 is empty");
  });
});

describe("the partition of a tree", () => {
  const tree = prefixTree(random(60, 3, 9));

  it.each([9, 10, 25, 100])("into parts of at most %i nodes has all rows", (maxNodes) => {
    const parts = partition(tree, maxNodes);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.map(({ from }) => from)).toEqual([0, ...parts.slice(0, -1).map(({ to }) => to)]);
    for (const { tree: part, from, to } of parts) {
      expect(part.nodes).toBeLessThanOrEqual(maxNodes);
      // It is the tree of its rows, with the nodes in the order of the whole tree.
      expect(rows(part)).toEqual(rows(tree).slice(from, to));
      expect(part.nodes).toBe(prefixTree(rows(part)).nodes);
    }
  });

  it("is the tree itself where it is small enough", () => {
    expect(partition(tree, tree.nodes)).toEqual([{ tree, from: 0, to: 60 }]);
  });

  it("has a part of its own for a sequence that is too long", () => {
    const parts = partition(prefixTree([[1], [1, 2, 3, 4], [2]]), 2);
    expect(parts.map(({ tree }) => tree.nodes)).toEqual([1, 4, 1]);
  });
});
