/**
 * A learned critic with generalised advantage estimation (Schulman et al. 2016): V(information set, role) is a network
 * with one output per role. For the decisions 1 … n of one role in an episode, with γ = 1 and one reward R at the end,
 *
 *   δ_t = V_{t+1} − V_t  (t < n)        δ_n = R − V_n        A_t = Σ_k λᵏ δ_{t+k}
 *
 * After V has been read, it takes one Adam step a batch towards the targets A_t + V_t. All decisions at one information set
 * have the same V, so Σ (V − target)² equals Σ_rows n · (V − mean target)² up to a constant: row merging is exact.
 */

import type { Game } from "../../games/game.ts";
import type { Infoset } from "../../graph/game-graph.ts";
import { withoutPrefix, withPrefix } from "../../nn/weights.ts";
import { ValueNetwork, valueTensors } from "../../policies/features/value-network.ts";
import type { Trajectories } from "../../selfplay/plan.ts";
import type { Rng } from "../../util/rng.ts";
import { type AdvantageEstimator, type EstimatorSettings, learnerDecisions } from "./advantage.ts";

/** V has an output for each seat. */
const SEATS = 2;

export function critic(
  { critic: { lambda, learningRate, hidden } }: Pick<EstimatorSettings, "critic">,
  { games, rng }: { games: readonly Game[]; rng: Rng },
): AdvantageEstimator {
  const network = new ValueNetwork(games, { hidden, outputs: SEATS }, rng);

  /** V at each row, for the role to move. */
  function valuesOf(rows: readonly Infoset[]): Map<Infoset, number> {
    const outputs = network.values(rows);
    return new Map(rows.map((row, i) => [row, outputs[i * SEATS + row.player]]));
  }

  /** One step of V towards the mean target of each row; n decisions, whose targets add up to sum. */
  function regress(rows: readonly Infoset[], targets: ReadonlyMap<Infoset, { n: number; sum: number }>): void {
    const R = rows.length;
    const goal = new Float32Array(R * SEATS);
    const weight = new Float32Array(R * SEATS);
    let total = 0;
    for (const { n } of targets.values()) total += n;
    rows.forEach((row, i) => {
      const { n, sum } = targets.get(row) as { n: number; sum: number };
      goal[i * SEATS + row.player] = sum / n;
      weight[i * SEATS + row.player] = n / total;
    });
    const lossGradient = (values: Float32Array) => values.map((value, i) => 2 * weight[i] * (value - goal[i]));
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

/** The tensors in the state of a critic. */
export function criticTensors({ critic: { hidden } }: Pick<EstimatorSettings, "critic">, games: readonly Game[]) {
  return withPrefix("critic", valueTensors(games, { hidden, outputs: SEATS }));
}

/** A_t of the learner's decisions. [T] Adds A_t + V_t to the targets of their rows. */
function generalised(
  trajectories: Trajectories,
  values: ReadonlyMap<Infoset, number>,
  lambda: number,
  targets: Map<Infoset, { n: number; sum: number }>,
): Float64Array {
  const { decisions, infosets, returns } = trajectories;
  const { cells, sides } = learnerDecisions(trajectories);
  const advantages = new Float64Array(cells.length);
  // Backwards through the decisions of each side: V_{t+1} and A_{t+1}, or R and 0 after the last decision.
  const next = new Map<number, { value: number; advantage: number }>();
  for (let t = cells.length - 1; t >= 0; t--) {
    const [cell, side] = [cells[t], sides[t]];
    const row = infosets[decisions[cell]].canonical;
    const value = values.get(row) as number;
    const after = next.get(side) ?? { value: returns[side], advantage: 0 };
    const advantage = after.value - value + lambda * after.advantage;
    next.set(side, { value, advantage });
    advantages[t] = advantage;
    const target = targets.get(row) ?? { n: 0, sum: 0 };
    targets.set(row, { n: target.n + 1, sum: target.sum + advantage + value });
  }
  return advantages;
}
