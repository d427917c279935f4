/**
 * The one file that names TensorFlow.js backends. Each is loaded only when it is to run, and counts as working once it has
 * computed something known. `auto` takes the first that does; one asked for by name and unable to run is an error, never a
 * silent fallback.
 */
import { UserError } from "../util/errors.ts";
import type { Finding, Trouble } from "./finding.ts";
import { findNative, startNative } from "./native.ts";
import { load, tf } from "./tf.ts";
import { startWasm } from "./wasm.ts";
import { findWebgpu, startWebgpu } from "./webgpu.ts";

/** In the order in which `auto` tries them. `node` is behind `wasm`, which is quicker at the default size (docs/gpu.md). */
export const backendNames = ["cuda", "webgpu", "wasm", "node", "js"] as const;
export type BackendName = (typeof backendNames)[number];

type PassedOver = Trouble & { readonly name: BackendName };

export interface Backend {
  readonly name: BackendName;
  /** What it computes on, where it says so: the name of a GPU. */
  readonly device: string | undefined;
  /** Each better backend, and why it was not taken. */
  readonly passedOver: readonly PassedOver[];
}

interface Implementation {
  /** What can be said without loading it. */
  readonly find: () => Finding;
  /** Makes it the current one, or throws why it cannot. A text is the name of what it computes on. */
  readonly start: () => Promise<unknown>;
}

const usable = (): Finding => ({ status: "usable" });

const IMPLEMENTATIONS: Readonly<Record<BackendName, Implementation>> = {
  cuda: { find: () => findNative("cuda"), start: () => startNative("cuda") },
  webgpu: { find: findWebgpu, start: startWebgpu },
  node: { find: () => findNative("node"), start: () => startNative("node") },
  wasm: { find: usable, start: startWasm },
  js: { find: usable, start: startJs },
};

/** Whether a backend is there, as far as can be told without loading it. */
export function findBackend(name: BackendName): Finding {
  return IMPLEMENTATIONS[name].find();
}

/** Starts this backend, or says what is wrong with it. */
export async function tryBackend(
  name: BackendName,
): Promise<{ status: "usable"; device: string | undefined } | Trouble> {
  const found = findBackend(name);
  if (found.status !== "usable") return found;
  try {
    const device = await IMPLEMENTATIONS[name].start();
    computeSomethingKnown();
    return { status: "usable", device: typeof device === "string" ? device : undefined };
  } catch (error) {
    return { status: "broken", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Starts a backend for this process. Throws a UserError (exit 2) where `choice` cannot run. */
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
 * A product, a sum and their gradient, which come out in whole numbers: L = Σ relu(x·w)², with x·w = [−1, 7], so L = 49 and
 * dL/dw = Σ 2 relu(x·w) x = [42, 56]. Throws where they do not; a driver may load and compute nonsense.
 */
function computeSomethingKnown(): void {
  const [loss, gradient] = tf.tidy(() => {
    const x = tf.tensor2d([1, -2, 3, 4], [2, 2]);
    const h = tf.relu(tf.matMul(x, tf.tensor2d([1, 1], [2, 1])));
    return [tf.sum(tf.square(h)), tf.matMul(x, tf.mul(h, 2), true)].map((y) => [...y.dataSync()]);
  });
  const computed = `${loss}; ${gradient}`;
  if (computed !== "49; 42,56") throw new Error(`it computes ${computed} where 49; 42,56 is right`);
}
