/** What is common to the backends of TensorFlow.js: a check that they compute, and what they compute. */
import type { Arithmetic } from "../arithmetic.ts";
import { Mlp } from "../mlp.ts";
import { TensorLearner } from "../tensor-learner.ts";
import { load, tf } from "../tf.ts";

/** On the current backend of TensorFlow.js. Throws an Error if that computes something wrong. */
export function tensorArithmetic(): Arithmetic {
  checkArithmetic();
  return {
    network: (weights) => new Mlp(weights),
    learner: (weights, adam) => new TensorLearner(new Mlp(weights), adam),
    product: (size) => () =>
      tf.tidy(() => {
        const x = tf.fill([size, size], 0.5);
        // Reading one entry waits for all of them.
        tf.slice(tf.matMul(x, x), [0, 0], [1, 1]).dataSync();
      }),
  };
}

/** Plain JavaScript. */
export async function startJs(): Promise<void> {
  load("@tensorflow/tfjs-backend-cpu");
  if (!(await tf.setBackend("cpu"))) throw new Error("the plain JavaScript backend does not start");
}

/**
 * Checks a product, a sum and their gradient, as a driver may load and yet compute wrong numbers. L = Σ relu(x·w)² with
 * x·w = [−1, 7], so L = 49 and dL/dw = Σ 2 relu(x·w) x = [42, 56]. Throws an Error if the backend computes anything else.
 */
function checkArithmetic(): void {
  const [loss, gradient] = tf.tidy(() => {
    const x = tf.tensor2d([1, -2, 3, 4], [2, 2]);
    const h = tf.relu(tf.matMul(x, tf.tensor2d([1, 1], [2, 1])));
    return [tf.sum(tf.square(h)), tf.matMul(x, tf.mul(h, 2), true)].map((y) => [...y.dataSync()]);
  });
  const computed = `${loss}; ${gradient}`;
  if (computed !== "49; 42,56") throw new Error(`it computes ${computed} where 49; 42,56 is right`);
}
