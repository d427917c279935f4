/**
 * How noisy an advantage estimator makes the gradient. At a frozen policy, over B independent batches, with g the gradient
 * of the policy-gradient loss in all weights,
 *
 *   Var = Σ_weights  Σ_batches (g − mean g)² / (B − 1)
 *
 * All estimators see the same batches, so that their ratios are paired. Estimators with a memory learn from `warmUp` batches of
 * that policy's games first: a critic starts untrained and makes one step a batch, so that it is a critic of that many
 * steps and not the one that a training run would have had.
 */

import type { Game } from "../games/game.ts";
import { GameGraph } from "../graph/game-graph.ts";
import { Mlp, type WeightArray } from "../nn/mlp.ts";
import { tf } from "../nn/tf.ts";
import type { FeatureLayout } from "../policies/features/layout.ts";
import { neuralPolicy } from "../policies/network-policy.ts";
import { logitGradient, sideBySide, softmax } from "../policies/softmax.ts";
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

/** The gradient's total variance by estimator, in one game, at the policy that `weights` are. */
export function gradientVariance(
  weights: readonly WeightArray[],
  layout: FeatureLayout,
  game: Game,
  names: readonly Name[],
  { batches, warmUp, episodes, estimator }: VarianceSettings,
  rng: Rng,
): Map<Name, number> {
  const network = new Mlp(weights);
  const policy = neuralPolicy("frozen", layout, network);
  const graph = new GameGraph(game);
  const measured = names.map((name) => ({
    name,
    estimator: estimators[name](estimator, { layout, rng: rng.fork("critic") }),
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
        const g = policyGradientOf(network, layout, mergeRows(batch, advantages).rows);
        entry.mean ??= new Float64Array(g.length);
        // Welford's update, summed over the weights.
        for (let i = 0; i < g.length; i++) {
          const delta = (g[i] as number) - (entry.mean[i] as number);
          (entry.mean[i] as number) += delta / (b + 1);
          entry.squares += delta * ((g[i] as number) - (entry.mean[i] as number));
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
function policyGradientOf(network: Mlp, layout: FeatureLayout, rows: readonly Row[]): Float64Array {
  const infosets = rows.map(({ infoset }) => infoset);
  const legal = layout.legal(infosets);
  const tensors = network.gradients(layout.encode(infosets), rows.length, (logits) => {
    const current = softmax(legal, logits);
    const gradient = new Float64Array(current.policy.length);
    const positive = sideBySide(legal, (r) => rows[r].positive);
    const negative = sideBySide(legal, (r) => rows[r].negative);
    policyGradient().loss(current, { positive, negative }, gradient);
    return logitGradient(legal, current.policy, gradient, logits.length);
  });
  const parts = tensors.map((g) => g.dataSync());
  tf.dispose(tensors);
  const vector = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    vector.set(part, at);
    at += part.length;
  }
  return vector;
}
