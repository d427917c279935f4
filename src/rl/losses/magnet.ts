/**
 * The KL divergence to the magnet m: the mean over decisions, times the coefficient c. w(row) is the row's share of the
 * decisions times the weight of its game:
 *
 *   L = c Σ_rows w(row) · KL(π ‖ m)      KL(π ‖ m) = Σ_a π (log π − log m)      ∂L/∂ log π = c w π (log π − log m + 1)
 *
 * By default, m is the averaged policy at the last refresh. This is magnetic mirror descent (Sokota et al. 2023) with a
 * magnet that moves from time to time, as in Nash policy gradient. Each period solves a regularised game, and the next
 * period starts from its solution. In zero-sum games the sequence approaches an equilibrium, whereas plain policy gradient
 * cycles around it. The average lags behind the learner, so that it stabilises play even if it is refreshed often
 * (docs/results.md, `spiral ablate magnet`).
 */
import type { Row } from "../rows.ts";
import type { Loss } from "./loss.ts";

export function klToMagnet({
  coefficient,
}: {
  readonly coefficient: number;
}): Loss<"magnetWeights" | "magnetLogPolicy"> {
  return ({ policy, logPolicy }, { magnetWeights, magnetLogPolicy }, gradient) => {
    let sum = 0;
    for (let i = 0; i < policy.length; i++) {
      const weighted = magnetWeights[i] * policy[i];
      const difference = logPolicy[i] - magnetLogPolicy[i];
      sum += weighted * difference;
      gradient[i] += coefficient * weighted * (difference + 1);
    }
    return coefficient * sum;
  };
}

/** By game id: the mean over decisions of KL(π ‖ m), from π, log π and log m at the legal actions of the rows. [S] each */
export function meanKl(
  rows: readonly Pick<Row, "infoset" | "visits">[],
  policy: Float64Array,
  logPolicy: Float64Array,
  magnetLogPolicy: Float64Array,
): Record<string, number> {
  const byGame: Record<string, number> = {};
  let i = 0;
  for (const { infoset, visits } of rows) {
    let kl = 0;
    for (const end = i + infoset.actions.length; i < end; i++) kl += policy[i] * (logPolicy[i] - magnetLogPolicy[i]);
    const { id } = infoset.game;
    byGame[id] = (byGame[id] ?? 0) + visits * kl;
  }
  return byGame;
}
