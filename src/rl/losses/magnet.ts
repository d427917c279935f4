/**
 * The pull to the magnet m, the mean over decisions times the coefficient c, with w(row) the row's share of the decisions
 * times the weight of its game:
 *
 *   L = c Σ_rows w(row) · KL(π ‖ m)      KL(π ‖ m) = Σ_a π (log π − log m)      ∂L/∂ log π = c w π (log π − log m + 1)
 *
 * where the magnet is the averaged policy as it stood at the last refresh. This is magnetic mirror descent (Sokota et al.
 * 2023) with a magnet that moves from time to time, as in Nash policy gradient: each period solves a regularised game
 * whose solution the next starts from, and in zero-sum games the sequence approaches an equilibrium where plain policy
 * gradient would circle it. The average trails the learner, so that it anchors play even where it is refreshed often
 * (docs/results.md, `spiral ablate magnet`).
 */
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
