/**
 * TensorFlow's native library, on NVIDIA GPUs (`cuda`, @tensorflow/tfjs-node-gpu) and on the CPU (`node`,
 * @tensorflow/tfjs-node). native-package.ts finds the packages. docs/gpu.md has the speeds.
 *
 * Only a package's binding, backend and kernels are loaded. Its main module would also choose the backend, print, and register
 * handlers for files.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { tf } from "../tf.ts";
import { findNative, type NativeName, PACKAGES, thisMachine } from "./native-package.ts";

/**
 * Environment variables that TensorFlow reads. They are set unless the user has set them. In order: print nothing; use oneDNN's
 * matrix products; take the GPU's memory as needed; compute the same bits every time; do not round factors to TF32, which has
 * 11 bits.
 */
const ENVIRONMENT = {
  TF_CPP_MIN_LOG_LEVEL: "3",
  TF_ENABLE_ONEDNN_OPTS: "1",
  TF_FORCE_GPU_ALLOW_GROWTH: "true",
  TF_DETERMINISTIC_OPS: "1",
  NVIDIA_TF32_OVERRIDE: "0",
} as const;

let loaded: NativeName | undefined;

/**
 * Makes it the current backend. Returns the name of the GPU if it computes on one. Throws an Error with the reason if it cannot.
 * TensorFlow's settings are environment variables, which only the main thread can set: start it there before worker threads do.
 */
export async function startNative(name: NativeName, where = thisMachine(name)): Promise<string | undefined> {
  const found = findNative(name, where);
  if (found.status !== "usable") throw new Error(found.reason);
  if (loaded !== name) {
    // Two libraries of one name cannot both be loaded: the second binding would be linked to the first library.
    if (loaded) throw new Error(`TensorFlow for ${loaded} is in this process already; start ${name} in one of its own`);
    for (const [key, value] of Object.entries(ENVIRONMENT)) process.env[key] ??= value;
    restoreUtilFunctions();
  }
  const load = createRequire(join(found.folder, "package.json"));
  const binding = load(found.binding) as Binding;
  loaded = name;
  if (name === "cuda" && !binding.isUsingGpuDevice()) {
    throw new Error(
      `TensorFlow ${binding.TF_Version} finds no GPU that it can use; TF_CPP_MIN_LOG_LEVEL=0 makes it say why. ` +
        "It would compute on the CPU",
    );
  }
  if (!tf.findBackendFactory(BACKEND)) {
    const { NodeJSKernelBackend } = load("./dist/nodejs_kernel_backend.js") as {
      NodeJSKernelBackend: new (binding: Binding, packageName: string) => tf.KernelBackend;
    };
    load("./dist/register_all_kernels.js");
    tf.registerBackend(BACKEND, () => new NodeJSKernelBackend(binding, PACKAGES[name].name));
  }
  if (!(await tf.setBackend(BACKEND))) throw new Error(`TensorFlow ${binding.TF_Version} does not start`);
  return name === "cuda" ? nvidiaModel() : undefined;
}

/** The name of the backend in the packages' kernels, on GPU and CPU alike. */
const BACKEND = "tensorflow";

/** The part of tfjs_binding.node that is used here. */
interface Binding {
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
}

/**
 * Defines two functions of Node's `util` that the packages call. Node 22 warns about them and Node 23 has removed them. The
 * definitions stay, as every new tensor calls them.
 */
function restoreUtilFunctions(): void {
  const util = createRequire(import.meta.url)("node:util") as object;
  const define = (name: string, value: (x: unknown) => boolean) =>
    Object.defineProperty(util, name, { value, configurable: true, writable: true });
  define("isNullOrUndefined", (x) => x === null || x === undefined);
  define("isArray", Array.isArray);
}

/** The driver's name of the first GPU, on Linux. */
function nvidiaModel(): string {
  const gpus = "/proc/driver/nvidia/gpus";
  try {
    const [first] = readdirSync(gpus).sort();
    const information = readFileSync(join(gpus, first ?? "", "information"), "utf8");
    return /^Model:\s*(.+)$/m.exec(information)?.[1] ?? "an NVIDIA GPU";
  } catch {
    return "an NVIDIA GPU";
  }
}
