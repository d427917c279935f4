/**
 * WebAssembly with SIMD: TensorFlow.js's wasm backend, with three repairs. It leaves no process-wide error handlers
 * behind, multiplies transposed matrices as fast as plain ones, and multiplies by reshaped matrices without a mistake.
 */
import { load, tf } from "../tf.ts";

/** Makes it the current backend. Throws an Error with the reason if it cannot. */
export async function startWasm(): Promise<void> {
  await withoutProcessHandlers(async () => {
    load("@tensorflow/tfjs-backend-wasm");
    if (!(await tf.setBackend("wasm"))) throw new Error("the WebAssembly module does not start");
    await tf.ready();
  });
  if (!repaired) {
    repaired = true;
    copyReshapedFactors();
    rewriteTransposedMatmul();
  }
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

let repaired = false;

/**
 * The backend keeps an operator of XNNPACK for each right factor of a product, made for the factor's shape. It finds the operator
 * by the factor's data alone, and `reshape` makes a tensor of the same data: a product by it would be computed with the old
 * shape, without an error. This makes the kernels multiply by a copy if the data were a factor of another shape before.
 */
function copyReshapedFactors(): void {
  const columnsOf = new WeakMap<object, number>();
  for (const kernelName of ["BatchMatMul", "_FusedMatMul"]) {
    replaceKernel(kernelName, (original) => (params) => {
      const { b } = params.inputs as { b: tf.TensorInfo };
      const columns = b.shape[b.shape.length - 1];
      const known = columnsOf.get(b.dataId);
      if (known === undefined) columnsOf.set(b.dataId, columns);
      if (known === undefined || known === columns) return original(params);
      const copy = run("Identity", b, params.backend);
      const product = original({ ...params, inputs: { ...params.inputs, b: copy } });
      (params.backend as tf.KernelBackend).disposeData(copy.dataId);
      return product;
    });
  }
}

/**
 * The backend multiplies plain matrices with XNNPACK's SIMD kernels, but transposed ones, which gradients need, in a scalar loop
 * that is more than ten times slower. This replaces the kernel by one that transposes first and then multiplies plain matrices.
 */
function rewriteTransposedMatmul(): void {
  replaceKernel("BatchMatMul", (plain) => (params) => {
    const { a, b } = params.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
    const { transposeA, transposeB } = (params.attrs ?? {}) as { transposeA?: boolean; transposeB?: boolean };
    if (!transposeA && !transposeB) return plain(params);
    const left = transposeA ? transposeLastTwo(a, params.backend) : a;
    const right = transposeB ? transposeLastTwo(b, params.backend) : b;
    const product = plain({
      ...params,
      inputs: { a: left, b: right },
      attrs: { ...params.attrs, transposeA: false, transposeB: false },
    });
    for (const made of [left, right]) {
      if (made !== a && made !== b) (params.backend as tf.KernelBackend).disposeData(made.dataId);
    }
    return product;
  });
}

type Kernel = ReturnType<typeof tf.getKernel>["kernelFunc"];

function replaceKernel(kernelName: string, change: (original: Kernel) => Kernel): void {
  const kernel = tf.getKernel(kernelName, "wasm");
  tf.unregisterKernel(kernelName, "wasm");
  tf.registerKernel({ ...kernel, kernelFunc: change(kernel.kernelFunc) });
}

function transposeLastTwo(x: tf.TensorInfo, backend: unknown): tf.TensorInfo {
  const rank = x.shape.length;
  const perm = [...x.shape.keys()].map((axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
  return run("Transpose", x, backend, { perm });
}

/** What a kernel of the backend makes of x. */
function run(kernelName: string, x: tf.TensorInfo, backend: unknown, attrs: { perm?: number[] } = {}): tf.TensorInfo {
  const [made] = [
    tf.getKernel(kernelName, "wasm").kernelFunc({ inputs: { x }, backend: backend as object, attrs }),
  ].flat();
  if (!made) throw new Error(`${kernelName} returned nothing`);
  return made;
}
