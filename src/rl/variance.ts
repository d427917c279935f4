/**
 * The variance of the policy gradient under each advantage estimator. The policy is frozen. Over B independent batches, with
 * g the gradient of the policy-gradient loss in all weights,
 *
 *   Var = Σ_weights  Σ_batches (g − mean g)² / (B − 1)
 *
 * All estimators see the same batches, so that ratios between them are paired. Estimators with a memory see `warmUp` batches
 * of the same policy first. A critic starts untrained and takes one step a batch; it is therefore a critic after `warmUp`
 * steps, and not the critic that a training run would have at this policy.
 */

import type { Game } from "../games/game.ts";
import { GameGraph } from "../graph/game-graph.ts";
import type { WeightArray } from "../nn/weights.ts";
import { networkPolicy } from "../policies/network-policy.ts";
import { type LearningNetwork, type PolicyModel, playedGame } from "../policies/policy-kind.ts";
import { perLegalAction } from "../policies/softmax.ts";
import { play } from "../selfplay/play.ts";
import type { Rng } from "../util/rng.ts";
import type { EstimatorSettings } from "./advantages/advantage.ts";
import { estimators } from "./advantages/registry.ts";
import { policyGradient } from "./losses/policy-gradient.ts";
import { mergeRows, type Row } from "./rows.ts";

export interface VarianceSettings {
  readonly batches: number;
  readonly warmUp: number;
  readonly episodes: number;
  readonly estimator: EstimatorSettings;
}

type Name = keyof typeof estimators;

/** Not used: the policy takes no steps. */
const ADAM = { beta1: 0, beta2: 0.999, epsilon: 1e-8 };

/** The total variance of the gradient by estimator, in one game, at the policy with these weights. */
export function gradientVariance(
  weights: readonly WeightArray[],
  model: PolicyModel,
  game: Game,
  names: readonly Name[],
  { batches, warmUp, episodes, estimator }: VarianceSettings,
  rng: Rng,
): Map<Name, number> {
  const network = model.learner(weights, ADAM);
  const policy = networkPolicy("frozen", network, model);
  const graph = new GameGraph(playedGame(model, game));
  const measured = names.map((name) => ({
    name,
    estimator: estimators[name](estimator, { games: model.games, rng: rng.fork("critic") }),
    mean: undefined as Float64Array | undefined,
    squares: 0,
  }));
  try {
    for (let b = -warmUp; b < batches; b++) {
      const draws = rng.fork("batch", b);
      const batch = play([
        {
          graph,
          episodes,
          policies: [policy, policy],
          paired: false,
          chanceKey: draws.fork("chance").key(),
          actionKey: draws.fork("actions").key(),
        },
      ]);
      for (const entry of measured) {
        const advantages = entry.estimator.advantages(batch);
        if (b < 0) continue;
        const g = policyGradientOf(network, mergeRows(batch, advantages).rows);
        entry.mean ??= new Float64Array(g.length);
        // Welford's update, summed over the weights.
        for (let i = 0; i < g.length; i++) {
          const delta = g[i] - entry.mean[i];
          entry.mean[i] += delta / (b + 1);
          entry.squares += delta * (g[i] - entry.mean[i]);
        }
      }
    }
    return new Map(measured.map(({ name, squares }) => [name, squares / (batches - 1)]));
  } finally {
    network.dispose();
    for (const entry of measured) entry.estimator.dispose();
  }
}

/** ∇ of − Σ G log π in all weights, as one vector. */
function policyGradientOf(network: LearningNetwork, rows: readonly Row[]): Float64Array {
  const infosets = rows.map(({ infoset }) => infoset);
  return network.gradient(infosets, (at) => {
    const gradient = new Float64Array(at.policy.length);
    const positive = perLegalAction(at, (r) => rows[r].positive);
    const negative = perLegalAction(at, (r) => rows[r].negative);
    policyGradient().loss(at, { positive, negative }, gradient);
    return gradient;
  });
}
