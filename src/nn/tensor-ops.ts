/**
 * A transformer's operations on TensorFlow.js, for every backend; simd/transformer.ts agrees with it. They are made of 2-D products,
 * gathers and scatters, which all backends have; products of a batch of matrices, slow on wasm, are left out.
 */
import type { PrefixTree } from "./prefix-tree.ts";
import { tf } from "./tf.ts";
import { type Attention, backward, type Engine, forward, type Operations } from "./transformer-passes.ts";

/** The most numbers of one array of gathered keys. */
const MAX_GATHERED = 2 ** 23;

/** The engine of a network of these variables, in the order of `transformerTensors`. */
export function tensorEngine(variables: readonly tf.Variable[], heads: number): Engine<tf.Tensor> {
  const [context, width] = variables[1].shape as [number, number];
  const shape = { width, heads, context };
  const weights = variables as readonly tf.Tensor[];
  return {
    maxNodes: Math.max(1, Math.floor(MAX_GATHERED / (context * width))),
    logits(tree) {
      const inBlocks = tf.getBackend() === "tensorflow";
      const computed = inBlocks ? inWholeBlocks(tree) : tree;
      const logits = tf.tidy(() => forward(new TensorOperations(computed, shape, inBlocks), weights).logits);
      const values = logits.dataSync() as Float32Array;
      logits.dispose();
      return values.subarray(0, (values.length / computed.rows.length) * tree.rows.length);
    },
    gradients(tree, lossGradient) {
      return tf.tidy(() => {
        const ops = new TensorOperations(tree, shape, false);
        const pass = forward(ops, weights);
        const d = lossGradient(pass.logits.dataSync() as Float32Array);
        const gradients = backward(ops, weights, pass, tf.tensor(d, pass.logits.shape));
        return gradients.map((gradient, i) => tf.reshape(gradient, variables[i].shape));
      });
    },
  };
}

/**
 * TensorFlow's native library computes the last bits of a number in another way at the end of an array, or if it multiplies
 * another number of rows at once. With that library, `logits` fills the tree up to blocks of one size, as mlp.ts does, and
 * multiplies block by block.
 */
const BLOCK = 192;

/** The tree with further nodes and rows, so that there are whole blocks of both. */
function inWholeBlocks(tree: PrefixTree): PrefixTree {
  const filled = (values: Int32Array, value: number): Int32Array => {
    const all = new Int32Array(BLOCK * Math.ceil(values.length / BLOCK)).fill(value);
    all.set(values);
    return all;
  };
  const tokens = filled(tree.tokens, 0);
  const [depths, parents, rows] = [filled(tree.depths, 0), filled(tree.parents, -1), filled(tree.rows, 0)];
  return { nodes: tokens.length, tokens, depths, parents, rows };
}

function productInBlocks(a: tf.Tensor, w: tf.Tensor, blocks: number): tf.Tensor {
  return tf.concat(tf.split(a, blocks).map((block) => tf.matMul(block, w)));
}

interface HeadShape {
  /** d */
  readonly width: number;
  /** H */
  readonly heads: number;
  /** T */
  readonly context: number;
}

/** What attends to what: nodes [Q], and the nodes whose keys and values each reads [Q · T]. */
interface Reading {
  readonly queries: tf.Tensor;
  readonly keys: tf.Tensor;
  /** 0, or −1e9 where there is no key. [Q, 1, T] */
  readonly mask: tf.Tensor;
}

class TensorOperations implements Operations<tf.Tensor> {
  readonly #tree: PrefixTree;
  readonly #shape: HeadShape;
  readonly #inBlocks: boolean;
  readonly #tokens: tf.Tensor;
  readonly #depths: tf.Tensor;
  readonly #ends: tf.Tensor;
  readonly #ofAll: Reading;
  readonly #ofEnds: Reading;
  /** Whether a column of q, k and v belongs to a head: 1 or 0. [d, H] */
  readonly #headOf: tf.Tensor;

