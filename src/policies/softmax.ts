/**
 * π and log π of legal actions from the logits z of a head, and the gradient in the logits from g, the gradient in log π:
 *
 *   log π_i = z_i − log Σ_j e^{z_j}        ∂L/∂z_i = g_i − π_i Σ_j g_j        g = ∂L/∂ log π, j over the row's legal actions
 */
import type { Infoset } from "../graph/game-graph.ts";

/** The legal actions of R rows, concatenated, S in all. */
export interface LegalActions {
  /** The legal actions of row r are `starts[r] … starts[r + 1]`. [R + 1] */
  readonly starts: Int32Array;
  /** The index of each legal action in the logits [R, outputs]. [S] */
  readonly places: Int32Array;
}

export interface PolicyAtRows extends Pick<LegalActions, "starts"> {
  /** π of each legal action. [S] */
  readonly policy: Float64Array;
  /** log π of each legal action, finite if the logits are. [S] */
  readonly logPolicy: Float64Array;
}

/** The start of each information set's legal actions if all are concatenated. [R + 1] */
export function slotStarts(infosets: readonly Infoset[]): Int32Array {
  const starts = new Int32Array(infosets.length + 1);
  for (let r = 0; r < infosets.length; r++) {
    starts[r + 1] = starts[r] + infosets[r].actions.length;
  }
  return starts;
}

/** π and log π of the legal actions in 64 bits, from logits [R, outputs]. */
export function softmax({ starts, places }: LegalActions, logits: Float32Array): PolicyAtRows {
  const policy = new Float64Array(places.length);
  const logPolicy = new Float64Array(places.length);
  for (let r = 0; r + 1 < starts.length; r++) {
    const [start, end] = [starts[r], starts[r + 1]];
    let max = Number.NEGATIVE_INFINITY;
    for (let i = start; i < end; i++) max = Math.max(max, logits[places[i]]);
    let sum = 0;
    for (let i = start; i < end; i++) {
      const z = logits[places[i]] - max;
      logPolicy[i] = z;
      policy[i] = Math.exp(z);
      sum += policy[i];
    }
    const logSum = Math.log(sum);
    for (let i = start; i < end; i++) {
      policy[i] /= sum;
      logPolicy[i] -= logSum;
    }
  }
  return { starts, policy, logPolicy };
}

/** An array of numbers by legal action. `of` gives a row's numbers: one for each of its legal actions, or one for all. [S] */
export function perLegalAction(
  { starts }: Pick<LegalActions, "starts">,
  of: (row: number) => Float64Array | number,
): Float64Array {
  const R = starts.length - 1;
  const all = new Float64Array(starts[R]);
  for (let r = 0; r < R; r++) {
    const values = of(r);
    if (typeof values === "number") all.fill(values, starts[r], starts[r + 1]);
    else all.set(values, starts[r]);
  }
  return all;
}

/** ∂L/∂logits [R, outputs], from `gradient` = ∂L/∂ log π [S]; 0 for illegal actions. `length` is R · outputs. */
export function logitGradient(
  { starts, places }: LegalActions,
  policy: Float64Array,
  gradient: Float64Array,
  length: number,
): Float32Array {
  const result = new Float32Array(length);
  for (let r = 0; r + 1 < starts.length; r++) {
    const [start, end] = [starts[r], starts[r + 1]];
    let sum = 0;
    for (let i = start; i < end; i++) sum += gradient[i];
    for (let i = start; i < end; i++) {
      result[places[i]] = gradient[i] - policy[i] * sum;
    }
  }
  return result;
}
