/**
 * The training loop (the algorithm box of SPIRAL, arXiv 2506.24119):
 *
 *   for update = 1 … U
 *     play a batch of every game with π_θ in both seats, or against opponents     matchmaker.play
 *     A ← R_role − b[game, role]; then b[game, role] ← α b + (1 − α) R_role       estimator.advantages (here RAE)
 *     merge the decisions into one row per information set                        mergeRows
 *     θ ← Adam(θ, ∇ [ policy loss + β KL(π_θ ‖ magnet) − entropy bonus ])         learner.update
 *     θ̄ ← δ θ̄ + (1 − δ) θ; magnet ← θ̄ every `magnet.every` updates
 *     (the first updates may learn from an expert's games instead, by cross-entropy: demonstrations.ts)
 *     (in the last `rl.polish` updates a text policy learns to write freely instead: polish.ts)
 *     when it is due: evaluate π_θ̄, write metrics, save a checkpoint              hooks
 *
 * The random draws of a game depend on (seed, update, game, index) alone.
 */

import type { Game } from "../games/game.ts";
import type { WeightArray } from "../nn/weights.ts";
import type { Policy } from "../policies/policy.ts";
import type { PolicyModel, PolicySettings, Writing } from "../policies/policy-kind.ts";
import { policyModel } from "../policies/registry.ts";
import type { Episode } from "../record/episode.ts";
import type { Executor, Trajectories } from "../selfplay/plan.ts";
import { episodeOf, inThisThread } from "../selfplay/play.ts";
import { UserError } from "../util/errors.ts";
import { Rng } from "../util/rng.ts";
import type { AdvantageEstimator, EstimatorSettings, EstimatorState } from "./advantages/advantage.ts";
import { estimators } from "./advantages/registry.ts";
import { learningRateAt } from "./annealing.ts";
import { DemonstrationBatches, type Demonstrations, imitation } from "./demonstrations.ts";
import { Learner, type LearnerSettings, type LearnerState } from "./learner.ts";
import { Matchmaker, type MatchmakerSettings } from "./matchmaker.ts";
import { Polish } from "./polish.ts";
import type { PoolState } from "./pool.ts";
import { mergeRows, type Row, type TokenSum } from "./rows.ts";
import { writingMetrics } from "./writing-metrics.ts";

export interface TrainSettings extends LearnerSettings, MatchmakerSettings {
  readonly seed: number;
  readonly nn: PolicySettings;
  readonly rl: LearnerSettings["rl"] &
    MatchmakerSettings["rl"] &
    EstimatorSettings & {
      readonly advantage: keyof typeof estimators;
      readonly tokens?: TokenSum | undefined;
      readonly polish?: number | undefined;
    };
  /** Games of an expert, from which the first updates learn; absent if all learn from self-play. */
  readonly demonstrations?: Demonstrations | undefined;
  readonly run: {
    readonly logEvery: number;
    readonly evaluateEvery: number;
    readonly checkpointEvery: number;
    readonly keepEpisodes: number | "all";
  };
}

/** The state of training after an update. Training that resumes from it continues as if it had not been interrupted. */
export interface Snapshot {
  readonly update: number;
  readonly learner: LearnerState;
  /** The memory of the advantage estimator: baselines by game and role, or a critic. */
  readonly estimator: EstimatorState;
  /** The pool of past checkpoints that the learner plays against. */
  readonly pool: PoolState;
  readonly episodes: number;
  readonly decisions: number;
}

export interface MetricsRow {
  readonly update: number;
  readonly [name: string]: unknown;
}

/** The phases of an update, for measuring its time. `write` covers files and the screen. */
export const phases = ["play", "merge", "forward", "backward", "evaluate", "write"] as const;
export type Phase = (typeof phases)[number];

export interface TrainHooks {
  /** Measures the averaged policy. The result is added to the metrics. */
  evaluate(policy: Policy, update: number): Record<string, unknown> | Promise<Record<string, unknown>>;
  metrics(row: MetricsRow): void;
  episodes(episodes: readonly Episode[]): void;
  /** `due` is false if the checkpoint is saved only because training was interrupted. */
  checkpoint(snapshot: Snapshot, due: boolean): void;
  /** Called after every update. If it returns true, a checkpoint is saved and training ends. */
  progress(update: number, totals: Totals): boolean;
  /** Called when a phase begins. */
  phase?(phase: Phase): void;
}

/** Counts over the whole run. */
interface Totals {
  readonly episodes: number;
  readonly decisions: number;
}

