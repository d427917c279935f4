/** Gradient variance at the checkpoints of some runs, for every estimator that an ablation compares. */
import type { estimators } from "../../rl/advantages/registry.ts";
import { entropiesAt, type VarianceResult } from "../../run/ablation.ts";
import { frozenPolicies } from "./frozen.ts";

/**
 * At each checkpoint: batches measured, batches to warm up estimators with a memory, games a batch. The critic, which is
 * the slowest to learn, makes one step a warm-up batch; twice as many were measured to change little.
 */
const VARIANCE = { batches: 48, warmUp: 400, episodes: 128 };

/** Variance below which the gradient is rounding, and a ratio means nothing. */
const ROUNDING = 1e-20;

export type EstimatorName = keyof typeof estimators;

export async function varianceOf(
  dir: string,
  runs: readonly { readonly name: string; readonly seed: number }[],
  compared: readonly EstimatorName[],
): Promise<VarianceResult[]> {
  const { gradientVariance } = await import("../../rl/variance.ts");
  const names = [...new Set<EstimatorName>(["none", ...compared])];
  const results: VarianceResult[] = [];
  const frozen = frozenPolicies(dir, runs, { stream: "variance", note: "gradient variance" });
  for await (const { dir: run, seed, update, config, model, weights, games } of frozen) {
    const entropies = entropiesAt(run, update);
    for (const { game, rng } of games) {
      const settings = { ...VARIANCE, estimator: config.rl };
      const variance = gradientVariance(weights, model, game, names, settings, rng);
      const base = variance.get("none") as number;
      const ratios = Object.fromEntries([...variance].map(([name, v]) => [name, base > ROUNDING ? v / base : null]));
      results.push({ game: game.id, seed, update, entropy: entropies[game.id] ?? 0, ratios });
    }
  }
  return results;
}
