/**
 * From a gradient in log π to the gradient in the network's logits:
 *
 *   log π_i = z_i − log Σ_j e^{z_j}        ∂L/∂z_i = g_i − π_i Σ_j g_j        with g = ∂L/∂ log π, j over the row's legal actions
 */
import type { LegalActions } from "../games/features.ts";

/** Numbers of each row side by side: one for each of its legal actions, or one for them all. [S] */
export function sideBySide({ starts }: LegalActions, of: (row: number) => Float64Array | number): Float64Array {
  const R = starts.length - 1;
  const all = new Float64Array(starts[R] as number);
  for (let r = 0; r < R; r++) {
    const values = of(r);
    if (typeof values === "number") all.fill(values, starts[r], starts[r + 1]);
    else all.set(values, starts[r]);
  }
  return all;
}

/** ∂L/∂logits [R, A], of which there are `length`, from `gradient` = ∂L/∂ log π [S]; 0 where illegal. */
export function logitGradient(
  { starts, places }: LegalActions,
  policy: Float64Array,
  gradient: Float64Array,
  length: number,
): Float32Array {
  const result = new Float32Array(length);
  for (let r = 0; r + 1 < starts.length; r++) {
    const [start, end] = [starts[r] as number, starts[r + 1] as number];
    let sum = 0;
    for (let i = start; i < end; i++) sum += gradient[i] as number;
    for (let i = start; i < end; i++) {
      result[places[i] as number] = (gradient[i] as number) - (policy[i] as number) * sum;
    }
  }
  return result;
}
