/**
 * GPUs of any vendor: TensorFlow.js's webgpu backend on Dawn, the WebGPU implementation of Chromium, through its binding
 * for Node; it reaches Vulkan, Direct3D 12 and Metal. The backend is made for browsers. What it needs here:
 *
 * - A device with all that the adapter offers. The one that it would make binds 8 buffers at a time, and what asks for more
 *   leaves stale numbers behind.
 * - Errors that are heard. WebGPU reports them as events beside the results, which are then wrong; here the next read throws.
 * - Reads that wait. Dawn calls back from the event loop; `readNow` runs those calls itself until the numbers are there.
 * - Memory that comes back. It keeps every buffer it has made for one of the same size, and row counts differ from update to update.
 * - Products that round alike. It would choose among four programs by the number of rows, one of which adds in no fixed order.
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { packageFile } from "../util/package.ts";
import type { Finding } from "./finding.ts";
import { tf } from "./tf.ts";
import { type Device, keepTidy, readNow, type WebgpuBackend } from "./webgpu-buffers.ts";

const TFJS = "@tensorflow/tfjs-backend-webgpu";
const DAWN = "webgpu";
/** Set to 1, an adapter that computes on the CPU will do: for tests, as it is slower than wasm. */
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

/** Whether it is installed. Nothing is loaded for it. */
export function findWebgpu(): Finding {
  if (!locate(TFJS)) return { status: "missing", reason: `${TFJS} is not installed. Install it with: npm install` };
  if (locate(DAWN)) return { status: "usable" };
  return { status: "missing", reason: "its library, Dawn, is not installed. Install it with: npm run webgpu" };
}

/** Holds on to `gpu`, which Dawn frees once nothing in JavaScript points to it, its own calls notwithstanding. */
let opened: { readonly name: string; readonly gpu: unknown } | undefined;

/** Makes it the current backend and returns what it computes on; throws an Error with the reason where it cannot. */
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
  // tfjs finds GPUBufferUsage and the like where browsers have them.
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
  // A device that is left to the end of the process keeps the driver's threads.
  process.once("exit", () => made.destroy());
  const backend = withNavigator(gpu, () => new WebGPUBackend(made, info));
  readNow(backend, made);
  keepTidy(backend);
  tf.registerBackend("webgpu", () => backend);
  chooseProducts();
  // Dawn has calls of its own in the event loop until here; `readNow` counts on there being none.
  for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve));
  return { name, gpu };
}

/** Whether the system has this library. Dawn prints lines of its own where its loader is missing, so it is asked first. */
function loads(library: string): boolean {
  try {
    process.dlopen({ exports: {} }, library);
  } catch (error) {
    // A library that loads is refused too, as it is no module for Node.
    return !String(error).includes("cannot open shared object");
  }
  return true;
}

/** tfjs asks `navigator.gpu` whether there is WebGPU at all. */
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

/** tfjs's numbers for its programs that multiply in small tiles, and in tiles of 32 × 32 … */
const [SMALL_TILES, LARGE_TILES] = [2, 3];
/** … and where the second is worth it, in entries of the matrix of weights. */
const LARGE = 256 * 256;

/**
 * Which program multiplies depends on the shape of the weights, not on the rows that are multiplied by them: a row's logits
 * are then the same to the bit whatever rows it is asked with (with one exception, a single row and large weights), and so is
 * a gradient every time.
 */
function chooseProducts(): void {
  const kernel = tf.getKernel("BatchMatMul", "webgpu");
  tf.unregisterKernel("BatchMatMul", "webgpu");
  tf.registerKernel({
    ...kernel,
    kernelFunc: (params) => {
      const { a, b } = params.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
      const { transposeB } = (params.attrs ?? {}) as { transposeB?: boolean };
      // Rows are never among these two: x [R, K] · W [K, N], g [R, N] · W [K, N]ᵀ, x [R, K]ᵀ · g [R, N].
      const weights = (a.shape.at(-1) ?? 1) * (b.shape.at(transposeB ? -2 : -1) ?? 1);
      tf.env().set("WEBGPU_MATMUL_PROGRAM_TYPE", weights < LARGE ? SMALL_TILES : LARGE_TILES);
      return kernel.kernelFunc(params);
    },
  });
}

/** Where a package is: beside ours, or where `npm run webgpu` puts it, out of reach of `npm install`'s tidying. */
function locate(name: string): string | undefined {
  for (const from of [import.meta.url, packageFile(".webgpu/package.json")]) {
    try {
      return createRequire(from).resolve(name);
    } catch {
      // Not there.
    }
  }
  return undefined;
}

async function load(name: string): Promise<unknown> {
  const path = locate(name);
  if (path === undefined) throw new Error(`${name} is not installed`);
  return import(pathToFileURL(path).href);
}
