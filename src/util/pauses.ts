/** Long computations in parts, with pauses in which the process handles signals, timers and files. */
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

/** Milliseconds that a part should take at most. */
const SLOW = 1000;

/**
 * A function to be called before each part of a long computation. Gives its size: `least` at first, doubled up to `most` as
 * long as parts are fast, and halved if the last was slow.
 */
export function partSizes(least: number, most: number): () => number {
  let size = least / 2;
  let last: number | undefined;
  return () => {
    const now = performance.now();
    size = last !== undefined && now - last > SLOW ? Math.max(least, size / 2) : Math.min(most, 2 * size);
    last = now;
    return size;
  };
}
