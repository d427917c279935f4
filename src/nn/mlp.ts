/**
 * A multilayer perceptron with ReLU between its layers,
 *
 *   h_0 = x      h_l = relu(h_{l−1} · W_l + b_l)      logits = h_{L−1} · W_L + b_L       x [R, inputs] → logits [R, outputs]
 *
 * and its gradient by backpropagation, from the loss's ∂L/∂logits:
 *
 *   d_L = ∂L/∂logits      ∂L/∂W_l = h_{l−1}ᵀ · d_l      ∂L/∂b_l = Σ_rows d_l      d_{l−1} = (d_l · W_lᵀ) ⊙ [h_{l−1} > 0]
 */
import type { LogitGradient } from "./row-network.ts";
import { tf } from "./tf.ts";
import { NetworkWeights } from "./variables.ts";

/**
 * TensorFlow's native library chooses its kernels by the number of rows, so that the last bits of a row depend on how many
 * rows are computed with it. With that library, `logits` computes blocks of one size, the last filled up with zeros. 192 is a
 * multiple of every kernel's tile, so that all rows of a block are computed alike.
 */
const BLOCK = 192;

/** One set of weights on the backend: W_1, b_1, W_2, b_2, … */
export class Mlp extends NetworkWeights {
  /** The input of each layer, h_0 … h_{L−1}, and the logits. */
  #layers(x: tf.Tensor2D): tf.Tensor2D[] {
    const layers: tf.Tensor2D[] = [x];
    for (let i = 0; i < this.variables.length; i += 2) {
      const [a, b] = [layers.at(-1), this.variables[i]] as [tf.Tensor2D, tf.Tensor2D];
      const activation = i + 2 < this.variables.length ? "relu" : "linear";
      layers.push(tf.fused.matMul({ a, b, bias: this.variables[i + 1] as tf.Tensor, activation }) as tf.Tensor2D);
    }
    return layers;
  }

  /**
   * The gradient of L in each variable, in their order, at rows of features [R, inputs]. `lossGradient` takes the logits
   * [R, outputs] and returns ∂L/∂logits. The caller disposes of the gradients.
   */
  gradients(features: Float32Array, lossGradient: LogitGradient): tf.Tensor[] {
    const rows = this.#rowsOf(features);
    return tf.tidy(() => {
      const layers = this.#layers(tf.tensor2d(features, [rows, features.length / rows]));
      const logits = layers.pop() as tf.Tensor2D;
      const ones = tf.ones([1, rows]) as tf.Tensor2D;
      let d = tf.tensor2d(lossGradient(logits.dataSync() as Float32Array), logits.shape);
      const gradients: tf.Tensor[] = [];
      for (let i = this.variables.length - 2; i >= 0; i -= 2) {
        const h = layers.pop() as tf.Tensor2D;
        const bias = this.variables[i + 1] as tf.Tensor;
        // The sum over rows as a product: sums down columns are slow on wasm.
        gradients.unshift(tf.matMul(h, d, true), tf.reshape(tf.matMul(ones, d), bias.shape));
        if (i > 0) d = tf.mul(tf.matMul(d, this.variables[i] as tf.Tensor2D, false, true), tf.step(h));
      }
      return gradients;
    });
  }

  #rowsOf(features: Float32Array): number {
    return features.length / (this.variables[0].shape[0] as number);
  }

  /** Logits of rows of features. A row's logits do not depend on the other rows. [R, inputs] → [R, outputs] */
  logits(features: Float32Array): Float32Array {
    const rows = this.#rowsOf(features);
    return tf.getBackend() === "tensorflow" ? this.#inBlocks(features, rows) : this.#atOnce(features, rows);
  }

  #inBlocks(features: Float32Array, rows: number): Float32Array {
    const width = features.length / rows;
    const blocks = Array.from({ length: Math.ceil(rows / BLOCK) }, (_, i) => {
      const block = new Float32Array(BLOCK * width);
      block.set(features.subarray(i * BLOCK * width, (i + 1) * BLOCK * width));
      return this.#atOnce(block, BLOCK);
    });
    const outputs = (blocks[0]?.length ?? 0) / BLOCK;
    const logits = new Float32Array(rows * outputs);
    blocks.forEach((block, i) => {
      logits.set(block.subarray(0, (rows - i * BLOCK) * outputs), i * BLOCK * outputs);
    });
    return logits;
  }

  #atOnce(features: Float32Array, rows: number): Float32Array {
    const y = tf.tidy(() => this.#layers(tf.tensor2d(features, [rows, features.length / rows])).at(-1) as tf.Tensor2D);
    const logits = y.dataSync() as Float32Array;
    y.dispose();
    return logits;
  }
}
