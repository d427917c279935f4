/**
 * The training loop:
 *
 *   for update = 1 … U, or until it is stopped if U is 0
 *     play a batch and learn from it, by the rule of SPIRAL or by mirror descent      rules/spiral.ts, rules/mirror.ts
 *     (in the last `rl.polish` updates a text policy learns to write freely instead: polish.ts)
 *     when it is due: evaluate π_θ̄, write metrics, save a checkpoint                  hooks
 *
 * The random draws of a game depend on (seed, update, game, index) alone.
 */

import type { WeightArray } from "../nn/weights.ts";
import type { Policy } from "../policies/policy.ts";
import type { PolicyModel } from "../policies/policy-kind.ts";
import { policyModel } from "../policies/registry.ts";
import type { Episode } from "../record/episode.ts";
import type { Executor, Trajectories } from "../selfplay/plan.ts";
import { inThisThread } from "../selfplay/play.ts";
import { UserError } from "../util/errors.ts";
import { Rng } from "../util/rng.ts";
import type { EstimatorState } from "./advantages/advantage.ts";
import { lastUpdateOf } from "./annealing.ts";
import { keptEpisodes } from "./kept-episodes.ts";
import { Learner, type LearnerState } from "./learner.ts";
import { Matchmaker } from "./matchmaker.ts";
import { Polish } from "./polish.ts";
import type { PoolState } from "./pool.ts";
import { rules } from "./rules/registry.ts";
import type { Phase, Rule, Updated } from "./rules/rule.ts";
import type { TrainSettings } from "./settings.ts";

/** The state of training after an update. Training that resumes from it continues as if it had not been interrupted. */
export interface Snapshot {
  readonly update: number;
  readonly learner: LearnerState;
  /** The memory of the rule: baselines by game and role, or a critic. */
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
  readonly model: PolicyModel;
  readonly rng: Rng;
  readonly learner: Learner;
  readonly rule: Rule;
  readonly matchmaker: Matchmaker;
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
  const phase = (name: Phase): void => hooks.phase?.(name);
  const trainer = await newTrainer(settings, executor, phase, initial);
  const { model, learner, matchmaker, rule } = trainer;
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
    while (update < lastUpdateOf(settings) && !stop) {
      update += 1;
      const due = dueAt(update, settings);
      if (update > trainer.selfPlayUpdates) phase("backward");
      const { batch, decisions, loss, figures } =
        update > trainer.selfPlayUpdates ? polish(trainer, update) : await rule.update(update, due.metrics);
      if (!Number.isFinite(loss)) throw diverged(update);
      totals = { episodes: totals.episodes + episodesIn(batch), decisions: totals.decisions + decisions };

      phase("evaluate");
      const evaluation = due.evaluation ? await hooks.evaluate(learner.averagedPolicy, update) : {};
      phase("write");
      hooks.episodes(keptEpisodes(batch, update, settings.run.keepEpisodes, model.writing));
      if (due.metrics) hooks.metrics({ update, ...totals, loss, ...figures, ...evaluation });
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

/** One update of polish. Its games are not logged. */
function polish({ rng, learner, polish, selfPlayUpdates }: Trainer, update: number): Updated {
  if (!polish) throw new Error("there is no polish");
  const done = polish.step(learner, update - selfPlayUpdates, rng.fork("update", update));
  const { decisions, loss, ...figures } = done;
  return { batch: [], decisions, loss, figures: { ...figures, polish: true } };
}

async function newTrainer(
  all: TrainSettings,
  executor: Executor,
  phase: (name: Phase) => void,
  initial: readonly WeightArray[] | undefined,
): Promise<Trainer> {
  const { nn, rl } = all;
  const rng = new Rng(all.seed);
  const model = await policyModel(
    nn,
    all.games.map(({ game }) => game),
  );
  // The matchmaker comes first: it throws if an opponent does not play a game, and no tensors exist yet.
  const matchmaker = new Matchmaker(all, model);
  const polishUpdates = rl.polish ?? 0;
  const polish = polishUpdates > 0 ? await Polish.of(polishUpdates, all, model) : undefined;
  const settings = { ...all, updates: all.updates - polishUpdates };
  const learner = new Learner(settings, model, rng.fork("weights"), initial);
  const rule = rules[rl.rule]({ settings, model, learner, matchmaker, executor, rng, phase });
  return { model, rng, learner, rule, matchmaker, polish, selfPlayUpdates: lastUpdateOf(settings) };
}

function restore({ learner, rule, matchmaker }: Trainer, snapshot: Snapshot): void {
  learner.restore(snapshot.learner);
  rule.restore(snapshot.estimator);
  matchmaker.restore(snapshot.pool);
}

function snapshotOf({ learner, rule, matchmaker }: Trainer, update: number, totals: Totals): Snapshot {
  return { update, learner: learner.save(), estimator: rule.save(), pool: matchmaker.save(), ...totals };
}

function dispose({ learner, rule, matchmaker }: Trainer): void {
  for (const part of [learner, rule, matchmaker]) part.dispose();
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
