/**
 * Finds TensorFlow's native library, without loading it or TensorFlow.js. Its packages are searched for beside this one and in
 * `.native/`, where `npm run native-tensorflow` builds them.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { packageFile } from "../../util/package.ts";
import type { Availability } from "../backend-status.ts";

export type NativeName = "cuda" | "node";

type NativeFinding =
  | { readonly status: "usable"; readonly folder: string; readonly binding: string }
  | Exclude<Availability, { status: "usable" }>;

/** Where packages and drivers are searched for: `thisMachine`, or the folders of a test. */
export interface Machine {
  /** The package is the first one found in `node_modules` of these folders or of their parents. */
  readonly folders: readonly string[];
  /** Whether the operating system has a driver for NVIDIA GPUs. */
  readonly driver: boolean;
}

export const PACKAGES = {
  cuda: { name: "@tensorflow/tfjs-node-gpu", build: "npm run native-tensorflow -- --gpu" },
  node: { name: "@tensorflow/tfjs-node", build: "npm run native-tensorflow" },
} as const;

const CORE = "@tensorflow/tfjs-core/package.json";

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

export function thisMachine(name: NativeName): Machine {
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
