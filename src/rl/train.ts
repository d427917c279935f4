/**
 * The training loop (SPIRAL's algorithm box, arXiv 2506.24119, with a network that reads features):
 *
 *   for update = 1 … U
 *     play every game with π_θ in both seats, or against others   → trajectories
 *     A ← R_role − b[game, role]; then b moves on                 (role-conditioned advantage estimation)
 *     merge the decisions into one row per information set
 *     θ ← Adam(θ, ∇ [ policy gradient + β KL(π_θ ‖ magnet) − entropy bonus ])
 *     θ̄ ← average of θ; the magnet ← θ̄ every so often
 *     every so often: write metrics, evaluate π_θ̄ exactly, save a checkpoint
 *
 * What a game draws depends on (seed, update, game, index) alone. Evaluation, metrics and checkpoints are handed in.
 */

import type { PolicySettings } from "../policies/kind.ts";
import type { Policy } from "../policies/policy.ts";
import { policyModel } from "../policies/registry.ts";
import type { Episode } from "../record/episode.ts";
import type { Executor, Trajectories } from "../selfplay/plan.ts";
import { episodeOf, inThisThread } from "../selfplay/play.ts";
import { UserError } from "../util/errors.ts";
import { Rng } from "../util/rng.ts";
import type { EstimatorSettings, EstimatorState } from "./advantages/advantage.ts";
import { estimators } from "./advantages/registry.ts";
import { Learner, type LearnerSettings, type LearnerState } from "./learner.ts";
import { Matchmaker, type MatchmakerSettings } from "./matchmaker.ts";
import type { PoolState } from "./pool.ts";
import { mergeRows, type Row } from "./rows.ts";
import { scheduled } from "./schedule.ts";

export interface TrainSettings extends LearnerSettings, MatchmakerSettings {
  readonly seed: number;
  readonly nn: PolicySettings;
  readonly rl: LearnerSettings["rl"] &
    MatchmakerSettings["rl"] &
    EstimatorSettings & { readonly advantage: keyof typeof estimators };
  readonly run: {
    readonly logEvery: number;
    readonly evaluateEvery: number;
    readonly checkpointEvery: number;
    readonly keepEpisodes: number | "all";
  };
}

/** All that must survive for the next update to be the one that would have come. */
export interface Snapshot {
  readonly update: number;
  readonly learner: LearnerState;
  /** Baselines by game and role, a critic: whatever the advantage estimator remembers. */
  readonly estimator: EstimatorState;
  /** Past checkpoints that are played against. */
  readonly pool: PoolState;
  readonly episodes: number;
  readonly decisions: number;
}

export interface MetricsRow {
  readonly update: number;
  readonly [name: string]: unknown;
}

/** What an update spends its time on: `write` is all that goes to files and to the screen. */
export const phases = ["play", "merge", "forward", "backward", "evaluate", "write"] as const;
export type Phase = (typeof phases)[number];

export interface TrainHooks {
  /** Measures the averaged policy; what it returns joins the metrics. */
  evaluate(policy: Policy, update: number): Record<string, unknown> | Promise<Record<string, unknown>>;
  metrics(row: MetricsRow): void;
  episodes(episodes: readonly Episode[]): void;
  /** `due` is false where no checkpoint would be saved here but for an interruption. */
  checkpoint(snapshot: Snapshot, due: boolean): void;
  /** Called after every update; true ends training here, with a checkpoint. */
  progress(update: number, totals: { readonly episodes: number; readonly decisions: number }): boolean;
  /** Told what comes next, for whoever keeps the time. */
  phase?(phase: Phase): void;
}

