/** Merged rows as tensors: R rows, with A columns for the network's head. */
import type { FeatureLayout } from "../games/features.ts";
import { tf } from "../nn/tf.ts";
import type { Row } from "./rows.ts";

/** Added to the logits of illegal actions: e to this power is 0 in 32 bits, and 0 · it is still 0. */
const ILLEGAL = -1e9;

/** What the network reads, what is added to its logits, and `Row.gains` and `Row.losses` by action, 0 where illegal. */
export function rowTensors(rows: readonly Row[], layout: FeatureLayout) {
  const R = rows.length;
  const A = layout.outputs;
  const illegal = new Float32Array(R * A).fill(ILLEGAL);
  const gains = new Float32Array(R * A);
  const losses = new Float32Array(R * A);
  rows.forEach((row, r) => {
    const offset = r * A + layout.actionOffset(row.infoset.game);
    row.infoset.actions.forEach((action, slot) => {
      illegal[offset + action] = 0;
      gains[offset + action] = row.gains[slot] as number;
      losses[offset + action] = row.losses[slot] as number;
    });
  });
  const matrix = (values: Float32Array) => tf.tensor2d(values, [R, A]);
  return {
    x: tf.tensor2d(layout.encode(rows.map(({ infoset }) => infoset)), [R, layout.inputs]),
    illegal: matrix(illegal),
    gains: matrix(gains),
    losses: matrix(losses),
  };
}
