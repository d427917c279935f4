/**
 * The training loop (SPIRAL's algorithm box, arXiv 2506.24119, with a network that reads features):
 *
 *   for update = 1 … U
 *     play every game with π_θ in both seats                     → trajectories
 *     A ← R_role − b[game, role]; then b moves on                 (role-conditioned advantage estimation)
 *     merge the decisions into one row per information set
 *     θ ← Adam(θ, ∇ [ policy gradient + β KL(π_θ ‖ magnet) − entropy bonus ])
 *     θ̄ ← average of θ; the magnet ← θ̄ every so often
 *     every so often: write metrics, evaluate π_θ̄ exactly, save a checkpoint
 *
 * What a game draws depends on (seed, update, game, index) alone. Evaluation, metrics and checkpoints are handed in.
 */
import { FeatureLayout } from "../games/features.ts";
import type { Game } from "../games/game.ts";
import { GameGraph, type Infoset } from "../games/graph.ts";
import type { Policy } from "../games/policy.ts";
import type { WeightArray } from "../nn/mlp.ts";
import type { Episode } from "../selfplay/episode.ts";
import { episodeOf, play, type Trajectories } from "../selfplay/play.ts";
import { Rng } from "../util/rng.ts";
import { estimators } from "./advantages/registry.ts";
import { Learner, type LearnerSettings } from "./learner.ts";
import { mergeRows, type Row } from "./rows.ts";
import { scheduled } from "./schedule.ts";

/** A graph larger than this is grown anew at the next update; it is only a cache. */
const MAX_NODES = 300_000;

export interface TrainSettings extends LearnerSettings {
  readonly seed: number;
  readonly games: readonly { readonly game: Game; readonly episodes: number }[];
  readonly rl: LearnerSettings["rl"] & { readonly advantage: keyof typeof estimators; readonly baselineDecay: number };
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
  /** θ̄, the policy that is served. */
  readonly model: readonly WeightArray[];
  /** θ, the magnet, and the optimizer's moments. */
  readonly optimizer: readonly WeightArray[];
  readonly optimizerSteps: number;
  readonly baselines: Readonly<Record<string, number>>;
  readonly episodes: number;
  readonly decisions: number;
}

export interface MetricsRow {
  readonly update: number;
  readonly [name: string]: unknown;
}

export interface TrainHooks {
  /** Measures the averaged policy; what it returns joins the metrics. */
  evaluate(policy: Policy, update: number): Record<string, unknown>;
  metrics(row: MetricsRow): void;
  episodes(episodes: readonly Episode[]): void;
  /** `due` is false where no checkpoint would be saved here but for an interruption. */
  checkpoint(snapshot: Snapshot, due: boolean): void;
  /** Called after every update; true ends training here, with a checkpoint. */
  progress(update: number, totals: { readonly episodes: number; readonly decisions: number }): boolean;
}

/** Trains from `resume` or from nothing. → the number of the last update done. */
export async function train(settings: TrainSettings, hooks: TrainHooks, resume?: Snapshot): Promise<number> {
  const { seed, updates, rl, run } = settings;
  const rng = new Rng(seed);
  const layout = new FeatureLayout(settings.games.map(({ game }) => game));
  const learner = new Learner(settings, layout, rng.fork("weights"));
  const estimator = estimators[rl.advantage](rl);
  const table = settings.games.map(({ game, episodes }) => ({ game, episodes, graph: new GameGraph(game) }));
  const totals = { episodes: resume?.episodes ?? 0, decisions: resume?.decisions ?? 0 };
  if (resume) {
    learner.restore(resume.model, resume.optimizer, resume.optimizerSteps);
    estimator.restore(resume.baselines);
  }
  let expected: (readonly Infoset[])[] = [];
  let update = resume?.update ?? 0;
  let stop = false;
  try {
    if (!resume) hooks.metrics({ update: 0, ...totals, ...hooks.evaluate(learner.averagedPolicy, 0) });
    while (update < updates && !stop) {
      update += 1;
      const draws = rng.fork("update", update);
      const batch = play(
        table.map((entry, i) => {
          if (entry.graph.size > MAX_NODES) {
            entry.graph = new GameGraph(entry.game);
            expected[i] = [];
          }
          return {
            graph: entry.graph,
            episodes: entry.episodes,
            policies: [learner.policy, learner.policy],
            paired: false,
            chanceKey: draws.fork(entry.game.id).fork("chance").key(),
            actionKey: draws.fork(entry.game.id).fork("actions").key(),
            expected: expected[i] ?? [],
          };
        }),
      );
      expected = batch.map(({ infosets }) => infosets);

      const baselines = estimator.save();
      const rows = mergeRows(batch, estimator.advantages(batch));
      const last = update === updates;
      const log = last || update % run.logEvery === 0;
      const evaluate = last || update % run.evaluateEvery === 0;
      const entropy = log || evaluate ? meanEntropy(learner.policy, rows) : {};
      const loss = learner.update(rows, update);

      for (const { plan, plies, decisions } of batch) {
        totals.episodes += plan.episodes;
        totals.decisions += countDecisions(plan.graph.game.maxPlies, plies, decisions);
      }
      hooks.episodes(batch.flatMap((t) => keptEpisodes(t, update, run.keepEpisodes)));
      if (log || evaluate) {
        hooks.metrics({
          update,
          ...totals,
          loss,
          learningRate: scheduled(rl.learningRate, update, updates),
          rows: rows.length,
          entropy,
          baselines,
          ...(evaluate ? hooks.evaluate(learner.averagedPolicy, update) : {}),
        });
      }
      stop = hooks.progress(update, totals);
      const due = last || update % run.checkpointEvery === 0;
      if (due || stop) {
        const { arrays: optimizer, steps: optimizerSteps } = learner.saveOptimizer();
        const model = learner.saveModel();
        hooks.checkpoint({ update, model, optimizer, optimizerSteps, baselines: estimator.save(), ...totals }, due);
      }
      // Signals and key presses are heard between updates.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    learner.dispose();
  }
  return update;
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

function countDecisions(P: number, plies: Uint16Array, decisions: Int32Array): number {
  let count = 0;
  for (let episode = 0; episode < plies.length; episode++) {
    const end = episode * P + (plies[episode] as number);
    for (let cell = episode * P; cell < end; cell++) if ((decisions[cell] as number) >= 0) count++;
  }
  return count;
}

function keptEpisodes(trajectories: Trajectories, update: number, keep: number | "all"): Episode[] {
  const length = keep === "all" ? trajectories.plan.episodes : Math.min(keep, trajectories.plan.episodes);
  return Array.from({ length }, (_, index) => episodeOf(trajectories, index, update));
}
