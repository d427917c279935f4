/**
 * A decoder-only transformer with learned positions: each token of a sequence attends to those before it and to itself, by
 * `heads` heads (Vaswani et al., 2017), with RMSNorm before each part and relu layers of 4 times the width. transformer-passes.ts
 * has the formulas.
 *
 * It reads a prefix tree and runs once for each node, so that what sequences begin with in common is computed once. Two engines
 * compute it: operations of TensorFlow.js, on every backend (tensor-ops.ts), and kernels of our own, where the backend is wasm
 * (simd/transformer.ts). Both give the same numbers to about 1e-6.
 */
import type { Rng } from "../util/rng.ts";
import { type PrefixTree, partition, type TreePart } from "./prefix-tree.ts";
import { kernelEngine } from "./simd/transformer.ts";
import { tensorEngine } from "./tensor-ops.ts";
import { tf } from "./tf.ts";
import type { Engine } from "./transformer-passes.ts";
import { headColumns, type TransformerShape, transformerTensors } from "./transformer-shape.ts";
import { NetworkWeights } from "./variables.ts";
import { arraysOf, type WeightArray } from "./weights.ts";

/**
 * First weights: gains 1, biases 0, the others normal. The standard deviation of a matrix is 1 / √rows; before relu √2 times
 * that; and where a block adds to the residual stream, 1 / √(2 · layers) times that, so that the stream does not grow with the
 * number of blocks (Radford et al., 2019). They come from `Rng`, so that they are the same on every backend.
 */
export function initialTransformer(shape: TransformerShape, rng: Rng): WeightArray[] {
  const residual = 1 / Math.sqrt(2 * shape.layers);
  const deviations: Readonly<Record<string, (rows: number) => number>> = {
    "token.embedding": () => 0.5,
    "position.embedding": () => 0.1,
    "attention.qkv": (rows) => 1 / Math.sqrt(rows),
    "attention.out": (rows) => residual / Math.sqrt(rows),
    "up.weight": (rows) => Math.sqrt(2 / rows),
    "down.weight": (rows) => residual / Math.sqrt(rows),
    "head.weight": (rows) => shape.outputScale / Math.sqrt(rows),
  };
  return transformerTensors(shape).map((tensor) => {
    const values = new Float32Array(tensor.shape.reduce((a, b) => a * b));
    const deviation = deviations[tensor.name.replace(/^block\d+\./, "")]?.(tensor.shape[0]);
    if (deviation === undefined) return { ...tensor, values: values.fill(tensor.name.endsWith("norm") ? 1 : 0) };
    const stream = rng.fork(tensor.name);
    return { ...tensor, values: values.map(() => deviation * stream.normal()) };
  });
}

/** One set of weights on the backend, in the order of `transformerTensors`. */
export class Transformer extends NetworkWeights {
  readonly #shape: Pick<TransformerShape, "tokens" | "context">;
  readonly #engine: Engine<tf.Tensor>;
  readonly #maxNodes: number;

  /**
   * Throws an Error if `weights` are not those of a network of this shape, or if the width does not suit the heads. The options
   * are for tests and measurements: by default the engine is that of the current backend, and bounds the nodes of a part.
   */
  constructor(
    weights: readonly WeightArray[],
    shape: Omit<TransformerShape, "outputScale">,
    options: { readonly engine?: "kernels" | "tensors"; readonly maxNodes?: number } = {},
  ) {
    const { width, heads } = shape;
    if (width % 8 !== 0 || width % (4 * heads) !== 0) {
      throw new Error(`the width ${width} does not suit ${heads} heads: it must be a multiple of 8 and of 4 · heads`);
    }
    super(arraysOf(transformerTensors(shape), weights));
    const { engine = tf.getBackend() === "wasm" ? "kernels" : "tensors" } = options;
    this.#shape = shape;
    this.#engine = (engine === "kernels" ? kernelEngine : tensorEngine)(this.variables, heads);
    this.#maxNodes = options.maxNodes ?? this.#engine.maxNodes;
  }

  /**
   * The logits at the end of each sequence. They do not depend on the other sequences (for what webgpu and a GPU promise see
   * docs/gpu.md). → [R, columns], where columns = headColumns(shape)
   */
  logits(tree: PrefixTree): Float32Array {
    this.#check(tree);
    return this.#logits(partition(tree, this.#maxNodes));
  }

  #logits(parts: readonly TreePart[]): Float32Array {
    if (parts.length === 1) return this.#engine.logits(parts[0].tree);
    const columns = headColumns(this.#shape);
    const logits = new Float32Array(columns * (parts.at(-1)?.to ?? 0));
    for (const { tree, from } of parts) logits.set(this.#engine.logits(tree), from * columns);
    return logits;
  }

  /**
   * The gradient of L in each variable, in their order. `lossGradient` takes the logits [R, columns] and returns ∂L/∂logits. The
   * caller disposes of the gradients.
   */
  gradients(tree: PrefixTree, lossGradient: (logits: Float32Array) => Float32Array): tf.Tensor[] {
    this.#check(tree);
    const parts = partition(tree, this.#maxNodes);
    if (parts.length === 1) return this.#engine.gradients(tree, lossGradient);
    const columns = headColumns(this.#shape);
    const d = lossGradient(this.#logits(parts));
    const ofPart = ({ tree, from, to }: TreePart) =>
      this.#engine.gradients(tree, () => d.subarray(from * columns, to * columns));
    let sums = ofPart(parts[0]);
    for (const part of parts.slice(1)) {
      const more = ofPart(part);
      const next = sums.map((sum, i) => tf.add(sum, more[i]));
      tf.dispose([sums, more]);
      sums = next;
    }
    return sums;
  }

  #check({ tokens, depths, rows }: PrefixTree): void {
    const { tokens: vocabulary, context } = this.#shape;
    if (rows.length === 0) throw new Error("the tree has no sequence");
    const longest = depths.reduce((a, b) => Math.max(a, b), 0) + 1;
    if (longest > context) throw new Error(`a sequence of ${longest} tokens does not fit the context of ${context}`);
    const outside = tokens.find((token) => !(token >= 0 && token < vocabulary));
    if (outside !== undefined) throw new Error(`token ${outside} is not in the vocabulary of ${vocabulary}`);
  }
}
