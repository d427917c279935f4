/**
 * A transformer's operations by the kernels of src/nn/kernels. A row's numbers do not depend on the other rows, and gradients
 * are a function of the tree, bit for bit.
 */

import type { PrefixTree } from "../prefix-tree.ts";
import { tf } from "../tf.ts";
import { type Attention, backward, type Engine, forward, type Operations } from "../transformer-passes.ts";
import { kernelFile } from "./file.ts";
import { KernelMemory, type Matrix } from "./memory.ts";

/** The most numbers, of 4 bytes, that the pass over one tree may take. */
const MAX_NUMBERS = 2 ** 26;

type TransformerMemory = KernelMemory<
  | ("attention" | "attentionGradient" | "norm" | "normGradient" | "product" | "reluGradient")
  | ("gather" | "gatherAdd" | "scatterAdd" | "sumRows" | "transpose")
>;

/** Shared by all networks of the process, as it never shrinks. */
let memory: TransformerMemory | undefined;

/** The weights at the beginning of the memory: their tensors' data, and where they lie. */
let held: { readonly data: readonly object[]; readonly weights: readonly Matrix[]; readonly end: number } | undefined;

/** The number of passes so far. */
let passes = 0;

/** The engine of a network of these variables, in the order of `transformerTensors`. */
export function kernelEngine(variables: readonly tf.Variable[], heads: number): Engine<tf.Tensor> {
  const [context, width] = variables[1].shape as [number, number];
  const columns = variables[variables.length - 1].size;
  const layers = (variables.length - 5) / 7;
  // Forward and backward of a block take 12 rows of the width each, beside the probabilities.
  const numbers = layers * (24 * width + heads * (context + 3)) + context + 3;

  function run(tree: PrefixTree) {
    passes += 1;
    memory ??= new KernelMemory(kernelFile("transformer"));
    const weights = holdWeights(memory, variables);
    const ops = new KernelOperations(memory, tree, heads, width, columns);
    return { memory, ops, weights, pass: forward(ops, weights) };
  }

  return {
    maxNodes: Math.max(1, Math.floor(MAX_NUMBERS / numbers)),
    logits(tree) {
      const { memory, pass } = run(tree);
      return memory.floats(pass.logits).slice();
    },
    gradients(tree, lossGradient) {
      const first = run(tree);
      const number = passes;
      const d = lossGradient(first.memory.floats(first.pass.logits).slice());
      // Another network's pass took the memory.
      const { memory, ops, weights, pass } = passes === number ? first : run(tree);
      const dLogits = memory.matrix(pass.logits.rows, pass.logits.columns);
      memory.floats(dLogits).set(d);
      const gradients = backward(ops, weights, pass, dLogits);
      return gradients.map((gradient, i) => tf.tensor(memory.floats(gradient).slice(), variables[i].shape));
    },
  };
}

/** Copies the weights to the beginning of the memory, unless they are there, and frees all else. */
function holdWeights(memory: TransformerMemory, variables: readonly tf.Variable[]): readonly Matrix[] {
  // A variable that is assigned to has new data.
  if (!held || held.data.length !== variables.length || !variables.every(({ dataId }, i) => dataId === held?.data[i])) {
    memory.freeFrom(0);
    const weights = variables.map((variable) => {
      const [columns, rows = 1] = [...variable.shape].reverse();
      const matrix = memory.matrix(rows, columns);
      memory.floats(matrix).set(variable.dataSync());
      return matrix;
    });
    held = { data: variables.map(({ dataId }) => dataId), weights, end: memory.top };
  }
  memory.freeFrom(held.end);
  return held.weights;
}

/** Operations on matrices in the kernels' memory. Each takes a new array for its result, unless it says otherwise. */
class KernelOperations implements Operations<Matrix> {
  readonly #memory: TransformerMemory;
  readonly #kernels: TransformerMemory["kernels"];
  readonly #tree: PrefixTree;
  readonly #heads: number;
  /** A row of zeros, to add nothing. */
  readonly #zero: number;
  // Addresses of arrays of integers; src/nn/kernels/attention.ts describes the last three.
  readonly #tokens: number;
  readonly #depths: number;
  readonly #ends: number;
  readonly #everyNode: number;
  readonly #starts: number;
  readonly #lengths: number;
  readonly #ancestors: number;
  /** The entries of the lists of all nodes, and of the ends. */
  readonly #entries: { readonly ofAll: number; readonly ofEnds: number };

