/**
 * Mirror descent on action values, with a magnet (Sokota et al. 2023, "magnetic mirror descent") and an entropy bonus. The policy
 * is not moved along a gradient. It is fitted to a target, by cross-entropy:
 *
 *   π* ∝ π · exp(η [ Q̂ − V̂ − α log(π / m) − τ log π ])
 *   L  = − Σ_rows w(row) Σ_a π*(a) log π_θ(a)               ∂L/∂logits = w (π_θ − π*)
 *
 * m is the magnet. The weight of a row is w ∝ √visits · n / (n + 10), normalised by game, where n is its effective number of
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
  { stepSize, magnet, entropy }: MirrorStep,
): Float64Array {
  const target = new Float64Array(values.length);
  for (let r = 0; r + 1 < starts.length; r++) {
    const [start, end] = [starts[r], starts[r + 1]];
    let max = Number.NEGATIVE_INFINITY;
    for (let i = start; i < end; i++) {
      const pull = magnet * (logPolicy[i] - magnetLogPolicy[i]) + entropy * logPolicy[i];
      target[i] = logPolicy[i] + stepSize * (values[i] - means[r] - pull);
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
