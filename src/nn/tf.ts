/**
 * TensorFlow.js for the rest of Spiral. Modules that import this file are imported only when a network runs. tfjs-core has no
 * gradients; the network computes its own (mlp.ts). The packages are CommonJS of some megabytes, which `require` loads faster:
 * `import` would first search them for the names that they export.
 */
import { createRequire } from "node:module";
import type * as core from "@tensorflow/tfjs-core";

/** Loads a part of TensorFlow.js. */
export const load = createRequire(import.meta.url);

const tf = load("@tensorflow/tfjs-core") as typeof core;

tf.enableProdMode();

/** The types of tfjs-core that are used. */
declare namespace tf {
  type BackendValues = core.BackendValues;
  type DataType = core.DataType;
  type KernelBackend = core.KernelBackend;
  type MemoryInfo = core.MemoryInfo;
  type Scalar = core.Scalar;
  type Tensor<R extends core.Rank = core.Rank> = core.Tensor<R>;
  type Tensor2D = core.Tensor2D;
  type TensorInfo = core.TensorInfo;
  type Variable<R extends core.Rank = core.Rank> = core.Variable<R>;
}

export { tf };
