/**
 * The pull to the magnet, the mean over decisions of
 *
 *   KL(π ‖ m) = Σ_a π (log π − log m)        ∂KL/∂ log π = π (log π − log m + 1)
 *
 * where the magnet m is the averaged policy as it stood at the last refresh. Magnetic mirror descent (Sokota et al.,
 * 2023) with a magnet that moves from time to time, as in Nash policy gradient: each period solves a regularised game
 * whose solution the next starts from, and in zero-sum games the sequence approaches an equilibrium where plain policy
 * gradient would circle it. The average trails the learner, so that it anchors play even where it is refreshed often
 * (docs/results.md, `spiral ablate magnet`).
 */
import type { Loss } from "./loss.ts";

export const klToMagnet: Loss<"magnetWeights" | "magnetLogPolicy"> = (
  { policy, logPolicy },
  { magnetWeights, magnetLogPolicy },
  gradient,
  scale,
) => {
  let sum = 0;
  for (let i = 0; i < policy.length; i++) {
    const weighted = (magnetWeights[i] as number) * (policy[i] as number);
    const difference = (logPolicy[i] as number) - (magnetLogPolicy[i] as number);
    sum += weighted * difference;
    (gradient[i] as number) += scale * weighted * (difference + 1);
  }
  return scale * sum;
};
