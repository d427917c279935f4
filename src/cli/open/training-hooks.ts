/** What the trainer is given of a config, and what it calls as it goes: that writes the run directory and shows the progress. */
import { join } from "node:path";
import { z } from "zod";
import { versus } from "../../arena/versus.ts";
import { gameSettings } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { evaluateExactly } from "../../exact/nash-conv.ts";
import type { Game } from "../../games/game.ts";
import type { WeightArray } from "../../nn/weights.ts";
import { type Policy, uniform } from "../../policies/policy.ts";
import type { PolicyModel } from "../../policies/policy-kind.ts";
import { formatEpisode } from "../../record/episode.ts";
import type { Demonstrations } from "../../rl/demonstrations.ts";
import type { TrainSettings } from "../../rl/settings.ts";
import type { TrainHooks } from "../../rl/train.ts";
import { checkpointName } from "../../run/checkpoint-folder.ts";
import type { RunWriter } from "../../run/writer.ts";
import { UserError } from "../../util/errors.ts";
import { readJson } from "../../util/files.ts";
import { Rng } from "../../util/rng.ts";
import { printJson, warn } from "../terminal/output.ts";
import type { Profile } from "../terminal/profile.ts";
import type { Signals } from "../terminal/signals.ts";
import { type GameMeasure, type Progress, SAMPLE_EPISODES } from "../terminal/training-progress.ts";
import type { Measures } from "../terminal/training-report.ts";
import { toFiles } from "./checkpoint-contents.ts";

export const trainSettings = (
  config: Config,
  games: readonly Game[],
  demonstrations: Demonstrations | undefined,
): TrainSettings => ({
  ...config,
  demonstrations,
  games: games.map((game) => ({ game, episodes: gameSettings(config, game.id).episodes })),
  weights: Object.fromEntries(games.map((game) => [game.id, gameSettings(config, game.id)])),
});

const evaluationSchema = z.object({
  games: z.record(
    z.string(),
    z.object({
      nashConv: z.number().optional(),
      greedyNashConv: z.number().optional(),
      meanReturnVsRandom: z.number().optional(),
    }),
  ),
});

/** The measures of an evaluation that a run has written; none, with a warning, if they cannot be read. */
export function savedMeasures(dir: string, update: number): Measures {
  const path = join(dir, "eval", `${checkpointName(update)}.json`);
  try {
    const found = evaluationSchema.safeParse(readJson(path));
    if (found.success) return found.data.games;
    warn(`${path} is not an evaluation.`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    warn(error.message);
  }
  return {};
}

/** What training has come to so far; the hooks keep it up to date. */
export interface SoFar {
  /** Of the latest evaluation, which was after update `evaluated`. */
  measures: Measures;
  evaluated: number;
  /** Of the evaluation before the first update. */
  untrained: Measures | undefined;
  totals: { readonly episodes: number; readonly decisions: number };
}

interface HookParts {
  readonly config: Config;
  /** The first weights of a run that begins with those of another. */
  readonly initial: readonly WeightArray[] | undefined;
  readonly model: PolicyModel;
  /** Whether evaluations are printed as JSON. */
  readonly json: boolean;
  readonly signals: Signals;
  readonly writer: RunWriter;
  readonly progress: Progress;
  readonly profile: Profile | undefined;
  /** Seconds since training began. */
  readonly seconds: () => number;
  readonly soFar: SoFar;
}

/** The trainer's hooks. They write the run directory and show the progress. */
export function hooksOf(parts: HookParts): TrainHooks {
  const { config, initial, model, json, signals, writer, progress, profile, seconds, soFar } = parts;
  return {
    async evaluate(policy, update) {
      const measures = await measure(model.games, policy, new Rng(config.seed).fork("evaluation", update));
      [soFar.measures, soFar.evaluated] = [measures, update];
      if (update === 0) soFar.untrained = measures;
      progress.evaluation(update, measures);
      // The best checkpoint is judged by shares of untrained play, which these weights are not.
      const untrained = update === 0 && initial ? { untrained: uniformNashConv(model.games) } : {};
      writer.evaluation(update, { update, games: measures, ...untrained });
      if (json) printJson({ type: "evaluation", update, games: measures }, 0);
      return { evaluation: measures };
    },
    metrics: (row) => writer.metrics({ ...row, seconds: seconds() }),
    episodes: (episodes) => writer.episodes(episodes.map(formatEpisode)),
    checkpoint(saved, due) {
      const { files, state } = toFiles(saved, model);
      writer.checkpoint(saved.update, files, state, { temporary: !due });
    },
    progress(update, totals) {
      soFar.totals = totals;
      progress.update(update, totals.episodes);
      return signals.requested(update);
    },
    ...(profile ? { phase: profile.phase } : {}),
  };
}

/** By game id, of the games that can be walked. */
function uniformNashConv(games: readonly Game[]): Record<string, number> {
  const pairs = games.flatMap((game) => {
    const exact = evaluateExactly(game, uniform);
    return exact ? [[game.id, exact.nashConv] as const] : [];
  });
  return Object.fromEntries(pairs);
}

async function measure(games: readonly Game[], policy: Policy, rng: Rng): Promise<Measures> {
  const measures: Record<string, GameMeasure> = {};
  for (const game of games) {
    const exact = evaluateExactly(game, policy);
    measures[game.id] = exact
      ? { nashConv: exact.nashConv, greedyNashConv: exact.greedyNashConv }
      : { meanReturnVsRandom: (await versus(game, policy, uniform, SAMPLE_EPISODES, rng.fork(game.id))).meanReturn };
  }
  return measures;
}
