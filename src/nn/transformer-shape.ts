/** The shape of a transformer (transformer.ts): its tensors, and the columns of its logits. */
import type { TensorShape } from "./weights.ts";

export interface TransformerShape {
  /** Size of the vocabulary. */
  readonly tokens: number;
  /** A multiple of 8, and of 4 · heads. */
  readonly width: number;
  /** Number of blocks, at least 1. */
  readonly layers: number;
  readonly heads: number;
  /** Length of the longest sequence. */
  readonly context: number;
  /** Factor on the head's first weights: with a small one, play starts nearly uniform. */
  readonly outputScale: number;
}

/** The columns of the logits: the vocabulary, filled up to a multiple of 8. Columns past the vocabulary mean nothing. */
export function headColumns({ tokens }: Pick<TransformerShape, "tokens">): number {
  return 8 * Math.ceil(tokens / 8);
}

/** The tensors of a network of this shape, in the order of its file. */
export function transformerTensors(shape: Omit<TransformerShape, "outputScale">): TensorShape[] {
  const { tokens, width, layers, context } = shape;
  const columns = headColumns(shape);
  const blocks = Array.from({ length: layers }, (_, i) => [
    { name: `block${i}.attention.norm`, shape: [width] },
    { name: `block${i}.attention.qkv`, shape: [width, 3 * width] },
    { name: `block${i}.attention.out`, shape: [width, width] },
    { name: `block${i}.norm`, shape: [width] },
    { name: `block${i}.up.weight`, shape: [width, 4 * width] },
    { name: `block${i}.up.bias`, shape: [4 * width] },
    { name: `block${i}.down.weight`, shape: [4 * width, width] },
  ]);
  return [
    { name: "token.embedding", shape: [tokens, width] },
    { name: "position.embedding", shape: [context, width] },
    ...blocks.flat(),
    { name: "norm", shape: [width] },
    { name: "head.weight", shape: [width, columns] },
    { name: "head.bias", shape: [columns] },
  ];
}
