/**
 * A learned critic with generalised advantage estimation (Schulman et al. 2016): V(information set, role) is a network
 * with one output per role. Of the decisions 1 … n of one role in an episode, with γ = 1 and the only reward at the end,
 *
 *   δ_t = V_{t+1} − V_t  (t < n)        δ_n = R − V_n        A_t = Σ_k λᵏ δ_{t+k}
 *
 * and V takes one Adam step a batch towards the targets A_t + V_t, after it has been read. Decisions at one information set
 * have one V, so that Σ (V − target)² is, up to a constant, Σ_rows n · (V − mean target)²: exact under row merging.
 */

import type { Game } from "../../games/game.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import { withoutPrefix, withPrefix } from "../../nn/weights.ts";
import { ValueNetwork, valueTensors } from "../../policies/features/value-network.ts";
import type { Trajectories } from "../../selfplay/plan.ts";
import type { Rng } from "../../util/rng.ts";
import { type AdvantageEstimator, type EstimatorSettings, learnerDecisions } from "./advantage.ts";

export function critic(
  { critic: { lambda, learningRate, hidden } }: Pick<EstimatorSettings, "critic">,
  { games, rng }: { games: readonly Game[]; rng: Rng },
): AdvantageEstimator {
  const network = new ValueNetwork(games, hidden, rng);

  /** V at each row, of the role to move there. */
  function valuesOf(rows: readonly Infoset[]): Map<Infoset, number> {
    const outputs = network.values(rows);
    return new Map(rows.map((row, i) => [row, outputs[i * 2 + row.player] as number]));
  }

  function regress(rows: readonly Infoset[], targets: ReadonlyMap<Infoset, { n: number; sum: number }>): void {
    const R = rows.length;
    const goal = new Float32Array(R * 2);
    const weight = new Float32Array(R * 2);
    let total = 0;
    for (const { n } of targets.values()) total += n;
    rows.forEach((row, i) => {
      const { n, sum } = targets.get(row) as { n: number; sum: number };
      goal[i * 2 + row.player] = sum / n;
      weight[i * 2 + row.player] = n / total;
    });
    const lossGradient = (values: Float32Array) =>
      values.map((value, i) => 2 * (weight[i] as number) * (value - (goal[i] as number)));
    network.step(rows, lossGradient, learningRate);
  }

  return {
    advantages(batch) {
      const rows = [...new Set(batch.flatMap(({ infosets }) => infosets.map(({ canonical }) => canonical)))];
      const values = valuesOf(rows);
      const targets = new Map<Infoset, { n: number; sum: number }>();
      const result = batch.map((trajectories) => generalised(trajectories, values, lambda, targets));
      regress([...targets.keys()], targets);
      return result;
    },
    save() {
      const { arrays, steps } = network.save();
      return { numbers: { "critic.steps": steps }, arrays: withPrefix("critic", arrays) };
    },
    restore({ numbers, arrays }) {
      network.restore({ arrays: withoutPrefix("critic", arrays), steps: numbers["critic.steps"] ?? 0 });
    },
    dispose: () => network.dispose(),
  };
}

/** The tensors that `save` of a critic gives. */
export function criticTensors({ critic: { hidden } }: Pick<EstimatorSettings, "critic">, games: readonly Game[]) {
  return withPrefix("critic", valueTensors(games, hidden));
}

/** A_t of one plan's decisions; adds A_t + V_t to the targets of their rows. */
function generalised(
  trajectories: Trajectories,
  values: ReadonlyMap<Infoset, number>,
  lambda: number,
  targets: Map<Infoset, { n: number; sum: number }>,
): Float64Array {
  const { decisions, infosets, returns } = trajectories;
  const { cells, sides } = learnerDecisions(trajectories);
  const advantages = new Float64Array(cells.length);
  // Backwards through each role's decisions: what follows a decision is the one after it, or the return.
  const next = new Map<number, { value: number; advantage: number }>();
  for (let t = cells.length - 1; t >= 0; t--) {
    const [cell, side] = [cells[t] as number, sides[t] as number];
    const row = (infosets[decisions[cell] as number] as Infoset).canonical;
    const value = values.get(row) as number;
    const after = next.get(side) ?? { value: returns[side] as number, advantage: 0 };
    const advantage = after.value - value + lambda * after.advantage;
    next.set(side, { value, advantage });
    advantages[t] = advantage;
    const target = targets.get(row) ?? { n: 0, sum: 0 };
    targets.set(row, { n: target.n + 1, sum: target.sum + advantage + value });
  }
  return advantages;
}
