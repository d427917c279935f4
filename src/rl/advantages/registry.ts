/** The advantage estimators, by their names in `rl.advantage`. */

import type { Game } from "../../games/game.ts";
import type { TensorShape } from "../../nn/weights.ts";
import type { EstimatorSettings, MakeEstimator } from "./advantage.ts";
import { critic, criticTensors } from "./critic.ts";
import { group, groupStd } from "./group.ts";
import { infoset } from "./infoset.ts";
import { none } from "./none.ts";
import { rae } from "./rae.ts";
import { rloo } from "./rloo.ts";
import { shared } from "./shared.ts";

export const estimators = {
  rae,
  none,
  shared,
  group,
  "group-std": groupStd,
  rloo,
  infoset,
  critic,
} as const satisfies Record<string, MakeEstimator>;

/** The tensors in the state of an estimator. */
export function estimatorTensors(
  name: keyof typeof estimators,
  settings: EstimatorSettings,
  games: readonly Game[],
): readonly TensorShape[] {
  return name === "critic" ? criticTensors(settings, games) : [];
}