/** The state of training, as objects. */
interface Trainer {
  readonly settings: TrainSettings;
  readonly model: PolicyModel;
  readonly rng: Rng;
  readonly learner: Learner;
  readonly estimator: AdvantageEstimator;
  readonly matchmaker: Matchmaker;
  readonly demonstrations: DemonstrationBatches | undefined;
  readonly polish: Polish | undefined;
  /** Updates of self-play, or from demonstrations; then comes polish. */
  readonly selfPlayUpdates: number;
}

/**
 * Trains from `resume`, or from the weights `initial`, or from random ones. `executor` plays the games. Given weights are saved
 * as the checkpoint of update 0, so that a run which begins with them can always be resumed. → the number of the last update
 */
export async function train(
  settings: TrainSettings,
  hooks: TrainHooks,
  resume?: Snapshot,
  executor: Executor = inThisThread,
  initial?: readonly WeightArray[],
): Promise<number> {
  const trainer = await newTrainer(settings, initial);
  const { learner, matchmaker } = trainer;
  let totals: Totals = { episodes: resume?.episodes ?? 0, decisions: resume?.decisions ?? 0 };
  let update = resume?.update ?? 0;
  let stop = false;
  try {
    if (resume) {
      restore(trainer, resume);
    } else {
      hooks.metrics({ update: 0, ...totals, ...(await hooks.evaluate(learner.averagedPolicy, 0)) });
      matchmaker.offer(0, learner);
      if (initial) hooks.checkpoint(snapshotOf(trainer, 0, totals), true);
    }
    while (update < settings.updates && !stop) {
      update += 1;
      const due = dueAt(update, settings);
      const { batch, decisions, figures } =
        update > trainer.selfPlayUpdates
          ? polish(trainer, update, hooks)
          : await learn(trainer, update, executor, hooks, due.metrics);
      totals = { episodes: totals.episodes + episodesIn(batch), decisions: totals.decisions + decisions };

      hooks.phase?.("evaluate");
      const evaluation = due.evaluation ? await hooks.evaluate(learner.averagedPolicy, update) : {};
      hooks.phase?.("write");
      hooks.episodes(batch.flatMap((trajectories) => keptEpisodes(trajectories, update, trainer)));
      if (due.metrics) hooks.metrics({ update, ...totals, ...figures, ...evaluation });
      matchmaker.offer(update, learner);
      stop = hooks.progress(update, totals);
      if (due.checkpoint || stop) hooks.checkpoint(snapshotOf(trainer, update, totals), due.checkpoint);
      // Lets the event loop handle signals and key presses.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    dispose(trainer);
  }
  return update;
}

/** What an update has come to. `figures` join the metrics. */
interface Updated {
  readonly batch: readonly Trajectories[];
  readonly decisions: number;
  readonly figures: Readonly<Record<string, unknown>>;
}

/** One update of the algorithm box: play, advantages, rows, and the learner's step. */
async function learn(
  { settings, model, rng, learner, estimator, matchmaker, demonstrations, selfPlayUpdates }: Trainer,
  update: number,
  executor: Executor,
  hooks: TrainHooks,
  withFigures: boolean,
): Promise<Updated> {
  const { rl } = settings;
  const draws = rng.fork("update", update);
  const phase = (name: Phase): void => hooks.phase?.(name);
  const expert = update <= (settings.demonstrations?.updates ?? 0) ? demonstrations : undefined;

  phase("play");
  const batch = expert?.batch(update) ?? (await matchmaker.play(learner.policy, draws, executor));
  // The baselines that these advantages subtract: `advantages` moves them on.
  const baselines = withFigures ? estimator.save().numbers : {};

  phase("merge");
  const advantages = expert ? imitation(batch) : estimator.advantages(batch);
  const { rows, decisions } = mergeRows(batch, advantages, rl.tokens);

  phase("evaluate");
  const entropy = withFigures ? meanEntropy(learner.policy, rows) : {};
  const { writing } = model;
  const written = withFigures && writing && !expert ? { writing: writingMetrics(batch, learner.policy, writing) } : {};

  if (expert) phase("backward");
  const loss = expert
    ? learner.imitateExpert(rows, update)
    : learner.update(rows, update, draws.fork("minibatches"), phase);
  if (!Number.isFinite(loss)) throw diverged(update);
  const learningRate = learningRateAt(rl.learningRate, update, selfPlayUpdates);
  const figures = { loss, learningRate, rows: rows.length, entropy, baselines, ...written };
  return { batch, decisions, figures: expert ? { demonstrations: true, ...figures } : figures };
}

/** One update of polish. Its games are not logged. */
function polish({ rng, learner, polish, selfPlayUpdates }: Trainer, update: number, hooks: TrainHooks): Updated {
  hooks.phase?.("backward");
  const done = polish?.step(learner, update - selfPlayUpdates, rng.fork("update", update));
  if (!done || !Number.isFinite(done.loss)) throw diverged(update);
  const { decisions, ...figures } = done;
  return { batch: [], decisions, figures: { ...figures, polish: true } };
}

async function newTrainer(settings: TrainSettings, initial?: readonly WeightArray[]): Promise<Trainer> {
  const { seed, nn, rl } = settings;
  const rng = new Rng(seed);
  const games = settings.games.map(({ game }) => game);
  const model = await policyModel(nn, games);
  // The matchmaker comes first: it throws if an opponent does not play a game, and no tensors exist yet.
  const matchmaker = new Matchmaker(settings, model);
  const polishUpdates = rl.polish ?? 0;
  const selfPlayUpdates = settings.updates - polishUpdates;
  const polish = polishUpdates > 0 ? await Polish.of(polishUpdates, settings, model) : undefined;
  const learner = new Learner({ ...settings, updates: selfPlayUpdates }, model, rng.fork("weights"), initial);
  const estimator = estimators[rl.advantage](rl, { games, rng: rng.fork("critic") });
  const shown = settings.demonstrations;
  const demonstrations = shown && new DemonstrationBatches(shown, settings.games, model);
  return { settings, model, rng, learner, estimator, matchmaker, demonstrations, polish, selfPlayUpdates };
}

function restore({ learner, estimator, matchmaker }: Trainer, snapshot: Snapshot): void {
  learner.restore(snapshot.learner);
  estimator.restore(snapshot.estimator);
  matchmaker.restore(snapshot.pool);
}

function snapshotOf({ learner, estimator, matchmaker }: Trainer, update: number, totals: Totals): Snapshot {
  return { update, learner: learner.save(), estimator: estimator.save(), pool: matchmaker.save(), ...totals };
}

function dispose({ learner, estimator, matchmaker }: Trainer): void {
  for (const part of [learner, estimator, matchmaker]) part.dispose();
}

/** What is done after this update. The last update is evaluated, logged and saved in any case. */
function dueAt(update: number, { updates, run }: TrainSettings) {
  const isDue = (every: number): boolean => update === updates || update % every === 0;
  const evaluation = isDue(run.evaluateEvery);
  return { evaluation, metrics: evaluation || isDue(run.logEvery), checkpoint: isDue(run.checkpointEvery) };
}

const episodesIn = (batch: readonly Trajectories[]): number => batch.reduce((sum, { plan }) => sum + plan.episodes, 0);

function diverged(update: number): UserError {
  return new UserError(
    1,
    `Training diverged: the loss of update ${update} is not a number. Try a lower rl.learningRate.start; the last checkpoint is whole.`,
  );
}

/** By game: the mean entropy of the policy over the decisions, in nats. */
function meanEntropy(policy: Policy, rows: readonly Row[]): Record<string, number> {
  const byGame: Record<string, number> = {};
  const distributions = policy.distributions(rows.map(({ infoset }) => infoset));
  rows.forEach(({ infoset, visits }, i) => {
    let entropy = 0;
    for (const p of distributions[i]) entropy -= p > 0 ? p * Math.log(p) : 0;
    byGame[infoset.game.id] = (byGame[infoset.game.id] ?? 0) + visits * entropy;
  });
  return byGame;
}

/** The first episodes of each, for the log. */
function keptEpisodes(trajectories: Trajectories, update: number, { settings, model }: Trainer): Episode[] {
  const { keepEpisodes: keep } = settings.run;
  const length = keep === "all" ? trajectories.plan.episodes : Math.min(keep, trajectories.plan.episodes);
  const episodes = Array.from({ length }, (_, index) => episodeOf(trajectories, index, update));
  const { writing } = model;
  return writing ? episodes.map((episode) => inActions(episode, writing, trajectories.plan.graph.game)) : episodes;
}

/** An episode of the game that a policy plays as one of the game itself; its words become what was said. */
function inActions(episode: Episode, writing: Writing, played: Game): Episode {
  const { actions, responses, forfeit } = writing.told(played, episode.actions);
  const said = responses.map(({ ply, ...answer }) => ({ ply, answers: [answer] }));
  return { ...episode, actions, ...(forfeit ? { forfeit } : {}), said };
}
