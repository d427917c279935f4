/**
 * A transformer's operations on TensorFlow.js, for every backend; kernel-ops.ts agrees with it. They are made of 2-D products,
 * gathers and scatters, which all backends have, with products of a batch of matrices in the attention alone.
 */
import type { PrefixTree } from "./prefix-tree.ts";
import { tf } from "./tf.ts";
import { type Attention, backward, type Engine, forward, type Operations } from "./transformer-passes.ts";

/** The most numbers of one array of gathered keys. */
const MAX_GATHERED = 2 ** 23;

/** The engine of a network of these variables, in the order of `transformerTensors`. */
export function tensorEngine(variables: readonly tf.Variable[], heads: number): Engine {
  const [context, width] = variables[1].shape as [number, number];
  const shape = { heads, headWidth: width / heads, context };
  const weights = variables as readonly tf.Tensor[];
  return {
    maxNodes: Math.max(1, Math.floor(MAX_GATHERED / (context * width))),
    logits(tree) {
      const logits = tf.tidy(() => forward(new TensorOperations(tree, shape, true), weights).logits);
      const values = logits.dataSync() as Float32Array;
      logits.dispose();
      return values;
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
 * TensorFlow's native library chooses its kernels by the number of rows, so that the last bits of a row depend on how many rows
 * are multiplied with it. With that library, `logits` multiplies blocks of one size, as mlp.ts does.
 */
const BLOCK = 192;

interface Places {
  readonly queries: number;
  readonly q: Int32Array;
  readonly k: Int32Array;
  readonly v: Int32Array;
  /** 0, or −1e9 where there is no key. [Q · H, 1, T] */
  readonly mask: tf.Tensor;
}

interface HeadShape {
  readonly heads: number;
  /** w */
  readonly headWidth: number;
  readonly context: number;
}

class TensorOperations implements Operations<tf.Tensor> {
  readonly #tree: PrefixTree;
  readonly #shape: HeadShape;
  readonly #inBlocks: boolean;
  readonly #ends: tf.Tensor;
  readonly #known = new Map<boolean, Places>();

  constructor(tree: PrefixTree, shape: HeadShape, independentRows: boolean) {
    this.#tree = tree;
    this.#shape = shape;
    this.#inBlocks = independentRows && tf.getBackend() === "tensorflow";
    this.#ends = tf.tensor1d(tree.rows, "int32");
  }

  embed(token: tf.Tensor, position: tf.Tensor): tf.Tensor {
    const { tokens, depths } = this.#tree;
    return tf.add(gather(token, tokens), gather(position, depths));
  }

  embedGradient(dx: tf.Tensor, token: tf.Tensor, position: tf.Tensor): [tf.Tensor, tf.Tensor] {
    const { tokens, depths } = this.#tree;
    return [scatterAdd(dx, tokens, token.shape[0]), scatterAdd(dx, depths, position.shape[0])];
  }

  ends(x: tf.Tensor): tf.Tensor {
    return tf.gather(x, this.#ends);
  }

  endsGradient(dy: tf.Tensor): tf.Tensor {
    return scatterAdd(dy, this.#tree.rows, this.#tree.nodes);
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
      const product = this.#inBlocks ? productInBlocks(a, w) : tf.matMul(a, w);
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
    const { heads, headWidth } = this.#shape;
    const { queries: count, q, k, v, mask } = this.#places(ofEnds);
    return tf.tidy(() => {
      const [queries, keys, values] = [q, k, v].map((places) => this.#gatherHeads(qkv, places, count));
      const scale = 1 / Math.sqrt(headWidth);
      const scores = tf.add(tf.mul(tf.matMul(queries, keys, false, true), scale), mask);
      const probabilities = tf.softmax(scores); // [Q · H, 1, T]
      const output = tf.reshape(tf.matMul(probabilities, values), [count, heads * headWidth]);
      return { output, probabilities };
    });
  }

  attentionGradient(
    qkv: tf.Tensor,
    { probabilities: p }: Attention<tf.Tensor>,
    d: tf.Tensor,
    ofEnds: boolean,
  ): tf.Tensor {
    const { heads, headWidth, context } = this.#shape;
    const { queries: count, q, k, v } = this.#places(ofEnds);
    return tf.tidy(() => {
      const [queries, keys, values] = [q, k, v].map((places) => this.#gatherHeads(qkv, places, count));
      const dOutput = tf.reshape(d, queries.shape); // [Q · H, 1, w]
      const column = (x: tf.Tensor) => tf.reshape(x, [count * heads, context, 1]); // [Q · H, T, 1]
      const dp = tf.matMul(dOutput, values, false, true);
      const mean = tf.sum(tf.mul(p, dp), 2, true);
      const ds = tf.mul(tf.mul(p, tf.sub(dp, mean)), 1 / Math.sqrt(headWidth));
      const parts = [tf.matMul(ds, keys), tf.mul(column(ds), queries), tf.mul(column(p), dOutput)];
      const updates = tf.concat(parts.map((part) => tf.reshape(part, [-1, headWidth])));
      const places = new Int32Array(q.length + k.length + v.length);
      places.set(q);
      places.set(k, q.length);
      places.set(v, q.length + k.length);
      const dqkv = scatterAdd(updates, places, qkv.size / headWidth);
      return tf.reshape(dqkv, qkv.shape);
    });
  }

  /** The rows of qkv, as [N · 3 · H, w], at these places. → [Q · H, places of each, w] */
  #gatherHeads(qkv: tf.Tensor, places: Int32Array, queries: number): tf.Tensor {
    const { heads, headWidth } = this.#shape;
    return tf.reshape(gather(tf.reshape(qkv, [-1, headWidth]), places), [queries * heads, -1, headWidth]);
  }

  /**
   * Where queries, keys and values lie in qkv, as rows [N · 3 · H, w]: q [Q, H], k and v [Q, H, T], with T the context. The
   * place of a key is that of its depth; those after the node's own are masked, so that a sum does not depend on other nodes.
   */
  #places(ofEnds: boolean): Places {
    const known = this.#known.get(ofEnds);
    if (known) return known;
    const { nodes, parents, depths, rows } = this.#tree;
    const { heads, context } = this.#shape;
    const queries = ofEnds ? rows.length : nodes;
    const q = new Int32Array(queries * heads);
    const k = new Int32Array(queries * heads * context);
    const hidden = new Float32Array(k.length);
    const path = new Int32Array(context);
    for (let i = 0; i < queries; i++) {
      const end = ofEnds ? rows[i] : i;
      path.fill(end);
      for (let node = end; node >= 0; node = parents[node]) path[depths[node]] = node;
      for (let h = 0; h < heads; h++) {
        q[i * heads + h] = 3 * heads * end + h;
        const from = (i * heads + h) * context;
        for (let t = 0; t < context; t++) k[from + t] = (3 * path[t] + 1) * heads + h;
        hidden.fill(-1e9, from + depths[end] + 1, from + context);
      }
    }
    const places = {
      queries,
      q,
      k,
      v: k.map((place) => place + heads),
      mask: tf.tensor3d(hidden, [q.length, 1, context]),
    };
    this.#known.set(ofEnds, places);
    return places;
  }
}

function gather(x: tf.Tensor, places: Int32Array): tf.Tensor {
  return tf.gather(x, tf.tensor1d(places, "int32"));
}

/** y [size, C], all 0 but for y[places[i]] += x[i]. */
function scatterAdd(x: tf.Tensor, places: Int32Array, size: number): tf.Tensor {
  return tf.tidy(() => tf.scatterND(tf.tensor2d(places, [places.length, 1], "int32"), x, [size, columnsOf(x)]));
}

/** 1 / √(mean x² + 1e-5), by row. → [·, 1] */
function inverseRms(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.rsqrt(tf.add(tf.mean(tf.square(x), 1, true), 1e-5)));
}

function productInBlocks(a: tf.Tensor, w: tf.Tensor): tf.Tensor {
  const rows = a.shape[0];
  const padded = tf.pad(a, [
    [0, BLOCK * Math.ceil(rows / BLOCK) - rows],
    [0, 0],
  ]);
  const products = tf.split(padded, padded.shape[0] / BLOCK).map((block) => tf.matMul(block, w));
  return tf.slice(tf.concat(products), [0, 0], [rows, columnsOf(w)]);
}

function columnsOf(x: tf.Tensor): number {
  return x.size / x.shape[0];
}
