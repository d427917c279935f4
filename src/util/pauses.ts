/** Pauses in a long computation, in which the process handles signals, timers and files. */
import { setImmediate } from "node:timers/promises";

/** Milliseconds between pauses. */
const EVERY = 50;

/** A function to be called often: it pauses if the last pause is long ago. */
export function pauses(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < EVERY) return;
    await setImmediate();
    last = performance.now();
  };
}
