/**
 * TensorFlow's native library: on NVIDIA GPUs (`cuda`, @tensorflow/tfjs-node-gpu) and on the CPU (`node`,
 * @tensorflow/tfjs-node). The packages are looked for beside ours and in `.native/`, where `npm run native-tensorflow`
 * builds them. docs/gpu.md says what comes of it.
 *
 * Of a package only the binding, the backend on it and its kernels are loaded. Its main module would also choose the backend,
 * print, and register handlers for files.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { packageFile } from "../util/package.ts";
import type { Finding } from "./finding.ts";
import { tf } from "./tf.ts";

export type NativeName = "cuda" | "node";

type NativeFinding =
  | { readonly status: "usable"; readonly folder: string; readonly binding: string }
  | Exclude<Finding, { status: "usable" }>;

/** Where to look; a test's own folders, or this machine. */
interface Surroundings {
  /** Folders whose `node_modules`, or a parent's, may have the package; the first that has it counts. */
  readonly folders: readonly string[];
  /** Whether the operating system has a driver for NVIDIA GPUs. */
  readonly driver: boolean;
}

const PACKAGES = {
  cuda: { name: "@tensorflow/tfjs-node-gpu", build: "npm run native-tensorflow -- --gpu" },
  node: { name: "@tensorflow/tfjs-node", build: "npm run native-tensorflow" },
} as const;

/**
 * What TensorFlow reads from the environment, where the user has not said otherwise: nothing printed; oneDNN's matrix
 * products; memory of the GPU taken as needed; the same bits every time; and 32-bit products that are 32-bit products, not
 * TF32's, of numbers cut to 11 bits.
 */
const ENVIRONMENT = {
  TF_CPP_MIN_LOG_LEVEL: "3",
  TF_ENABLE_ONEDNN_OPTS: "1",
  TF_FORCE_GPU_ALLOW_GROWTH: "true",
  TF_DETERMINISTIC_OPS: "1",
  NVIDIA_TF32_OVERRIDE: "0",
} as const;

/** Whether the package is installed, with its binding and the library under it. Nothing is loaded for it. */
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
 * Makes it the current backend, and returns what it computes on where that is a GPU. Throws an Error with the reason where it
 * cannot. Its settings go through the environment, which only the main thread can write: start it there before worker threads do.
 */
export async function startNative(name: NativeName, where = thisMachine(name)): Promise<string | undefined> {
  const found = findNative(name, where);
  if (found.status !== "usable") throw new Error(found.reason);
  if (loaded !== name) {
    // Two libraries of one name cannot both be loaded: the second binding would get the first's.
    if (loaded) throw new Error(`TensorFlow for ${loaded} is in this process already; start ${name} in one of its own`);
    for (const [key, value] of Object.entries(ENVIRONMENT)) process.env[key] ??= value;
    bridgeUtil();
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

/** What we use of tfjs_binding.node. */
interface Binding {
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
}

function thisMachine(name: NativeName): Surroundings {
  return {
    folders: [packageFile(join(".native", name)), dirname(packageFile("package.json"))],
    // A device of the driver, or of Windows' under Linux; elsewhere the library has to be asked.
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

/** `lib/napi-v*` has one binding for each version of Node's interface; the newest that this Node has. */
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

/** The names of TensorFlow's libraries that a binding is linked to. They stand in it as text, on every platform. */
function librariesOf(binding: string): string[] {
  const names = readFileSync(binding, "latin1").match(/\b(lib)?tensorflow\w*\.(so(\.\d+)*|(\d+\.)*dylib|dll)/g);
  return [...new Set(names)];
}

/**
 * The packages call two functions of Node's `util` that Node 22 warns of and Node 23 no longer has. They get plain ones. These
 * stay, as they are called whenever a tensor is made.
 */
function bridgeUtil(): void {
  const util = createRequire(import.meta.url)("node:util") as object;
  const define = (name: string, value: (x: unknown) => boolean) =>
    Object.defineProperty(util, name, { value, configurable: true, writable: true });
  define("isNullOrUndefined", (x) => x === null || x === undefined);
  define("isArray", Array.isArray);
}

/** As the driver names the first GPU, on Linux. */
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
