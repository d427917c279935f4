/** Small learners of Kuhn poker and tic-tac-toe, and rows to feed them. */

import type { Game } from "../../src/games/game.ts";
import { getGame } from "../../src/games/registry.ts";
import type { WeightArray } from "../../src/nn/weights.ts";
import { FeatureLayout } from "../../src/policies/features/layout.ts";
import { kind } from "../../src/policies/features/mlp.ts";
import { uniform } from "../../src/policies/policy.ts";
import type { PolicyModel } from "../../src/policies/policy-kind.ts";
import { Learner, type LearnerSettings } from "../../src/rl/learner.ts";
import { mergeRows, type Row } from "../../src/rl/rows.ts";
import { Rng } from "../../src/util/rng.ts";
import { smallRun } from "../helpers.ts";
import { playBatch } from "./batches.ts";

export const [kuhn, ttt] = [getGame("kuhn"), getGame("ttt")];
export const layout = new FeatureLayout([kuhn, ttt]);
/** A model with one hidden layer of this width. */
export const modelOf = (games: readonly Game[], hidden = 16): PolicyModel =>
  kind.model({ policy: "mlp", hidden: [hidden], outputScale: 1 }, games);
const settings: LearnerSettings = smallRun([], 300);
export const learnerWith = (
  rl: Partial<LearnerSettings["rl"]> = {},
  weights = settings.weights,
  model = modelOf([kuhn, ttt]),
) => new Learner({ ...settings, weights, rl: { ...settings.rl, ...rl } }, model, new Rng("learner"));

/** The rows of some uniform games, with advantages at random. */
export function someRows(game: Game, seed: number, episodes = 60): readonly Row[] {
  const batch = [playBatch(game.id, episodes, seed, { learner: uniform })];
  const rng = new Rng(seed);
  const advantages = batch.map(({ decisions }) => Float64Array.from(decisions, () => rng.normal()));
  return mergeRows(batch, advantages).rows;
}
/** The rows with nothing gained or lost, so that only the entropy bonus and the magnet are left. */
export const quiet = (rows: readonly Row[]): Row[] =>
  rows.map((row) => ({ ...row, positive: row.positive.map(() => 0), negative: row.negative.map(() => 0) }));

/** For updates that do not shuffle. */
export const rng = new Rng("minibatches");

export const find = (arrays: readonly WeightArray[], name: string): WeightArray => {
  const array = arrays.find((a) => a.name === name);
  if (!array) throw new Error(`no ${name}`);
  return array;
};
