/** The advantage estimators there are, by the name that `rl.advantage` gives them. */
import type { AdvantageEstimator } from "./advantage.ts";
import { none } from "./none.ts";
import { rae } from "./rae.ts";

interface EstimatorSettings {
  readonly baselineDecay: number;
}

export const estimators = { rae, none } as const satisfies Record<
  string,
  (settings: EstimatorSettings) => AdvantageEstimator
>;