  constructor(tree: PrefixTree, shape: HeadShape, inBlocks: boolean) {
    this.#tree = tree;
    this.#shape = shape;
    this.#inBlocks = inBlocks;
    this.#tokens = tf.tensor1d(tree.tokens, "int32");
    this.#depths = tf.tensor1d(tree.depths, "int32");
    this.#ends = tf.tensor1d(tree.rows, "int32");
    this.#ofAll = readingOf(tree, Int32Array.from(tree.tokens.keys()), shape.context);
    this.#ofEnds = readingOf(tree, tree.rows, shape.context);
    const { width, heads } = shape;
    const isOf = (i: number) => Number(Math.floor((Math.floor(i / heads) * heads) / width) === i % heads);
    this.#headOf = tf.tensor2d(
      Float32Array.from({ length: width * heads }, (_, i) => isOf(i)),
      [width, heads],
    );
  }

  embed(token: tf.Tensor, position: tf.Tensor): tf.Tensor {
    return tf.add(tf.gather(token, this.#tokens), tf.gather(position, this.#depths));
  }

  embedGradient(dx: tf.Tensor, token: tf.Tensor, position: tf.Tensor): [tf.Tensor, tf.Tensor] {
    return [scatterAdd(dx, this.#tokens, token.shape[0]), scatterAdd(dx, this.#depths, position.shape[0])];
  }

  ends(x: tf.Tensor): tf.Tensor {
    return tf.gather(x, this.#ends);
  }

  endsGradient(dy: tf.Tensor): tf.Tensor {
    return scatterAdd(dy, this.#ends, this.#tree.nodes);
  }

  norm(x: tf.Tensor, gain: tf.Tensor): tf.Tensor {
    return tf.tidy(() => tf.mul(tf.mul(x, inverseRms(x)), gain));
  }

  normGradient(x: tf.Tensor, gain: tf.Tensor, dy: tf.Tensor, plus?: tf.Tensor): { x: tf.Tensor; gain: tf.Tensor } {
    const s = inverseRms(x);
    const normed = tf.mul(x, s);
    const scaled = tf.mul(dy, gain);
    // ∂/∂x of x s(x): s (scaled − x s² mean(x scaled))
    const own = tf.mul(s, tf.sub(scaled, tf.mul(normed, tf.mean(tf.mul(normed, scaled), 1, true))));
    return { x: plus ? tf.add(plus, own) : own, gain: this.biasGradient(tf.mul(dy, normed)) };
  }

  product(a: tf.Tensor, w: tf.Tensor, plus?: tf.Tensor, relu = false): tf.Tensor {
    return tf.tidy(() => {
      const product = this.#inBlocks ? productInBlocks(a, w, a.shape[0] / BLOCK) : tf.matMul(a, w);
      const sum = plus ? tf.add(product, plus) : product;
      return relu ? tf.relu(sum) : sum;
    });
  }

  productGradient(d: tf.Tensor, w: tf.Tensor): tf.Tensor {
    return tf.matMul(d, w, false, true);
  }

  weightGradient(a: tf.Tensor, d: tf.Tensor): tf.Tensor {
    return tf.matMul(a, d, true);
  }

  biasGradient(d: tf.Tensor): tf.Tensor {
    // As a product: sums down columns are slow on wasm.
    return tf.matMul(tf.ones([1, d.shape[0]]), d);
  }

  reluGradient(h: tf.Tensor, d: tf.Tensor): tf.Tensor {
    return tf.mul(d, tf.step(h));
  }

  attention(qkv: tf.Tensor, ofEnds: boolean): Attention<tf.Tensor> {
    const reading = ofEnds ? this.#ofEnds : this.#ofAll;
    const { width, heads } = this.#shape;
    return tf.tidy(() => {
      const { q, k, v } = this.#read(qkv, reading);
      const scores = tf.mul(this.#sumOfHeads(tf.mul(q, k)), Math.sqrt(heads / width));
      const p = tf.softmax(tf.add(tf.transpose(scores, [0, 2, 1]), reading.mask)); // [Q, H, T]
      const probabilities = tf.transpose(p, [0, 2, 1]); // [Q, T, H]
      return { output: tf.sum(tf.mul(this.#toColumns(probabilities), v), 1), probabilities };
    });
  }

  /** With o = Σ_t p_t v_t of a head: dp = do · v, ds = p (dp − Σ p dp) / √w, dq = Σ_t ds_t k_t, dk_t = ds_t q, dv_t = p_t do. */
  attentionGradient(
    qkv: tf.Tensor,
    { probabilities: p }: Attention<tf.Tensor>,
    d: tf.Tensor,
    ofEnds: boolean,
  ): tf.Tensor {
    const reading = ofEnds ? this.#ofEnds : this.#ofAll;
    const { width, heads } = this.#shape;
    return tf.tidy(() => {
      const { q, k, v } = this.#read(qkv, reading);
      const dOutput = tf.reshape(d, q.shape);
      const dp = this.#sumOfHeads(tf.mul(dOutput, v));
      const centred = tf.sub(dp, tf.sum(tf.mul(p, dp), 1, true));
      const ds = this.#toColumns(tf.mul(tf.mul(p, centred), Math.sqrt(heads / width)));
      const dq = tf.sum(tf.mul(ds, k), 1);
      const toNodes = (x: tf.Tensor, places: tf.Tensor) => scatterAdd(x, places, this.#tree.nodes);
      const toKeys = (x: tf.Tensor) => toNodes(tf.reshape(x, [-1, width]), reading.keys);
      const dk = toKeys(tf.mul(ds, q));
      const dv = toKeys(tf.mul(this.#toColumns(p), dOutput));
      return tf.concat([toNodes(dq, reading.queries), dk, dv], 1);
    });
  }

  /** q [Q, 1, d], k and v [Q, T, d] */
  #read(qkv: tf.Tensor, { queries, keys }: Reading): { q: tf.Tensor; k: tf.Tensor; v: tf.Tensor } {
    const { width } = this.#shape;
    const [q, k, v] = tf.split(qkv, 3, 1).map((part, i) => {
      return tf.reshape(tf.gather(part, i === 0 ? queries : keys), [queries.size, -1, width]);
    });
    return { q, k, v };
  }

  /** The sum of the columns of each head. [Q, T, d] → [Q, T, H] */
  #sumOfHeads(x: tf.Tensor): tf.Tensor {
    return this.#times(x, this.#headOf);
  }

  /** The number of its head in each column. [Q, T, H] → [Q, T, d] */
  #toColumns(x: tf.Tensor): tf.Tensor {
    return this.#times(x, tf.transpose(this.#headOf));
  }

  /** x · w, for x [Q, T, ·]. */
  #times(x: tf.Tensor, w: tf.Tensor): tf.Tensor {
    const [queries, keys] = [x.shape[0], this.#shape.context];
    const rows = tf.reshape(x, [queries * keys, -1]);
    const product = this.#inBlocks ? productInBlocks(rows, w, queries / BLOCK) : tf.matMul(rows, w);
    return tf.reshape(product, [queries, keys, -1]);
  }
}

/**
 * What these nodes read. The place of a key among T is its depth; those after the node's own are masked, so that a sum has the
 * same terms whatever other nodes there are.
 */
function readingOf({ parents, depths }: PrefixTree, nodes: Int32Array, context: number): Reading {
  const keys = new Int32Array(nodes.length * context);
  const mask = new Float32Array(keys.length);
  nodes.forEach((node, i) => {
    const from = i * context;
    keys.fill(node, from, from + context);
    for (let at = node; at >= 0; at = parents[at]) keys[from + depths[at]] = at;
    mask.fill(-1e9, from + depths[node] + 1, from + context);
  });
  return {
    queries: tf.tensor1d(nodes, "int32"),
    keys: tf.tensor1d(keys, "int32"),
    mask: tf.tensor3d(mask, [nodes.length, 1, context]),
  };
}

/** y [size, C], all 0 but for y[places[i]] += x[i]. */
function scatterAdd(x: tf.Tensor, places: tf.Tensor, size: number): tf.Tensor {
  return tf.scatterND(tf.reshape(places, [-1, 1]), x, [size, columnsOf(x)]);
}

/** 1 / √(mean x² + 1e-5), by row. → [·, 1] */
function inverseRms(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.rsqrt(tf.add(tf.mean(tf.square(x), 1, true), 1e-5)));
}

function columnsOf(x: tf.Tensor): number {
  return x.size / x.shape[0];
}
