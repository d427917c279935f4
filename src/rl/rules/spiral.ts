/**
 * The rule of SPIRAL (arXiv 2506.24119): policy gradient with role-conditioned advantages, and a pull to a magnet. An update is
 *
 *   play a batch of every game with π_θ in both seats, or against opponents     matchmaker.play
 *   (in long runs, a share of the games is against explorers: matchmaker.ts)
 *   A ← R_role − b[game, role]; then b[game, role] ← α b + (1 − α) R_role       estimator.advantages (here RAE)
 *   merge the decisions into one row per information set                        mergeRows
 *   θ ← Adam(θ, ∇ [ policy loss + β KL(π_θ ‖ magnet) − entropy bonus ])         learner.update
 *   θ̄ ← δ θ̄ + (1 − δ) θ; magnet ← θ̄ every `magnet.every` updates
 *   (the first updates may learn from an expert's games instead, by cross-entropy: demonstrations.ts)
 */
import { estimators } from "../advantages/registry.ts";
import { learningRateAt } from "../annealing.ts";
import { DemonstrationBatches, imitation } from "../demonstrations.ts";
import { meanEntropy, meanReturns } from "../figures.ts";
import { mergeRows } from "../rows.ts";
import { writingMetrics } from "../writing-metrics.ts";
import type { Rule, RuleParts, Updated } from "./rule.ts";

export function spiral({ settings, model, learner, matchmaker, executor, rng, phase }: RuleParts): Rule {
  const { rl, demonstrations: shown } = settings;
  const games = settings.games.map(({ game }) => game);
  const estimator = estimators[rl.advantage](rl, { games, rng: rng.fork("critic") });
  const demonstrations = shown && new DemonstrationBatches(shown, settings.games, model);

  // A policy that writes is not explored by random words.
  const explorersAt = (update: number) => (update > rl.explorers.after && !model.writing ? rl.explorers : undefined);

  return {
    async update(update, withFigures): Promise<Updated> {
      const draws = rng.fork("update", update);
      const expert = update <= (shown?.updates ?? 0) ? demonstrations : undefined;

      phase("play");
      const batch =
        expert?.batch(update) ?? (await matchmaker.play(learner.policy, draws, executor, explorersAt(update)));
      // The baselines that these advantages subtract: `advantages` moves them on.
      const baselines = withFigures ? estimator.save().numbers : {};

      phase("merge");
      const advantages = expert ? imitation(batch) : estimator.advantages(batch);
      const { rows, decisions } = mergeRows(batch, advantages, rl.tokens);

      phase("evaluate");
      const entropy = withFigures ? meanEntropy(learner.policy, rows) : {};
      const returns = withFigures && !expert ? meanReturns(batch) : {};
      const { writing } = model;
      const written =
        withFigures && writing && !expert ? { writing: writingMetrics(batch, learner.policy, writing) } : {};

      if (expert) phase("backward");
      const loss = expert
        ? learner.imitateExpert(rows, update)
        : learner.update(rows, update, draws.fork("minibatches"), phase);
      const learningRate = learningRateAt(rl.learningRate, update, settings);
      const common = { learningRate, rows: rows.length, entropy };
      const figures = expert
        ? { demonstrations: true, ...common, baselines }
        : { ...common, magnetKl: learner.magnetKl, returns, baselines, ...written };
      return { batch, decisions, loss, figures };
    },
    save: () => estimator.save(),
    restore: (state) => estimator.restore(state),
    dispose: () => estimator.dispose(),
  };
}
