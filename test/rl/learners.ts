/** Small learners of Kuhn poker and tic-tac-toe, and rows to feed them. */
import { FeatureLayout } from "../../src/games/features.ts";
import type { Game } from "../../src/games/game.ts";
import { GameGraph } from "../../src/games/graph.ts";
import { uniform } from "../../src/games/policy.ts";
import { getGame } from "../../src/games/registry.ts";
import type { WeightArray } from "../../src/nn/mlp.ts";
import { Learner, type LearnerSettings } from "../../src/rl/learner.ts";
import { mergeRows, type Row } from "../../src/rl/rows.ts";
import { play } from "../../src/selfplay/play.ts";
import { Rng } from "../../src/util/rng.ts";
import { smallRun } from "../helpers.ts";

export const [kuhn, ttt] = [getGame("kuhn"), getGame("ttt")];
export const layout = new FeatureLayout([kuhn, ttt]);
const settings: LearnerSettings = smallRun([], 300);
export const learnerWith = (rl: Partial<LearnerSettings["rl"]> = {}, weights = settings.weights) =>
  new Learner(
    { ...settings, weights, nn: { hidden: [16], outputScale: 1 }, rl: { ...settings.rl, ...rl } },
    layout,
    new Rng("learner"),
  );

/** The rows of some uniform games, with advantages at random. */
export function someRows(game: Game, seed: number, episodes = 60): Row[] {
  const graph = new GameGraph(game);
  const plan = {
    graph,
    episodes,
    policies: [uniform, uniform] as const,
    paired: false,
    chanceKey: seed,
    actionKey: ~seed,
  };
  const batch = play([plan]);
  const rng = new Rng(seed);
  return mergeRows(
    batch,
    batch.map(({ decisions }) => Float64Array.from(decisions, () => rng.normal())),
  );
}
export const find = (arrays: readonly WeightArray[], name: string): WeightArray => {
  const array = arrays.find((a) => a.name === name);
  if (!array) throw new Error(`no ${name}`);
  return array;
};
