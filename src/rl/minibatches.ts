/** Minibatches of rows. */
import type { Rng } from "../util/rng.ts";

/** The indices 0 … count − 1, shuffled (Fisher–Yates) and cut into at most `parts` parts, none of them empty. */
export function minibatchesOf(count: number, parts: number, rng: Rng): number[][] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  const size = Math.ceil(count / Math.min(parts, count));
  return Array.from({ length: Math.ceil(count / size) }, (_, part) => order.slice(part * size, (part + 1) * size));
}
