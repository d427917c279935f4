/** TensorFlow's native library, on NVIDIA GPUs (`cuda`) and on the CPU (`node`). Not here yet. */
import type { Finding } from "./backend.ts";

/** Whether it is installed. Nothing is loaded for it. */
export function findNative(name: "cuda" | "node"): Finding {
  return { status: "missing", reason: `Spiral cannot use ${name === "cuda" ? "tfjs-node-gpu" : "tfjs-node"} yet` };
}

/** Makes it the current backend; throws an Error with the reason where it cannot. */
export async function startNative(name: "cuda" | "node"): Promise<void> {
  throw new Error(`${name} is not here yet`);
}
