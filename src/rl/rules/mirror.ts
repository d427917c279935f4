/**
 * The rule `mirror`: mirror descent on the action values of a batch, with a magnet and a critic. It solves poker too, where a
 * role's mean return says too little about one decision in it. An update is
 *
 *   play a batch of every game with b = (1 − ε) π_θ + ε / n in both seats                    matchmaker.play
 *   q̂, V̂ ← the batch's action values, corrected for the opponent's exploration               actionValues
 *   Q̂ ← c + n / (n + 1) · (q̂ − c), then c ← two Adam steps towards q̂                         ActionCritic
 *   π* ∝ π_θ · exp(η [ Q̂ − V̂ − α log(π_θ / m) − τ log π_θ ]), no π_θ or m below δ/n           mirrorTargets
 *   θ ← K Adam steps down Σ w CE(π*, π_θ), each on a random part of the rows                 learner.fit
 *   m ← δ m + (1 − δ) θ; θ̄ ← θ̄ + min(1 − δ, 8 / (t + 8)) (θ − θ̄)                             learner.follow
 *
 * Returns are divided by the largest of the game, so that one set of settings serves all games.
 */
import type { Infoset } from "../../graph/game-graph.ts";
import { exploring } from "../../policies/exploring.ts";
import type { PolicyAtRows } from "../../policies/softmax.ts";
import type { Trajectories } from "../../selfplay/plan.ts";
import { ActionCritic } from "../action-critic.ts";
import { type ActionValues, actionValues } from "../action-values.ts";
import { learnerDecisions } from "../advantages/advantage.ts";
import { entropyAt, learningRateAt } from "../annealing.ts";
import { meanEntropy, meanReturns } from "../figures.ts";
import { meanKl } from "../losses/magnet.ts";
import { mirrorTargets, rowWeights } from "../losses/mirror.ts";
import { minibatchesOf } from "../minibatches.ts";
import { writingMetrics } from "../writing-metrics.ts";
import type { Rule, RuleParts, Updated } from "./rule.ts";

export function mirror({ settings, model, learner, matchmaker, executor, rng, phase }: RuleParts): Rule {
  const { rl } = settings;
  const games = settings.games.map(({ game }) => game);
  // Features do not tell one word of a response from another.
  const critic = model.writing ? undefined : new ActionCritic(rl.mirror.critic, games, rng.fork("actionCritic"));

  /** Action values, targets and weights of one game's rows. */
  function improve(batch: readonly Trajectories[], update: number) {
    let at: Pick<PolicyAtRows, "policy" | "logPolicy"> = {
      policy: new Float64Array(0),
      logPolicy: new Float64Array(0),
    };
    const values = actionValues(batch, {
      policy: (infosets) => {
        const { policy, logPolicy } = learner.policyAt(infosets);
        at = { policy, logPolicy };
        return policy;
      },
      exploration: rl.exploration,
      critic: critic?.isReady(update) ? (infosets) => critic.values(infosets) : undefined,
    });
    const { id } = batch[0].plan.graph.game;
    const weights = settings.weights[id];
    const magnetLogPolicy = learner.magnetLogPolicyAt(values.infosets);
    const targets = mirrorTargets(
      values,
      { ...at, magnetLogPolicy },
      {
        stepSize: rl.mirror.stepSize,
        floor: rl.mirror.floor * (weights?.floor ?? 1),
        magnet: rl.magnet.kind === "none" ? 0 : rl.magnet.coefficient * (weights?.magnet ?? 1),
        entropy: entropyAt(rl.entropy, update, settings) * (weights?.entropy ?? 1),
      },
    );
    const visited = values.infosets.map((infoset, r) => ({ infoset, visits: values.visits[r] }));
    const magnetKl = rl.magnet.kind === "none" ? {} : meanKl(visited, at.policy, at.logPolicy, magnetLogPolicy);
    return { values, targets, weights: rowWeights(values).map((w) => w / games.length), magnetKl };
  }

  return {
    async update(update, withFigures): Promise<Updated> {
      const draws = rng.fork("update", update);
      phase("play");
      const batch = await matchmaker.play(exploring(learner.policy, rl.exploration), draws, executor);

      phase("merge");
      const improved = byGame(batch).map((trajectories) => improve(trajectories, update));
      const rows = improved.flatMap(rowsOf);

      phase("evaluate");
      const visited = rows.map(({ infoset, visits }) => ({ infoset, visits }));
      const entropy = withFigures ? meanEntropy(learner.policy, visited) : {};
      const { writing } = model;
      const written = withFigures && writing ? { writing: writingMetrics(batch, learner.policy, writing) } : {};

      phase("backward");
      critic?.fit(improved, update, settings);
      const { steps, minibatches } = rl.mirror;
      const parts = minibatchesOf(rows.length, minibatches, draws.fork("minibatches"));
      const learningRate = learningRateAt(rl.learningRate, update, settings);
      let loss = 0;
      for (let step = 0; step < steps; step++) {
        const part = parts[step % parts.length].map((r) => rows[r]);
        // A part has a share of the weight of all rows.
        loss += (parts.length * fitTargets(part, learningRate)) / steps;
      }
      learner.follow(update);
      const magnetKl = Object.assign({}, ...improved.map((one) => one.magnetKl));
      const returns = withFigures ? meanReturns(batch) : {};
      const figures = { learningRate, rows: rows.length, entropy, magnetKl, returns, ...written };
      return { batch, decisions: batch.reduce((sum, one) => sum + turnsIn(one), 0), loss, figures };
    },
    save: () => critic?.save() ?? { numbers: {}, arrays: [] },
    restore: (state) => critic?.restore(state),
    dispose: () => critic?.dispose(),
  };

  function fitTargets(part: readonly TargetRow[], learningRate: number): number {
    return learner.fit(
      part.map(({ infoset }) => infoset),
      part.map(({ target }) => target),
      learningRate,
    );
  }
}

/** An information set, its share of the game's decisions, and w π*. */
interface TargetRow {
  readonly infoset: Infoset;
  readonly visits: number;
  readonly target: Float64Array;
}

function rowsOf({
  values: { infosets, starts, visits },
  targets,
  weights,
}: {
  readonly values: ActionValues;
  readonly targets: Float64Array;
  readonly weights: Float64Array;
}): TargetRow[] {
  return infosets.map((infoset, r) => ({
    infoset,
    visits: visits[r],
    target: targets.subarray(starts[r], starts[r + 1]).map((p) => weights[r] * p),
  }));
}

/** The trajectories of each game, in the order of the games. */
function byGame(batch: readonly Trajectories[]): Trajectories[][] {
  const groups = new Map<unknown, Trajectories[]>();
  for (const trajectories of batch) {
    const { graph } = trajectories.plan;
    groups.set(graph, [...(groups.get(graph) ?? []), trajectories]);
  }
  return [...groups.values()];
}

/** The learner's turns. */
function turnsIn(trajectories: Trajectories): number {
  const { infosets, decisions, plan } = trajectories;
  const { turns } = plan.graph.game;
  const { cells } = learnerDecisions(trajectories);
  return turns ? cells.filter((cell) => !turns.continues(infosets[decisions[cell]].state)).length : cells.length;
}
