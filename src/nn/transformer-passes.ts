/**
 * The forward and backward pass of a transformer over a prefix tree, in the operations of an engine. With N nodes, R sequences
 * and width d, each block maps x [N, d] to
 *
 *   y = x + attention(norm(x) · W_qkv) · W_out          x ← y + relu(norm(y) · W_up + b_up) · W_down
 *
 * and the logits are norm(x) · W_head + b_head at the nodes at which sequences end. Only those are read, so that the last block
 * goes on with them alone once every node has its keys and values.
 */
import type { PrefixTree } from "./prefix-tree.ts";

/** Computes trees with one network's weights. T is a tensor. */
export interface Engine<T> {
  /** Larger trees are computed in parts, so that memory is bounded. */
  readonly maxNodes: number;
  logits(tree: PrefixTree): Float32Array;
  /** The gradients in the variables, which the caller disposes of. */
  gradients(tree: PrefixTree, lossGradient: (logits: Float32Array) => Float32Array): T[];
}

/** What a pass is made of. A matrix M belongs to the engine; x [N, d] has a row for each node of the tree. */
export interface Operations<M> {
  /** token[tokens] + position[depths]. → [N, d] */
  embed(token: M, position: M): M;
  /** The gradients in `token` and `position`, from ∂L/∂x. */
  embedGradient(dx: M, token: M, position: M): [M, M];
  /** The rows of x at which sequences end. [N, d] → [R, d] */
  ends(x: M): M;
  /** The gradient in x, from that in its ends. [R, d] → [N, d] */
  endsGradient(dy: M): M;
  /** x / √(mean x² + 1e-5) · gain, row by row. */
  norm(x: M, gain: M): M;
  /** The gradients in x and gain, from ∂L/∂norm. `plus` is added to that in x. */
  normGradient(x: M, gain: M, dy: M, plus?: M): { readonly x: M; readonly gain: M };
  /** a · w + plus, where `plus` is a matrix or a row for all. With `relu`, max(0, that). */
  product(a: M, w: M, plus?: M, relu?: boolean): M;
  /** d · wᵀ: the gradient in a factor a, from ∂L/∂(a · w). */
  productGradient(d: M, w: M): M;
  /** aᵀ · d: the gradient in the weights w. */
  weightGradient(a: M, d: M): M;
  /** Σ over rows: the gradient in a bias. */
  biasGradient(d: M): M;
  /** d where h > 0, else 0. It may overwrite d. */
  reluGradient(h: M, d: M): M;
  /** Causal attention, of every node or only of the ends, over the node's ancestors and itself. qkv [N, 3d] */
  attention(qkv: M, ofEnds: boolean): Attention<M>;
  /** ∂L/∂qkv, from ∂L/∂output. */
  attentionGradient(qkv: M, attention: Attention<M>, d: M, ofEnds: boolean): M;
}

/** Those of the forward pass. */
export type ForwardOperations<M> = Pick<Operations<M>, "embed" | "ends" | "norm" | "product" | "attention">;

export interface Attention<M> {
  readonly output: M;
  /** The softmax of the scores, in the engine's own order. */
  readonly probabilities: M;
}

/** Gain and W_qkv and W_out of the attention; gain, W_up, b_up and W_down of the layers after it. */
const WEIGHTS_OF_A_BLOCK = 7;

interface Block<M> {
  /** x, norm(x) and norm(x) · W_qkv of all nodes; y, norm(y) and the relu of those that go on. */
  readonly x: M;
  readonly a: M;
  readonly qkv: M;
  readonly attention: Attention<M>;
  readonly y: M;
  readonly b: M;
  readonly h: M;
}

/** The logits [R, columns], and what `backward` needs beside them. */
export interface Forward<M> {
  readonly logits: M;
  readonly blocks: readonly Block<M>[];
  /** The last block's x and norm(x) at the ends. */
  readonly x: M;
  readonly top: M;
}

export function forward<M>(ops: ForwardOperations<M>, weights: readonly M[]): Forward<M> {
  const { token, position, blockWeights, gain, head, headBias } = structure(weights);
  const blocks: Block<M>[] = [];
  let x = ops.embed(token, position);
  for (const w of blockWeights) {
    const isLast = blocks.length + 1 === blockWeights.length;
    const a = ops.norm(x, w.attentionGain);
    const qkv = ops.product(a, w.qkv);
    const attention = ops.attention(qkv, isLast);
    const y = ops.product(attention.output, w.out, isLast ? ops.ends(x) : x);
    const b = ops.norm(y, w.gain);
    const h = ops.product(b, w.up, w.upBias, true);
    blocks.push({ x, a, qkv, attention, y, b, h });
    x = ops.product(h, w.down, y);
  }
  const top = ops.norm(x, gain);
  return { logits: ops.product(top, head, headBias), blocks, x, top };
}

/** ∂L/∂weights in their order, from ∂L/∂logits [R, columns]. */
export function backward<M>(ops: Operations<M>, weights: readonly M[], pass: Forward<M>, dLogits: M): M[] {
  const { token, position, blockWeights, gain, head } = structure(weights);
  const last = ops.normGradient(pass.x, gain, ops.productGradient(dLogits, head));
  const gradients = [last.gain, ops.weightGradient(pass.top, dLogits), ops.biasGradient(dLogits)];
  let dx = last.x;
  for (let i = blockWeights.length - 1; i >= 0; i--) {
    const w = blockWeights[i];
    const isLast = i + 1 === blockWeights.length;
    const { x, a, qkv, attention, y, b, h } = pass.blocks[i];
    const dDown = ops.weightGradient(h, dx);
    const dh = ops.reluGradient(h, ops.productGradient(dx, w.down));
    const dy = ops.normGradient(y, w.gain, ops.productGradient(dh, w.up), dx);
    const dqkv = ops.attentionGradient(qkv, attention, ops.productGradient(dy.x, w.out), isLast);
    const plus = isLast ? ops.endsGradient(dy.x) : dy.x;
    const below = ops.normGradient(x, w.attentionGain, ops.productGradient(dqkv, w.qkv), plus);
    gradients.unshift(
      ...[below.gain, ops.weightGradient(a, dqkv), ops.weightGradient(attention.output, dy.x)],
      ...[dy.gain, ops.weightGradient(b, dh), ops.biasGradient(dh), dDown],
    );
    dx = below.x;
  }
  return [...ops.embedGradient(dx, token, position), ...gradients];
}

/** The weights by their place in the list of `transformerTensors`. */
function structure<M>(weights: readonly M[]) {
  const [token, position, ...rest] = weights;
  const [gain, head, headBias] = rest.splice(-3);
  const blockWeights = Array.from({ length: rest.length / WEIGHTS_OF_A_BLOCK }, (_, i) => {
    const from = i * WEIGHTS_OF_A_BLOCK;
    const [attentionGain, qkv, out, gain, up, upBias, down] = rest.slice(from, from + WEIGHTS_OF_A_BLOCK);
    return { attentionGain, qkv, out, gain, up, upBias, down };
  });
  return { token, position, blockWeights, gain, head, headBias };
}
