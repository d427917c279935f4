/** Estimators of advantages for the tests, each of them fresh. */

import { getGame } from "../../../src/games/registry.ts";
import { FeatureLayout } from "../../../src/policies/features/layout.ts";
import type { AdvantageEstimator, EstimatorSettings, EstimatorState } from "../../../src/rl/advantages/advantage.ts";
import { estimators } from "../../../src/rl/advantages/registry.ts";
import { Rng } from "../../../src/util/rng.ts";
import { DECAY } from "../../reference/plain-advantages.ts";

export type Name = keyof typeof estimators;
export const names = Object.keys(estimators) as Name[];
export const layout = new FeatureLayout(["kuhn", "ttt"].map(getGame));

export function make(name: Name, settings: Partial<EstimatorSettings> = {}): AdvantageEstimator {
  const critic = { lambda: 0.7, learningRate: 0.01, hidden: [8] };
  return estimators[name](
    { baselineDecay: DECAY, critic, ...settings },
    { games: layout.games, rng: new Rng("estimator") },
  );
}

/** As a checkpoint's files hold it. */
export const throughFiles = ({ numbers, arrays }: EstimatorState): EstimatorState => ({
  numbers: JSON.parse(JSON.stringify(numbers)) as Record<string, number>,
  arrays: arrays.map((array) => ({ ...array, values: array.values.slice() })),
});
