/**
 * Between the network's head, [R, A], and the legal actions of R rows, side by side, S in all:
 *
 *   log π_i = z_i − log Σ_j e^{z_j}                 over the legal actions j of a row
 *   ∂L/∂z_i = s_i − π_i Σ_j s_j                     with the slopes s = ∂L/∂ log π
 *
 * In 64 bits, on numbers that are few: rows are merged, and most columns of the head are another game's.
 */
import type { FeatureLayout } from "../games/features.ts";
import type { Infoset } from "../games/graph.ts";
import type { PolicyAtRows } from "./losses/loss.ts";

/** Where the legal actions of some rows stand. */
export interface LegalActions {
  /** Those of row r are `starts[r] … starts[r + 1]`. [R + 1] */
  readonly starts: Int32Array;
  /** The place of each in the head's logits, row by row. [S] */
  readonly places: Int32Array;
}

export function legalActions(infosets: readonly Infoset[], layout: FeatureLayout): LegalActions {
  const starts = new Int32Array(infosets.length + 1);
  for (let r = 0; r < infosets.length; r++) {
    starts[r + 1] = (starts[r] as number) + (infosets[r] as Infoset).actions.length;
  }
  const places = new Int32Array(starts[infosets.length] as number);
  let i = 0;
  for (let r = 0; r < infosets.length; r++) {
    const { game, actions } = infosets[r] as Infoset;
    const offset = r * layout.outputs + layout.actionOffset(game);
    for (let slot = 0; slot < actions.length; slot++) places[i++] = offset + (actions[slot] as number);
  }
  return { starts, places };
}

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

/** π and log π from the head's logits [R, A]. */
export function softmax({ starts, places }: LegalActions, logits: Float32Array): PolicyAtRows {
  const policy = new Float64Array(places.length);
  const logPolicy = new Float64Array(places.length);
  for (let r = 0; r + 1 < starts.length; r++) {
    const [start, end] = [starts[r] as number, starts[r + 1] as number];
    let max = Number.NEGATIVE_INFINITY;
    for (let i = start; i < end; i++) max = Math.max(max, logits[places[i] as number] as number);
    let sum = 0;
    for (let i = start; i < end; i++) {
      const z = (logits[places[i] as number] as number) - max;
      logPolicy[i] = z;
      policy[i] = Math.exp(z);
      sum += policy[i] as number;
    }
    const logSum = Math.log(sum);
    for (let i = start; i < end; i++) {
      (policy[i] as number) /= sum;
      (logPolicy[i] as number) -= logSum;
    }
  }
  return { policy, logPolicy };
}

/** The slope in the head's logits [R, A], of which there are `length`, from `slopes` in log π [S]; 0 where illegal. */
export function logitSlopes(
  { starts, places }: LegalActions,
  policy: Float64Array,
  slopes: Float64Array,
  length: number,
): Float32Array {
  const result = new Float32Array(length);
  for (let r = 0; r + 1 < starts.length; r++) {
    const [start, end] = [starts[r] as number, starts[r + 1] as number];
    let sum = 0;
    for (let i = start; i < end; i++) sum += slopes[i] as number;
    for (let i = start; i < end; i++) {
      result[places[i] as number] = (slopes[i] as number) - (policy[i] as number) * sum;
    }
  }
  return result;
}
