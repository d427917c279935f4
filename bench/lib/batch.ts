/** The first batch of a training run, ready for the learner: its decisions merged into rows, and a row for each decision. */
import { gameSettings, loadConfig } from "../../src/config/load.ts";
import type { GameSettings } from "../../src/config/schema.ts";
import type { Game } from "../../src/games/game.ts";
import { getGame } from "../../src/games/registry.ts";
import type { Infoset } from "../../src/graph/game-graph.ts";
import { FeatureLayout } from "../../src/policies/features/layout.ts";
import { policyModel } from "../../src/policies/registry.ts";
import { learnerDecisions } from "../../src/rl/advantages/advantage.ts";
import { rae } from "../../src/rl/advantages/rae.ts";
import { Learner } from "../../src/rl/learner.ts";
import { Matchmaker } from "../../src/rl/matchmaker.ts";
import { mergeRows, type Row } from "../../src/rl/rows.ts";
import type { TrainSettings } from "../../src/rl/settings.ts";
import type { Trajectories } from "../../src/selfplay/plan.ts";
import { Rng } from "../../src/util/rng.ts";

/** The default settings for these games, with `factor` times their episodes; `sets` is the values of `--set`. */
export function settingsFor(
  games: readonly string[],
  { factor = 1, sets = [] as readonly string[] } = {},
): TrainSettings {
  const { config } = loadConfig({ sets: [`games=[${games.join(",")}]`, ...sets] });
  const of = (id: string): GameSettings => gameSettings(config, id);
  return {
    ...config,
    games: games.map((id) => ({ game: getGame(id), episodes: Math.max(1, Math.round(factor * of(id).episodes)) })),
    weights: Object.fromEntries(games.map((id) => [id, of(id)])),
  };
}

export interface FirstBatch {
  readonly layout: FeatureLayout;
  readonly trajectories: readonly Trajectories[];
  readonly advantages: readonly Float64Array[];
  /** A learner that has learned nothing yet; every call makes an equal one. */
  readonly learner: () => Learner;
}

/** Plays the batch on the started backend. */
export async function firstBatch(settings: TrainSettings): Promise<FirstBatch> {
  const layout = new FeatureLayout(settings.games.map(({ game }) => game));
  const rng = new Rng(settings.seed);
  const model = await policyModel(settings.nn, layout.games);
  const learner = () => new Learner(settings, model, rng.fork("weights"));
  const trajectories = await new Matchmaker(settings, model).play(learner().policy, rng.fork("update", 1));
  return { layout, trajectories, advantages: rae(settings.rl).advantages(trajectories), learner };
}

export const merged = ({ trajectories, advantages }: FirstBatch): readonly Row[] =>
  mergeRows(trajectories, advantages).rows;

/** The rows without merging: one for each decision, at the representative of its orbit. */
export function unmerged({ trajectories, advantages }: FirstBatch): Row[] {
  const turns = new Map<Game, number>();
  for (const part of trajectories) {
    const count = learnerDecisions(part).cells.length;
    turns.set(part.plan.graph.game, (turns.get(part.plan.graph.game) ?? 0) + count);
  }
  const rows: Row[] = [];
  trajectories.forEach((part, i) => {
    const share = 1 / (turns.get(part.plan.graph.game) as number);
    learnerDecisions(part).cells.forEach((cell, t) => {
      const { canonical, toCanonical, actions } = part.infosets[part.decisions[cell] as number] as Infoset;
      const slot = part.slots[cell] as number;
      const advantage = share * ((advantages[i] as Float64Array)[t] as number);
      const positive = new Float64Array(actions.length);
      const negative = new Float64Array(actions.length);
      (advantage > 0 ? positive : negative)[toCanonical ? (toCanonical[slot] as number) : slot] = advantage;
      rows.push({ infoset: canonical, visits: share, positive, negative });
    });
  });
  return rows;
}