/** Trains from `resume` or from nothing; games are played by `executor`. → the number of the last update done. */
export async function train(
  settings: TrainSettings,
  hooks: TrainHooks,
  resume?: Snapshot,
  executor: Executor = inThisThread,
): Promise<number> {
  const { seed, updates, rl, run } = settings;
  const rng = new Rng(seed);
  const games = settings.games.map(({ game }) => game);
  const model = await policyModel(settings.nn, games);
  // First, while there are no tensors yet: it throws where an opponent does not play a game.
  const matchmaker = new Matchmaker(settings, model);
  const learner = new Learner(settings, model, rng.fork("weights"));
  const estimator = estimators[rl.advantage](rl, { games, rng: rng.fork("critic") });
  const phase = (name: Phase): void => hooks.phase?.(name);
  const totals = { episodes: resume?.episodes ?? 0, decisions: resume?.decisions ?? 0 };
  let update = resume?.update ?? 0;
  let stop = false;
  try {
    if (resume) {
      learner.restore(resume.learner);
      estimator.restore(resume.estimator);
      matchmaker.restore(resume.pool);
    } else {
      hooks.metrics({ update: 0, ...totals, ...(await hooks.evaluate(learner.averagedPolicy, 0)) });
      matchmaker.offer(0, learner);
    }
    while (update < updates && !stop) {
      update += 1;
      const draws = rng.fork("update", update);
      phase("play");
      const batch = await matchmaker.play(learner.policy, draws, executor);

      const last = update === updates;
      const evaluate = last || update % run.evaluateEvery === 0;
      const log = evaluate || update % run.logEvery === 0;
      // As they are read by this update's advantages.
      const baselines = log ? estimator.save().numbers : {};
      phase("merge");
      const { rows, decisions } = mergeRows(batch, estimator.advantages(batch));
      phase("evaluate");
      const entropy = log ? meanEntropy(learner.policy, rows) : {};
      const loss = learner.update(rows, update, draws.fork("minibatches"), phase);
      if (!Number.isFinite(loss)) throw diverged(update);

      for (const { plan } of batch) totals.episodes += plan.episodes;
      totals.decisions += decisions;
      phase("evaluate");
      const evaluation = evaluate ? await hooks.evaluate(learner.averagedPolicy, update) : {};
      phase("write");
      hooks.episodes(batch.flatMap((t) => keptEpisodes(t, update, run.keepEpisodes)));
      if (log) {
        hooks.metrics({
          update,
          ...totals,
          loss,
          learningRate: scheduled(rl.learningRate, update, updates),
          rows: rows.length,
          entropy,
          baselines,
          ...evaluation,
        });
      }
      matchmaker.offer(update, learner);
      stop = hooks.progress(update, totals);
      const due = last || update % run.checkpointEvery === 0;
      if (due || stop) {
        const parts = { learner: learner.save(), estimator: estimator.save(), pool: matchmaker.save() };
        hooks.checkpoint({ update, ...parts, ...totals }, due);
      }
      // Signals and key presses are heard between updates.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    for (const owner of [learner, estimator, matchmaker]) owner.dispose();
  }
  return update;
}

function diverged(update: number): UserError {
  return new UserError(
    1,
    `Training diverged: the loss of update ${update} is not a number. Try a lower rl.learningRate.start; the last checkpoint is whole.`,
  );
}

/** Mean entropy of the policy over the decisions of each game, in nats. */
function meanEntropy(policy: Policy, rows: readonly Row[]): Record<string, number> {
  const byGame: Record<string, number> = {};
  const distributions = policy.distributions(rows.map(({ infoset }) => infoset));
  rows.forEach(({ infoset, visits }, i) => {
    let entropy = 0;
    for (const p of distributions[i] ?? []) entropy -= p > 0 ? p * Math.log(p) : 0;
    byGame[infoset.game.id] = (byGame[infoset.game.id] ?? 0) + visits * entropy;
  });
  return byGame;
}

function keptEpisodes(trajectories: Trajectories, update: number, keep: number | "all"): Episode[] {
  const length = keep === "all" ? trajectories.plan.episodes : Math.min(keep, trajectories.plan.episodes);
  return Array.from({ length }, (_, index) => episodeOf(trajectories, index, update));
}