  constructor(memory: TransformerMemory, tree: PrefixTree, heads: number, width: number, columns: number) {
    const { nodes, tokens, depths, rows } = tree;
    const { starts, ancestors } = ancestorLists(tree, 12 * width);
    this.#memory = memory;
    this.#kernels = memory.kernels;
    this.#tree = tree;
    this.#heads = heads;
    this.#zero = memory.zeros(1, Math.max(4 * width, columns)).at;
    this.#tokens = memory.integers(tokens);
    this.#depths = memory.integers(depths);
    this.#ends = memory.integers(rows);
    this.#everyNode = memory.integers(Int32Array.from({ length: nodes }, (_, i) => i));
    this.#starts = memory.integers(starts);
    this.#lengths = memory.integers(depths.map((depth) => depth + 1));
    this.#ancestors = memory.integers(ancestors);
    this.#entries = {
      ofAll: ancestors.length,
      ofEnds: rows.reduce((sum, node) => sum + listed(depths[node]), 0),
    };
  }

  embed(token: Matrix, position: Matrix): Matrix {
    const { nodes } = this.#tree;
    const x = this.#memory.matrix(nodes, token.columns);
    this.#kernels.gather(token.at, this.#tokens, x.at, nodes, x.columns);
    this.#kernels.gatherAdd(position.at, this.#depths, x.at, nodes, x.columns);
    return x;
  }

  embedGradient(dx: Matrix, token: Matrix, position: Matrix): [Matrix, Matrix] {
    return [this.#scatterAdd(dx, this.#tokens, token.rows), this.#scatterAdd(dx, this.#depths, position.rows)];
  }

  ends(x: Matrix): Matrix {
    const y = this.#memory.matrix(this.#tree.rows.length, x.columns);
    this.#kernels.gather(x.at, this.#ends, y.at, y.rows, y.columns);
    return y;
  }

  endsGradient(dy: Matrix): Matrix {
    return this.#scatterAdd(dy, this.#ends, this.#tree.nodes);
  }

  #scatterAdd(x: Matrix, places: number, size: number): Matrix {
    const y = this.#memory.zeros(size, x.columns);
    this.#kernels.scatterAdd(x.at, places, y.at, x.rows, x.columns);
    return y;
  }

  norm(x: Matrix, gain: Matrix): Matrix {
    const y = this.#memory.matrix(x.rows, x.columns);
    this.#kernels.norm(x.at, gain.at, y.at, x.rows, x.columns);
    return y;
  }

  normGradient(x: Matrix, gain: Matrix, dy: Matrix, plus?: Matrix): { x: Matrix; gain: Matrix } {
    const dx = this.#memory.matrix(x.rows, x.columns);
    const dGain = this.#memory.zeros(1, x.columns);
    this.#kernels.normGradient(x.at, gain.at, dy.at, plus?.at ?? 0, dx.at, dGain.at, x.rows, x.columns);
    return { x: dx, gain: dGain };
  }

  product(a: Matrix, w: Matrix, plus?: Matrix, relu = false): Matrix {
    const c = this.#memory.matrix(a.rows, w.columns);
    const plusStep = plus && plus.rows > 1 ? 4 * plus.columns : 0;
    const [z, zStep] = plus ? [plus.at, plusStep] : [this.#zero, 0];
    this.#kernels.product(
      ...[a.at, 4 * a.columns, 4, w.at, z, zStep, c.at],
      ...[a.rows, a.columns, w.columns, Number(relu)],
    );
    return c;
  }

  productGradient(d: Matrix, w: Matrix): Matrix {
    const transposed = this.#memory.matrix(w.columns, w.rows);
    this.#kernels.transpose(w.at, transposed.at, w.rows, w.columns);
    return this.product(d, transposed);
  }

  weightGradient(a: Matrix, d: Matrix): Matrix {
    const c = this.#memory.matrix(a.columns, d.columns);
    this.#kernels.product(...[a.at, 4, 4 * a.columns, d.at, this.#zero, 0, c.at], ...[a.columns, a.rows, d.columns, 0]);
    return c;
  }

  biasGradient(d: Matrix): Matrix {
    const sums = this.#memory.matrix(1, d.columns);
    this.#kernels.sumRows(d.at, sums.at, d.rows, d.columns);
    return sums;
  }

  /** Overwrites d. */
  reluGradient(h: Matrix, d: Matrix): Matrix {
    this.#kernels.reluGradient(h.at, d.at, d.rows * d.columns);
    return d;
  }

  attention(qkv: Matrix, ofEnds: boolean): Attention<Matrix> {
    const queries = ofEnds ? this.#tree.rows.length : qkv.rows;
    const entries = ofEnds ? this.#entries.ofEnds : this.#entries.ofAll;
    const output = this.#memory.matrix(queries, qkv.columns / 3);
    const probabilities = this.#memory.matrix(this.#heads, entries);
    this.#kernels.attention(
      ...[qkv.at, ofEnds ? this.#ends : this.#everyNode, this.#starts, this.#lengths, this.#ancestors],
      ...[output.at, probabilities.at, queries, output.columns, this.#heads],
    );
    return { output, probabilities };
  }

  attentionGradient(qkv: Matrix, { probabilities }: Attention<Matrix>, d: Matrix, ofEnds: boolean): Matrix {
    const dqkv = this.#memory.matrix(qkv.rows, qkv.columns);
    const room = this.#memory.take(listed(this.#tree.nodes));
    this.#kernels.attentionGradient(
      ...[qkv.at, ofEnds ? this.#ends : this.#everyNode, this.#starts, this.#lengths, this.#ancestors],
      ...[probabilities.at, d.at, dqkv.at, room, qkv.rows, d.rows, d.columns, this.#heads],
    );
    return dqkv;
  }
}

/** Entries of the list of a node at this depth: its ancestors and itself, filled up to a multiple of 4. */
function listed(depth: number): number {
  return 4 * Math.ceil((depth + 1) / 4);
}

/** The lists of all nodes one after another, in bytes of a row of `rowBytes`, and where they begin, in units of 4 entries. */
function ancestorLists({ nodes, parents, depths }: PrefixTree, rowBytes: number) {
  const starts = new Int32Array(nodes);
  const ancestors = new Int32Array(depths.reduce((sum, depth) => sum + listed(depth), 0));
  let end = 0;
  for (let node = 0; node < nodes; node++) {
    const from = end;
    starts[node] = from / 4;
    end += listed(depths[node]);
    if (depths[node] > 0) {
      const parent = 4 * starts[parents[node]];
      ancestors.copyWithin(from, parent, parent + depths[node]);
    }
    ancestors.fill(node * rowBytes, from + depths[node], end);
  }
  return { starts, ancestors };
}
