/**
 * WebAssembly with SIMD: TensorFlow.js's wasm backend, with two repairs. It leaves no process-wide error handlers
 * behind, and multiplies transposed matrices as fast as plain ones.
 */
import { load, tf } from "./tf.ts";

/** Makes it the current backend. Throws an Error with the reason if it cannot. */
export async function startWasm(): Promise<void> {
  await withoutProcessHandlers(async () => {
    load("@tensorflow/tfjs-backend-wasm");
    if (!(await tf.setBackend("wasm"))) throw new Error("the WebAssembly module does not start");
    await tf.ready();
  });
  rewriteTransposedMatmul();
}

/** Runs `start`, then removes the process-wide error handlers that it installed. Emscripten's would hide Spiral's own. */
async function withoutProcessHandlers(start: () => Promise<void>): Promise<void> {
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => process.rawListeners(event));
  try {
    await start();
  } finally {
    events.forEach((event, i) => {
      for (const listener of process.rawListeners(event)) {
        if (!before[i]?.includes(listener)) process.removeListener(event, listener as (error: unknown) => void);
      }
    });
  }
}

let rewritten = false;

/**
 * The backend multiplies plain matrices with XNNPACK's SIMD kernels, but transposed ones, which gradients need, in a scalar loop
 * that is more than ten times slower. This replaces the kernel by one that transposes first and then multiplies plain matrices.
 */
function rewriteTransposedMatmul(): void {
  if (rewritten) return;
  rewritten = true;
  const plain = tf.getKernel("BatchMatMul", "wasm");
  tf.unregisterKernel("BatchMatMul", "wasm");
  tf.registerKernel({
    ...plain,
    kernelFunc: (params) => {
      const { a, b } = params.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
      const { transposeA, transposeB } = (params.attrs ?? {}) as { transposeA?: boolean; transposeB?: boolean };
      if (!transposeA && !transposeB) return plain.kernelFunc(params);
      const left = transposeA ? transposeLastTwo(a, params.backend) : a;
      const right = transposeB ? transposeLastTwo(b, params.backend) : b;
      const product = plain.kernelFunc({
        ...params,
        inputs: { a: left, b: right },
        attrs: { ...params.attrs, transposeA: false, transposeB: false },
      });
      for (const made of [left, right]) {
        if (made !== a && made !== b) (params.backend as tf.KernelBackend).disposeData(made.dataId);
      }
      return product;
    },
  });
}

function transposeLastTwo(x: tf.TensorInfo, backend: unknown): tf.TensorInfo {
  const rank = x.shape.length;
  const perm = [...x.shape.keys()].map((axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
  const { kernelFunc } = tf.getKernel("Transpose", "wasm");
  const [made] = [kernelFunc({ inputs: { x }, backend: backend as object, attrs: { perm } })].flat();
  if (!made) throw new Error("transpose returned nothing");
  return made;
}
