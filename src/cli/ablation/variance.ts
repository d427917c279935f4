/** Gradient variance at the checkpoints of some runs, for every estimator that an ablation compares. */
import { join } from "node:path";
import { getGame } from "../../games/registry.ts";
import { policyKind } from "../../policies/registry.ts";
import type { estimators } from "../../rl/advantages/registry.ts";
import { entropiesAt, type VarianceResult } from "../../run/ablation.ts";
import { readEntries } from "../../run/checkpoint-folder.ts";
import { readCheckpoint, readRunConfig } from "../../run/run.ts";
import { Rng } from "../../util/rng.ts";
import { note, warn } from "../terminal/output.ts";

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
  const { startBackend } = await import("../../nn/backend.ts");
  const { gradientVariance } = await import("../../rl/variance.ts");
  const { toSnapshot } = await import("../open/checkpoint-contents.ts");
  const names = [...new Set<EstimatorName>(["none", ...compared])];
  const results: VarianceResult[] = [];
  const networks = runs.map(({ name }) => readRunConfig(join(dir, name)).nn);
  await startBackend("auto", networks);
  for (const { name: run, seed } of runs) {
    const resolved = { dir: join(dir, run), name: run };
    const { entries, problems } = readEntries(resolved.dir);
    for (const problem of problems) warn(`${problem}; left out.`);
    for (const { update } of entries) {
      const checkpoint = readCheckpoint({ ...resolved, checkpoint: update }, warn);
      const { config } = checkpoint;
      const games = config.games.map(getGame);
      const kind = await policyKind(config.nn.policy);
      const { weights } = toSnapshot(checkpoint, run, config, kind).learner;
      const model = kind.model(config.nn, games);
      const entropies = entropiesAt(resolved.dir, update);
      for (const game of games) {
        const rng = new Rng(seed).fork("variance", update).fork(game.id);
        const settings = { ...VARIANCE, estimator: config.rl };
        const variance = gradientVariance(weights, model, game, names, settings, rng);
        const base = variance.get("none") as number;
        const ratios = Object.fromEntries([...variance].map(([name, v]) => [name, base > ROUNDING ? v / base : null]));
        results.push({ game: game.id, seed, update, entropy: entropies[game.id] ?? 0, ratios });
      }
    }
    note(`gradient variance measured at the checkpoints of ${run}`);
  }
  return results;
}
