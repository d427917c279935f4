/** The forward pass of a transformer (nn/transformer-passes.ts has the formulas) in plain typed arrays. */
import { type PrefixTree, partition } from "../../nn/prefix-tree.ts";
import { type Attention, type ForwardOperations, forward } from "../../nn/transformer-passes.ts";
import type { WeightArray } from "../../nn/weights.ts";

/** Larger trees are computed in parts, so that memory is bounded. */
const MOST_NODES = 8192;

interface Matrix {
  /** [rows · columns] */
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** `weights` in the order of `transformerTensors`. → the logits at the end of each sequence [R, columns] */
export function plainTransformer(weights: readonly WeightArray[], heads: number): (tree: PrefixTree) => Float32Array {
  const matrices = weights.map(({ values, shape }): Matrix => {
    const [rows, columns] = shape.length === 1 ? [1, shape[0]] : shape;
    return { values, rows, columns };
  });
  return (tree) => {
    const parts = partition(tree, MOST_NODES).map((part) => forward(operations(part.tree, heads), matrices).logits);
    const logits = new Float32Array(parts.reduce((sum, { values }) => sum + values.length, 0));
    let at = 0;
    for (const { values } of parts) {
      logits.set(values, at);
      at += values.length;
    }
    return logits;
  };
}

const matrix = (rows: number, columns: number): Matrix => ({
  values: new Float32Array(rows * columns),
  rows,
  columns,
});

const rowOf = ({ values, columns }: Matrix, row: number): Float32Array =>
  values.subarray(row * columns, (row + 1) * columns);

const operations = (tree: PrefixTree, heads: number): ForwardOperations<Matrix> => ({
  embed(token, position) {
    const x = matrix(tree.nodes, token.columns);
    for (let n = 0; n < tree.nodes; n++) {
      const [row, place] = [rowOf(x, n), rowOf(position, tree.depths[n])];
      row.set(rowOf(token, tree.tokens[n]));
      for (let c = 0; c < row.length; c++) row[c] += place[c];
    }
    return x;
  },

  ends(x) {
    const y = matrix(tree.rows.length, x.columns);
    tree.rows.forEach((node, r) => {
      rowOf(y, r).set(rowOf(x, node));
    });
    return y;
  },

  norm(x, gain) {
    const y = matrix(x.rows, x.columns);
    for (let r = 0; r < x.rows; r++) {
      const [from, to] = [rowOf(x, r), rowOf(y, r)];
      const scale = 1 / Math.sqrt(dot(from, from) / from.length + 1e-5);
      for (let c = 0; c < from.length; c++) to[c] = from[c] * scale * gain.values[c];
    }
    return y;
  },

  product(a, w, plus, relu = false) {
    const y = matrix(a.rows, w.columns);
    for (let r = 0; r < a.rows; r++) {
      const [from, to] = [rowOf(a, r), rowOf(y, r)];
      if (plus) to.set(rowOf(plus, plus.rows === 1 ? 0 : r));
      for (let i = 0; i < from.length; i++) {
        const [x, weights] = [from[i], i * w.columns];
        // Of those after a relu, many are 0.
        if (x !== 0) for (let c = 0; c < to.length; c++) to[c] += x * w.values[weights + c];
      }
      if (relu) for (let c = 0; c < to.length; c++) to[c] = Math.max(0, to[c]);
    }
    return y;
  },

  attention: (qkv, ofEnds) => attention(qkv, ofEnds ? tree.rows : tree.tokens.map((_, n) => n), tree, heads),
});

/** Of each query node over itself and its ancestors, head by head. qkv [N, 3d] → [Q, d] */
function attention(qkv: Matrix, queries: Int32Array, { parents }: PrefixTree, heads: number): Attention<Matrix> {
  const width = qkv.columns / 3;
  const size = width / heads;
  const output = matrix(queries.length, width);
  queries.forEach((node, r) => {
    const read: number[] = [];
    for (let at = node; at >= 0; at = parents[at]) read.push(at);
    const [query, out] = [rowOf(qkv, node), rowOf(output, r)];
    for (let first = 0; first < width; first += size) {
      const q = query.subarray(first, first + size);
      const scores = read.map((at) => dot(q, rowOf(qkv, at).subarray(width + first, width + first + size)));
      const most = Math.max(...scores);
      const shares = scores.map((score) => Math.exp((score - most) / Math.sqrt(size)));
      const total = shares.reduce((sum, share) => sum + share, 0);
      for (const [i, at] of read.entries()) {
        const value = qkv.values.subarray(at * qkv.columns + 2 * width + first);
        for (let c = 0; c < size; c++) out[first + c] += (shares[i] / total) * value[c];
      }
    }
  });
  // Only a backward pass reads the probabilities.
  return { output, probabilities: output };
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
