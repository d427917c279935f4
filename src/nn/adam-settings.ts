/** The settings of Adam, and the arrays that it saves (adam.ts). */
import type { TensorShape } from "./weights.ts";

export interface AdamSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** d. Without it there is no bound. */
  readonly clip?: number | undefined;
}

/** The names and shapes of the arrays that `save` returns, for an optimizer of these tensors. */
export function adamTensors({ beta1 }: AdamSettings, tensors: readonly TensorShape[]): TensorShape[] {
  const moments = beta1 > 0 ? ["v", "m"] : ["v"];
  return moments.flatMap((moment) => tensors.map(({ shape }, i) => ({ name: `adam.${moment}.${i}`, shape })));
}
