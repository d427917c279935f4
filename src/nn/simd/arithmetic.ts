/** Multilayer perceptrons on our own kernels: the backend `kernels`. */
import type { Arithmetic } from "../arithmetic.ts";
import type { WeightArray } from "../weights.ts";
import { kernelFile } from "./file.ts";
import { KernelHeap } from "./heap.ts";
import { KernelMlp, LearningKernelMlp } from "./mlp.ts";

let shared: KernelHeap | undefined;

/** The memory of all networks of the process. Throws a UserError (exit 1) if the kernels are not built. */
export function kernelHeap(): KernelHeap {
  shared ??= new KernelHeap(kernelFile("mlp"));
  return shared;
}

/** Throws an Error if the kernels cannot run here or compute something wrong. */
export function kernelArithmetic(): Arithmetic {
  const heap = kernelHeap();
  checkArithmetic(heap);
  return {
    network: (weights) => new KernelMlp(heap, weights),
    learner: (weights, adam) => new LearningKernelMlp(heap, weights, adam),
    product(size) {
      const x = new Float32Array(size * size).fill(0.5);
      return () => {
        const network = new KernelMlp(heap, layers([[size, size, x]]));
        network.logits(x);
        network.dispose();
      };
    },
  };
}

/** The weights of layers of so many inputs and outputs, without biases. */
const layers = (all: readonly [number, number, Float32Array][]): WeightArray[] =>
  all.flatMap(([inputs, outputs, values], i) => [
    { name: `layer${i}.weight`, shape: [inputs, outputs], values },
    { name: `layer${i}.bias`, shape: [outputs], values: new Float32Array(outputs) },
  ]);

/** L = Σ z² with z = relu(x·w) = [0, 7], so dL/dw = Σ 2 z x = [42, 56]. */
function checkArithmetic(heap: KernelHeap): void {
  const weights = layers([
    [2, 1, Float32Array.of(1, 1)],
    [1, 1, Float32Array.of(1)],
  ]);
  const network = new LearningKernelMlp(heap, weights, { beta1: 0, beta2: 0, epsilon: 1 });
  const x = Float32Array.of(1, -2, 3, 4);
  const computed = `${network.logits(x)}; ${network.gradients(x, (logits) => logits.map((z) => 2 * z))[0]}`;
  network.dispose();
  if (computed !== "0,7; 42,56") throw new Error(`it computes ${computed} where 0,7; 42,56 is right`);
}
