/**
 * GPUs of any vendor, by TensorFlow.js's webgpu backend on Dawn, Chromium's implementation of WebGPU, which uses Vulkan,
 * Direct3D 12 or Metal. The backend is made for browsers. This file changes five things:
 *
 * - The device has all limits of the adapter. By default a kernel may bind 8 buffers, and a kernel that needs more leaves old
 *   numbers in its result.
 * - Errors are thrown by the next read. WebGPU reports them as events, beside results that are wrong.
 * - Reads are synchronous. Dawn runs its callbacks in the event loop; `readSynchronously` runs them until the numbers have come.
 * - Memory is freed. The backend keeps every buffer for a later one of the same size, but the number of rows changes from update
 *   to update.
 * - Products round alike. By default the number of rows chooses among four programs, one of which adds in no fixed order.
 */
import { pathToFileURL } from "node:url";
import { tf } from "../tf.ts";
import { type Device, freeUnusedBuffers, readSynchronously, type WebgpuBackend } from "./webgpu-buffers.ts";
import { DAWN, locate, TFJS } from "./webgpu-package.ts";

/** If this variable is 1, an adapter that computes on the CPU is accepted. It is slower than wasm and meant for tests. */
const ALLOW_SOFTWARE = "SPIRAL_WEBGPU_SOFTWARE";

interface Dawn {
  readonly create: (options: readonly string[]) => {
    requestAdapter(options: { powerPreference: string }): Promise<Adapter | null>;
  };
  readonly globals: Readonly<Record<string, unknown>>;
}

interface Adapter {
  readonly info: { readonly vendor: string; readonly device: string; readonly isFallbackAdapter: boolean };
  readonly limits: Readonly<Record<string, unknown>>;
  requestDevice(options: { requiredLimits: Record<string, number> }): Promise<Device>;
}

/** Keeps a reference to `gpu`: without one, Dawn frees it even while its own calls use it. */
let opened: { readonly name: string; readonly gpu: unknown } | undefined;

/** Makes it the current backend. Returns the name of its GPU. Throws an Error with the reason if it cannot. */
export async function startWebgpu(): Promise<string> {
  if (!opened) opened = await open();
  await tf.setBackend("webgpu");
  return opened.name;
}

async function open(): Promise<{ name: string; gpu: unknown }> {
  if (process.platform === "linux" && !loads("libvulkan.so.1")) {
    throw new Error(
      "the Vulkan loader, libvulkan.so.1, is not installed. On Debian and Ubuntu: apt install libvulkan1",
    );
  }
  const { create, globals } = (await load(DAWN)) as Dawn;
  const { WebGPUBackend } = (await load(TFJS)) as {
    WebGPUBackend: new (device: Device, info: Adapter["info"]) => WebgpuBackend;
  };
  // tfjs reads constants such as GPUBufferUsage from the global object, as in a browser.
  Object.assign(globalThis, globals);
  const gpu = create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new Error("there is no GPU with a driver for Vulkan, Direct3D 12 or Metal");
  const { info, limits } = adapter;
  const name = info.device || info.vendor || "an unnamed GPU";
  if (info.isFallbackAdapter && process.env[ALLOW_SOFTWARE] !== "1") {
    throw new Error(
      `there is no GPU, only ${name}, which computes on the CPU. ${ALLOW_SOFTWARE}=1 takes it all the same`,
    );
  }
  const requiredLimits: Record<string, number> = {};
  for (const key in limits) if (typeof limits[key] === "number") requiredLimits[key] = limits[key];
  const made = await adapter.requestDevice({ requiredLimits });
  // A device that is not destroyed keeps the driver's threads alive at the end of the process.
  process.once("exit", () => made.destroy());
  const backend = withNavigator(gpu, () => new WebGPUBackend(made, info));
  readSynchronously(backend, made);
  freeUnusedBuffers(backend);
  tf.registerBackend("webgpu", () => backend);
  chooseProducts();
  // Waits for callbacks of Dawn that are still in the event loop; `readSynchronously` relies on there being none.
  for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve));
  return { name, gpu };
}

/** Whether the system has this library. It is checked first, as Dawn prints lines of its own if the library is missing. */
function loads(library: string): boolean {
  try {
    process.dlopen({ exports: {} }, library);
  } catch (error) {
    // dlopen also throws for a library that loads, as it is no module for Node.
    return !String(error).includes("cannot open shared object");
  }
  return true;
}

/** Runs `make` with a global `navigator.gpu`, where tfjs looks for WebGPU. */
function withNavigator<T>(gpu: unknown, make: () => T): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true });
  try {
    return make();
  } finally {
    if (before) Object.defineProperty(globalThis, "navigator", before);
    else Reflect.deleteProperty(globalThis, "navigator");
  }
}

/** tfjs's numbers of its programs that multiply in small tiles, and in tiles of 32 × 32. */
const [SMALL_TILES, LARGE_TILES] = [2, 3];
/** Number of weights from which the large tiles are faster. */
const LARGE = 256 * 256;

/**
 * Chooses the program that multiplies by the shape of the weights, not by the number of rows. So a row's logits do not depend on
 * the other rows, to the bit (except for a single row with large weights), and a gradient is the same every time.
 */
function chooseProducts(): void {
  const kernel = tf.getKernel("BatchMatMul", "webgpu");
  tf.unregisterKernel("BatchMatMul", "webgpu");
  tf.registerKernel({
    ...kernel,
    kernelFunc: (params) => {
      const { a, b } = params.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
      const { transposeB } = (params.attrs ?? {}) as { transposeB?: boolean };
      // Neither of these two dimensions is the number of rows: x [R, K] · W [K, N], g [R, N] · W [K, N]ᵀ, x [R, K]ᵀ · g [R, N].
      const weights = (a.shape.at(-1) ?? 1) * (b.shape.at(transposeB ? -2 : -1) ?? 1);
      tf.env().set("WEBGPU_MATMUL_PROGRAM_TYPE", weights < LARGE ? SMALL_TILES : LARGE_TILES);
      return kernel.kernelFunc(params);
    },
  });
}

async function load(name: string): Promise<unknown> {
  const path = locate(name);
  if (path === undefined) throw new Error(`${name} is not installed`);
  return import(pathToFileURL(path).href);
}
