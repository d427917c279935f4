/**
 * Mirror descent on action values, with a magnet (Sokota et al. 2023, "magnetic mirror descent") and an entropy bonus. The policy
 * is not moved along a gradient. It is fitted to a target, by cross-entropy:
 *
 *   π* ∝ π · exp(η [ Q̂ − V̂ − α log(π / m) − τ log π ])      with max(π, δ / n) for π and max(m, δ / n) for m
 *   L  = − Σ_rows w(row) Σ_a π*(a) log π_θ(a)               ∂L/∂logits = w (π_θ − π*)
 *
 * m is the magnet, n the number of legal actions. The floor δ / n lets an action come back that has nearly died: its target is
 * never far below the floor. Without it, π* is nearly 0 if π is, whatever Q̂ says, and the fit has no gradient there. A bluff that
 * has so died out is missing when the other player has forgotten how to answer it.
 *
 * The weight of a row is w ∝ √visits · n / (n + 10), normalised by game, where n is its effective number of
 * decisions. The root lets rare rows count, and the second factor keeps those out whose values are noise.
 */
import type { ActionValues } from "../action-values.ts";

export interface MirrorStep {
  /** η. */
  readonly stepSize: number;
  /** α. */
  readonly magnet: number;
  /** τ. */
  readonly entropy: number;
  /** δ: the floor as a share of the probability under uniform play. */
  readonly floor: number;
}

/** log π and log m of the legal actions. [S] */
export interface LogPolicies {
  readonly logPolicy: Float64Array;
  readonly magnetLogPolicy: Float64Array;
}

/** The number of decisions at which a row has half of its weight. */
const HALF_WEIGHT = 10;

/** π* of each action. [S] */
export function mirrorTargets(
  { starts, values, means }: Pick<ActionValues, "starts" | "values" | "means">,
  { logPolicy, magnetLogPolicy }: LogPolicies,
  { stepSize, magnet, entropy, floor }: MirrorStep,
): Float64Array {
  const target = new Float64Array(values.length);
  for (let r = 0; r + 1 < starts.length; r++) {
    const [start, end] = [starts[r], starts[r + 1]];
    const least = Math.log(floor / (end - start));
    let max = Number.NEGATIVE_INFINITY;
    for (let i = start; i < end; i++) {
      const logP = Math.max(least, logPolicy[i]);
      const pull = magnet * (logP - Math.max(least, magnetLogPolicy[i])) + entropy * logP;
      target[i] = logP + stepSize * (values[i] - means[r] - pull);
      max = Math.max(max, target[i]);
    }
    let sum = 0;
    for (let i = start; i < end; i++) {
      target[i] = Math.exp(target[i] - max);
      sum += target[i];
    }
    for (let i = start; i < end; i++) target[i] /= sum;
  }
  return target;
}

/** w of each row of a game. They sum to 1. [R] */
export function rowWeights({ visits, effective }: Pick<ActionValues, "visits" | "effective">): Float64Array {
  const weights = visits.map((share, r) => (Math.sqrt(share) * effective[r]) / (effective[r] + HALF_WEIGHT));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((w) => w / sum);
}
