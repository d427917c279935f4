/**
 * TensorFlow's native library, on NVIDIA GPUs (`cuda`, @tensorflow/tfjs-node-gpu) and on the CPU (`node`,
 * @tensorflow/tfjs-node). The packages are searched for beside this one and in `.native/`, where `npm run native-tensorflow`
 * builds them. docs/gpu.md has the speeds.
 *
 * Only a package's binding, backend and kernels are loaded. Its main module would also choose the backend, print, and register
 * handlers for files.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { packageFile } from "../../util/package.ts";
import type { Availability } from "../backend-status.ts";
import { tf } from "../tf.ts";

export type NativeName = "cuda" | "node";

type NativeFinding =
  | { readonly status: "usable"; readonly folder: string; readonly binding: string }
  | Exclude<Availability, { status: "usable" }>;

/** Where packages and drivers are searched for: `thisMachine`, or the folders of a test. */
interface Machine {
  /** The package is the first one found in `node_modules` of these folders or of their parents. */
  readonly folders: readonly string[];
  /** Whether the operating system has a driver for NVIDIA GPUs. */
  readonly driver: boolean;
}

const PACKAGES = {
  cuda: { name: "@tensorflow/tfjs-node-gpu", build: "npm run native-tensorflow -- --gpu" },
  node: { name: "@tensorflow/tfjs-node", build: "npm run native-tensorflow" },
} as const;

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

/** Whether the package is installed with its binding and TensorFlow's library. It loads nothing. */
export function findNative(name: NativeName, { folders, driver } = thisMachine(name)): NativeFinding {
  const wanted = PACKAGES[name];
  if (name === "cuda" && !driver) {
    return { status: "missing", reason: "there is no NVIDIA GPU, or its driver is not loaded" };
  }
  const manifest = folders.map((folder) => resolveFrom(folder, `${wanted.name}/package.json`)).find(Boolean);
  if (!manifest) {
    return { status: "missing", reason: `${wanted.name} is not installed. Build it with: ${wanted.build}` };
  }
  const folder = dirname(manifest);
  const broken = (what: string): NativeFinding => ({
    status: "broken",
    reason: `${wanted.name} ${what}. Build it with: ${wanted.build}`,
  });
  const [version, ours] = [versionIn(manifest), versionIn(createRequire(import.meta.url).resolve(CORE))];
  if (version !== ours) return broken(`is version ${version}, and Spiral needs ${ours}`);
  const binding = bindingIn(folder);
  if (!binding) return broken("is installed without its binding, tfjs_binding.node");
  const missing = librariesOf(binding).filter(
    (library) => ![join(folder, "deps/lib"), dirname(binding)].some((place) => existsSync(join(place, library))),
  );
  if (missing.length > 0) return broken(`lacks ${missing.join(" and ")}`);
  return { status: "usable", folder, binding };
}

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
const CORE = "@tensorflow/tfjs-core/package.json";

/** The part of tfjs_binding.node that is used here. */
interface Binding {
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
}

function thisMachine(name: NativeName): Machine {
  return {
    folders: [packageFile(join(".native", name)), dirname(packageFile("package.json"))],
    // The driver's device files on Linux, and on Linux under Windows. On Windows only the library can tell.
    driver:
      process.platform === "win32" ||
      (process.platform === "linux" && ["/dev/nvidiactl", "/dev/dxg", "/dev/nvgpu"].some((path) => existsSync(path))),
  };
}

function resolveFrom(folder: string, request: string): string | undefined {
  try {
    return createRequire(join(folder, "package.json")).resolve(request);
  } catch {
    return undefined;
  }
}

function versionIn(manifest: string): string {
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

/** `lib/napi-v*` holds a binding for each version of Node-API. Takes the newest that this Node supports. */
function bindingIn(folder: string): string | undefined {
  const lib = join(folder, "lib");
  return (existsSync(lib) ? readdirSync(lib) : [])
    .map((entry) => ({
      version: Number(/^napi-v(\d+)$/.exec(entry)?.[1]),
      path: join(lib, entry, "tfjs_binding.node"),
    }))
    .filter(({ version, path }) => version <= Number(process.versions.napi) && existsSync(path))
    .sort((a, b) => b.version - a.version)
    .map(({ path }) => path)[0];
}

/** The names of TensorFlow's libraries that a binding is linked to. On every platform the file holds them as text. */
function librariesOf(binding: string): string[] {
  const names = readFileSync(binding, "latin1").match(/\b(lib)?tensorflow\w*\.(so(\.\d+)*|(\d+\.)*dylib|dll)/g);
  return [...new Set(names)];
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
