/**
 * Finds and starts the backends of TensorFlow.js. A backend is loaded only when it is started, and works if it computes a known
 * result. `auto` takes the first backend that works. A backend that is asked for by name and does not work is an error, never
 * replaced by another.
 */
import { UserError } from "../util/errors.ts";
import type { Availability, Unavailable } from "./backend-status.ts";
import { findNative, startNative } from "./backends/native.ts";
import { startWasm } from "./backends/wasm.ts";
import { findWebgpu, startWebgpu } from "./backends/webgpu.ts";
import { load, tf } from "./tf.ts";

/** In the order in which `auto` tries them. `node` comes after `wasm`, which is faster at the default size (docs/gpu.md). */
export const backendNames = ["cuda", "webgpu", "wasm", "node", "js"] as const;
export type BackendName = (typeof backendNames)[number];

type PassedOver = Unavailable & { readonly name: BackendName };

export interface Backend {
  readonly name: BackendName;
  /** The name of the GPU that it computes on, if it tells. */
  readonly device: string | undefined;
  /** The backends that were tried before, and why each was not taken. */
  readonly passedOver: readonly PassedOver[];
}

interface Implementation {
  /** Whether it is installed, without loading it. */
  readonly find: () => Availability;
  /** Makes it the current backend. Returns the name of its GPU, if it has one. Throws an Error with the reason if it cannot. */
  readonly start: () => Promise<unknown>;
}

const usable = (): Availability => ({ status: "usable" });

const IMPLEMENTATIONS: Readonly<Record<BackendName, Implementation>> = {
  cuda: { find: () => findNative("cuda"), start: () => startNative("cuda") },
  webgpu: { find: findWebgpu, start: startWebgpu },
  node: { find: () => findNative("node"), start: () => startNative("node") },
  wasm: { find: usable, start: startWasm },
  js: { find: usable, start: startJs },
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
    checkArithmetic();
    return { status: "usable", device: typeof device === "string" ? device : undefined };
  } catch (error) {
    return { status: "broken", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Starts a backend for this process. Throws a UserError (exit 2) if `choice` cannot run. */
export async function startBackend(choice: "auto" | BackendName): Promise<Backend> {
  const passedOver: PassedOver[] = [];
  for (const name of choice === "auto" ? backendNames : [choice]) {
    const tried = await tryBackend(name);
    if (tried.status === "usable") return { name, device: tried.device, passedOver };
    passedOver.push({ name, ...tried });
  }
  const why = passedOver.map(({ name, reason }) => (choice === "auto" ? `${name}: ${reason}` : reason));
  throw new UserError(2, `Backend ${choice} cannot run here: ${why.join("; ")}. See also: spiral doctor`);
}

async function startJs(): Promise<void> {
  load("@tensorflow/tfjs-backend-cpu");
  if (!(await tf.setBackend("cpu"))) throw new Error("the plain JavaScript backend does not start");
}

/**
 * Checks a product, a sum and their gradient, as a driver may load and yet compute wrong numbers. L = Σ relu(x·w)² with
 * x·w = [−1, 7], so L = 49 and dL/dw = Σ 2 relu(x·w) x = [42, 56]. Throws an Error if the backend computes anything else.
 */
function checkArithmetic(): void {
  const [loss, gradient] = tf.tidy(() => {
    const x = tf.tensor2d([1, -2, 3, 4], [2, 2]);
    const h = tf.relu(tf.matMul(x, tf.tensor2d([1, 1], [2, 1])));
    return [tf.sum(tf.square(h)), tf.matMul(x, tf.mul(h, 2), true)].map((y) => [...y.dataSync()]);
  });
  const computed = `${loss}; ${gradient}`;
  if (computed !== "49; 42,56") throw new Error(`it computes ${computed} where 49; 42,56 is right`);
}
