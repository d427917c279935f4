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

function productInBlocks(a: tf.Tensor, w: tf.Tensor): tf.Tensor {
  return tf.concat(tf.split(a, a.shape[0] / BLOCK).map((block) => tf.matMul(block, w)));
}

interface HeadShape {
  readonly heads: number;
  /** w */
  readonly headWidth: number;
  /** T */
  readonly context: number;
}

/** The numbers of rows of [N · 3 · H, w], which is how attention reads qkv: of queries [Q · H], keys and values [Q · H · T]. */
interface Places {
  readonly q: tf.Tensor;
  readonly k: tf.Tensor;
  readonly v: tf.Tensor;
  /** 0, or −1e9 where there is no key. [Q · H, 1, T] */
  readonly mask: tf.Tensor;
}

class TensorOperations implements Operations<tf.Tensor> {
  readonly #tree: PrefixTree;
  readonly #shape: HeadShape;
  readonly #inBlocks: boolean;
  readonly #tokens: tf.Tensor;
  readonly #depths: tf.Tensor;
  readonly #ends: tf.Tensor;
  readonly #ofAll: Places;
  readonly #ofEnds: Places;

  constructor(tree: PrefixTree, shape: HeadShape, inBlocks: boolean) {
    this.#tree = tree;
    this.#shape = shape;
    this.#inBlocks = inBlocks;
    this.#tokens = tf.tensor1d(tree.tokens, "int32");
    this.#depths = tf.tensor1d(tree.depths, "int32");
    this.#ends = tf.tensor1d(tree.rows, "int32");
    this.#ofAll = placesOf(tree, Int32Array.from(tree.tokens.keys()), shape);
    this.#ofEnds = placesOf(tree, tree.rows, shape);
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
    const { mask, ...places } = ofEnds ? this.#ofEnds : this.#ofAll;
    const { heads, headWidth } = this.#shape;
    return tf.tidy(() => {
      const [q, k, v] = this.#parts(qkv, places);
      const scores = tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(headWidth)), mask);
      const probabilities = tf.softmax(scores); // [Q · H, 1, T]
      return { output: tf.reshape(tf.matMul(probabilities, v), [-1, heads * headWidth]), probabilities };
    });
  }

  /** With o = Σ_t p_t v_t of a head: dp = do · v, ds = p (dp − Σ p dp) / √w, dq = Σ_t ds_t k_t, dk_t = ds_t q, dv_t = p_t do. */
  attentionGradient(
    qkv: tf.Tensor,
    { probabilities: p }: Attention<tf.Tensor>,
    d: tf.Tensor,
    ofEnds: boolean,
  ): tf.Tensor {
    const places = ofEnds ? this.#ofEnds : this.#ofAll;
    const { headWidth, context } = this.#shape;
    return tf.tidy(() => {
      const [q, k, v] = this.#parts(qkv, places);
      const dOutput = tf.reshape(d, q.shape); // [Q · H, 1, w]
      const dp = tf.matMul(dOutput, v, false, true);
      const centred = tf.sub(dp, tf.sum(tf.mul(p, dp), 2, true));
      const ds = tf.mul(tf.mul(p, centred), 1 / Math.sqrt(headWidth));
      const column = (x: tf.Tensor) => tf.reshape(x, [-1, context, 1]); // [Q · H, T, 1]
      const parts = [tf.matMul(ds, k), tf.mul(column(ds), q), tf.mul(column(p), dOutput)];
      const rows = tf.concat(parts.map((part) => tf.reshape(part, [-1, headWidth])));
      const dqkv = scatterAdd(rows, tf.concat([places.q, places.k, places.v]), qkv.size / headWidth);
      return tf.reshape(dqkv, qkv.shape);
    });
  }

  /** Queries [Q · H, 1, w], keys and values [Q · H, T, w]. */
  #parts(qkv: tf.Tensor, { q, k, v }: Omit<Places, "mask">): readonly tf.Tensor[] {
    const { headWidth } = this.#shape;
    const rows = tf.reshape(qkv, [-1, headWidth]);
    return [q, k, v].map((places) => tf.reshape(tf.gather(rows, places), [q.size, -1, headWidth]));
  }
}

/**
 * The places of some nodes' queries and of what they attend to. The place of a key among T is its depth; those after the node's
 * own are masked, so that a sum has the same terms whatever other nodes there are.
 */
function placesOf({ parents, depths }: PrefixTree, nodes: Int32Array, { heads, context }: HeadShape): Places {
  const q = new Int32Array(nodes.length * heads);
  const k = new Int32Array(q.length * context);
  const mask = new Float32Array(k.length);
  const path = new Int32Array(context);
  nodes.forEach((node, i) => {
    path.fill(node);
    for (let at = node; at >= 0; at = parents[at]) path[depths[at]] = at;
    for (let h = 0; h < heads; h++) {
      const row = i * heads + h;
      q[row] = 3 * heads * node + h;
      for (let t = 0; t < context; t++) k[row * context + t] = (3 * path[t] + 1) * heads + h;
      mask.fill(-1e9, row * context + depths[node] + 1, (row + 1) * context);
    }
  });
  return {
    q: tf.tensor1d(q, "int32"),
    k: tf.tensor1d(k, "int32"),
    v: tf.tensor1d(
      k.map((place) => place + heads),
      "int32",
    ),
    mask: tf.tensor3d(mask, [q.length, 1, context]),
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
