/**
 * Finds and starts the backends: those of TensorFlow.js, and our own kernels (simd/). A backend is loaded only when it is
 * started, and works if it computes a known result. `auto` takes the first backend that suits the networks and works. A backend
 * that is asked for by name and does not work is an error, never replaced by another.
 */
import { UserError } from "../util/errors.ts";
import { type Arithmetic, setArithmetic } from "./arithmetic.ts";
import type { Availability, Unavailable } from "./backend-status.ts";
import { findNative } from "./backends/native-package.ts";
import { findWebgpu } from "./backends/webgpu-package.ts";

/**
 * In the order in which `auto` tries them, among those that suit the networks. A GPU is slower than `kernels` for the small networks
 * that those suit, and `node` is slower than `wasm` at the default size (docs/gpu.md).
 */
export const backendNames = ["kernels", "cuda", "webgpu", "wasm", "node", "js"] as const;
export type BackendName = (typeof backendNames)[number];

type PassedOver = Unavailable & { readonly name: BackendName };

export interface Backend {
  readonly name: BackendName;
  /** The name of the GPU that it computes on, if it tells. */
  readonly device: string | undefined;
  /** The backends that were tried before, and why each was not taken. */
  readonly passedOver: readonly PassedOver[];
}

/** What of a network's settings matters to the choice of a backend. */
export interface NetworkKind {
  /** Name of the kind of policy, or the path of its module. */
  readonly policy: string;
  /** Units of each hidden layer, if it is a multilayer perceptron. */
  readonly hidden: readonly number[];
  /** Numbers per word, if it is a transformer. */
  readonly text?: { readonly width: number };
}

/**
 * The widest layer for which `auto` takes our kernels. Up to it their forward pass is as fast as that of `wasm` and their training
 * step faster (docs/performance.md), and no slower than on an H200 with a few hundred rows (docs/gpu.md).
 */
const MOST_UNITS = 512;
/** The widest transformer whose training step is faster by the kernels of `wasm` than on an H200 (docs/gpu.md). */
const WIDEST_TEXT = 64;

interface Implementation {
  /** Whether it is installed, without loading it. */
  readonly find: () => Availability;
  /** Makes it the current backend. Returns the name of its GPU, if it has one. Throws an Error with the reason if it cannot. */
  readonly start: () => Promise<unknown>;
  /** What it computes, once it has started. Throws an Error if it computes something wrong. */
  readonly arithmetic: () => Promise<Arithmetic>;
}

const usable = (): Availability => ({ status: "usable" });

// Modules are imported when they are needed, so that our kernels do not wait for TensorFlow.js.
const native = () => import("./backends/native.ts");
const tensors = () => import("./backends/tensors.ts");
const arithmetic = async () => (await tensors()).tensorArithmetic();

const IMPLEMENTATIONS: Readonly<Record<BackendName, Implementation>> = {
  cuda: { find: () => findNative("cuda"), start: async () => (await native()).startNative("cuda"), arithmetic },
  webgpu: { find: findWebgpu, start: async () => (await import("./backends/webgpu.ts")).startWebgpu(), arithmetic },
  kernels: {
    find: usable,
    start: async () => {},
    arithmetic: async () => (await import("./simd/arithmetic.ts")).kernelArithmetic(),
  },
  wasm: { find: usable, start: async () => (await import("./backends/wasm.ts")).startWasm(), arithmetic },
  node: { find: () => findNative("node"), start: async () => (await native()).startNative("node"), arithmetic },
  js: { find: usable, start: async () => (await tensors()).startJs(), arithmetic },
};

/** Whether a backend is available, as far as can be told without loading it. */
export function findBackend(name: BackendName): Availability {
  return IMPLEMENTATIONS[name].find();
}

/** Starts this backend, or returns the reason why it does not work. */
export async function tryBackend(
  name: BackendName,
): Promise<{ status: "usable"; device: string | undefined } | Unavailable> {
  const found = findBackend(name);
  if (found.status !== "usable") return found;
  try {
    const device = await IMPLEMENTATIONS[name].start();
    setArithmetic(await IMPLEMENTATIONS[name].arithmetic());
    return { status: "usable", device: typeof device === "string" ? device : undefined };
  } catch (error) {
    return { status: "broken", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Starts a backend for this process and these networks. Throws a UserError (exit 2) if `choice` cannot run. */
export async function startBackend(
  choice: "auto" | BackendName,
  networks: readonly NetworkKind[] = [],
): Promise<Backend> {
  if (choice === "kernels") networks.forEach(checkComputed);
  const passedOver: PassedOver[] = [];
  for (const name of choice === "auto" ? backendNames : [choice]) {
    if (choice === "auto" && !networks.every((network) => suits(name, network))) continue;
    const tried = await tryBackend(name);
    if (tried.status === "usable") return { name, device: tried.device, passedOver };
    passedOver.push({ name, ...tried });
  }
  const why = passedOver.map(({ name, reason }) => (choice === "auto" ? `${name}: ${reason}` : reason));
  throw new UserError(2, `Backend ${choice} cannot run here: ${why.join("; ")}. See also: spiral doctor`);
}

/** Whether `auto` may take this backend for such a network. */
function suits(name: BackendName, { policy, hidden, text }: NetworkKind): boolean {
  if (name === "kernels") return policy === "mlp" && hidden.every((width) => width <= MOST_UNITS);
  const isGpu = name === "cuda" || name === "webgpu";
  return !isGpu || policy !== "text" || text === undefined || text.width > WIDEST_TEXT;
}

/** A kind from a module may compute by no network of ours, or by `mlp`. */
function checkComputed({ policy }: NetworkKind): void {
  if (policy !== "text") return;
  throw new UserError(
    2,
    "Backend kernels does not compute nn.policy text; wasm does, by kernels of its own: --backend wasm.",
  );
}
