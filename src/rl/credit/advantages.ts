/**
 * How far estimates of advantages are from the true ones, over independent batches. With m(I, a) the mean over all decisions of
 * all batches, both are centred at each information set,
 *
 *   Â_b(I, a) − o(I)      o(I) = Σ_a π(a | I) m(I, a)            as A − Σ_a π A (= 0 if all actions are known)
 *
 * so that a baseline, which is the same for all actions at I, is no error. Then, as means over I and a under π,
 *
 *   bias² = (m − o − A)² − Var (m − o)        variance = Var Â_b        mean squared error = bias² + variance
 *
 * Var (m − o) is what noise adds to the square of m − o − A. It is estimated by Σ_b u_b², with the part u_b that batch b has in the
 * noise of m − o. So bias² is 0 on average for an unbiased estimator. Its standard error is then √(2 Σ_{b ≠ c} (u_b u_c)²). Actions
 * that fewer than two batches tell of are left out, and π is renormalised to the others.
 */
import { weightedSpearman } from "../../util/weighted-spearman.ts";
import { dot, productsOf } from "./products.ts";
import type { Sample, Truth } from "./truth.ts";

/** Means over the decisions of some information sets. Squares of units of the game's returns, but for shares and correlations. */
export interface AdvantageCredit {
  /** Mean A²: the mean squared error of an estimator that always says 0. */
  readonly signal: number;
  /** Mean squared bias. Below 0 by chance where it is smaller than its error. */
  readonly squaredBias: number;
  /** The standard error of `squaredBias` if there is no bias. */
  readonly squaredBiasError: number;
  readonly variance: number;
  readonly meanSquaredError: number;
  /** Spearman's, of the centred estimates of one batch with A; the mean over batches. null if none has two different values. */
  readonly rankCorrelation: number | null;
  /** The share of decisions at actions that at least two batches tell of. */
  readonly covered: number;
}

/** Over all batches, by entry. [S] each */
interface Moments {
  /** B, the number of batches that tell of the action. */
  readonly batches: Float64Array;
  /** Σ_b n_b. */
  readonly decisions: Float64Array;
  /** m = Σ_b n_b Â_b / Σ_b n_b. */
  readonly mean: Float64Array;
  /** Var Â_b, over the decisions. */
  readonly variance: Float64Array;
}

/** `groups`: lists of rows that are judged together. */
export function judgeAdvantages<Group>(
  samples: readonly Sample[],
  truth: Truth,
  groups: ReadonlyMap<Group, readonly number[]>,
): Map<Group, AdvantageCredit> {
  const moments = momentsOf(samples, truth.starts[truth.rows.length]);
  const centred = centre(moments, truth);
  const noise = samples.map((sample) => noiseOf(sample, truth, moments, centred));
  return new Map([...groups].map(([group, rows]) => [group, judge(rows, samples, truth, moments, centred, noise)]));
}

function momentsOf(samples: readonly Sample[], S: number): Moments {
  const [batches, decisions] = [new Float64Array(S), new Float64Array(S)];
  const [mean, variance] = [new Float64Array(S), new Float64Array(S)];
  const each = (add: (e: number, n: number, estimate: number) => void): void => {
    for (const sample of samples) {
      sample.entries.forEach((e, k) => {
        add(e, sample.decisions[k], sample.advantage[k]);
      });
    }
  };
  each((e, n, estimate) => {
    batches[e]++;
    decisions[e] += n;
    mean[e] += n * estimate;
  });
  for (let e = 0; e < S; e++) mean[e] /= decisions[e] || 1;
  each((e, n, estimate) => {
    variance[e] += n * (estimate - mean[e]) ** 2;
  });
  for (let e = 0; e < S; e++) if (batches[e] > 1) variance[e] *= batches[e] / (batches[e] - 1) / decisions[e];
  return { batches, decisions, mean, variance };
}

/**
 * u_b of one batch, by entry, times √ of the entry's weight. With d_b = √(B / (B − 1)) n_b (Â_b − m) / Σ n, its part in the noise
 * of m, u_b = d_b − Σ_a π d_b. [S]
 */
function noiseOf(
  { entries, decisions, advantage }: Sample,
  { rows, starts }: Truth,
  moments: Moments,
  { policy, mass }: Centred,
): Float64Array {
  const u = new Float64Array(policy.length);
  entries.forEach((e, k) => {
    const B = moments.batches[e];
    if (B < 2) return;
    u[e] = (Math.sqrt(B / (B - 1)) * decisions[k] * (advantage[k] - moments.mean[e])) / moments.decisions[e];
  });
  for (let r = 0; r < rows.length; r++) {
    const weight = rows[r].reach * mass[r];
    let offset = 0;
    for (let e = starts[r]; e < starts[r + 1]; e++) offset += policy[e] * u[e];
    for (let e = starts[r]; e < starts[r + 1]; e++) u[e] = Math.sqrt(weight * policy[e]) * (u[e] - offset);
  }
  return u;
}

interface Centred {
  /** π over the known actions; 0 for others. [S] */
  readonly policy: Float64Array;
  /** π of the known actions together. [R] */
  readonly mass: Float64Array;
  /** A − Σ π A. [S] */
  readonly advantage: Float64Array;
  /** o(I). [R] */
  readonly offset: Float64Array;
}

function centre({ batches, mean }: Moments, { rows, starts }: Truth): Centred {
  const [R, S] = [rows.length, starts[rows.length]];
  const [mass, offset] = [new Float64Array(R), new Float64Array(R)];
  const [policy, advantage] = [new Float64Array(S), new Float64Array(S)];
  rows.forEach((row, r) => {
    for (let e = starts[r]; e < starts[r + 1]; e++) if (batches[e] > 1) mass[r] += row.policy[e - starts[r]];
    if (mass[r] === 0) return;
    let own = 0;
    for (let e = starts[r]; e < starts[r + 1]; e++) {
      if (batches[e] < 2) continue;
      policy[e] = row.policy[e - starts[r]] / mass[r];
      offset[r] += policy[e] * mean[e];
      own += policy[e] * row.advantage[e - starts[r]];
    }
    for (let e = starts[r]; e < starts[r + 1]; e++) advantage[e] = row.advantage[e - starts[r]] - own;
  });
  return { policy, mass, advantage, offset };
}

function judge(
  rows: readonly number[],
  samples: readonly Sample[],
  truth: Truth,
  { mean, variance }: Moments,
  { policy, mass, advantage, offset }: Centred,
  noise: readonly Float64Array[],
): AdvantageCredit {
  let [all, total, signal, square, spread] = [0, 0, 0, 0, 0];
  const weights = new Float64Array(policy.length);
  const offsets = new Float64Array(policy.length);
  const entries: number[] = [];
  for (const r of rows) {
    const weight = truth.rows[r].reach * mass[r];
    all += truth.rows[r].reach;
    total += weight;
    for (let e = truth.starts[r]; e < truth.starts[r + 1]; e++) {
      entries.push(e);
      weights[e] = weight * policy[e];
      offsets[e] = offset[r];
      signal += weights[e] * advantage[e] ** 2;
      square += weights[e] * (mean[e] - offset[r] - advantage[e]) ** 2;
      spread += weights[e] * variance[e];
    }
  }
  total ||= 1;
  const u = noise.map((one) => Float64Array.from(entries, (e) => one[e]));
  const { own, squaredPairs } = productsOf(u.length, (b, c) => dot(u[b], u[c]));
  return {
    signal: signal / total,
    squaredBias: (square - own) / total,
    squaredBiasError: Math.sqrt(2 * squaredPairs) / total,
    variance: spread / total,
    meanSquaredError: (square - own + spread) / total,
    rankCorrelation: meanRankCorrelation(samples, advantage, offsets, weights),
    covered: total / (all || 1),
  };
}

/** Over the entries with a weight. */
function meanRankCorrelation(
  samples: readonly Sample[],
  truth: Float64Array,
  offsets: Float64Array,
  weights: Float64Array,
): number | null {
  const found = samples.flatMap(({ entries, advantage }) => {
    const kept = [...entries.keys()].filter((k) => weights[entries[k]] > 0);
    const rho = weightedSpearman(
      kept.map((k) => advantage[k] - offsets[entries[k]]),
      kept.map((k) => truth[entries[k]]),
      kept.map((k) => weights[entries[k]]),
    );
    return rho === undefined ? [] : [rho];
  });
  return found.length === 0 ? null : found.reduce((a, b) => a + b, 0) / found.length;
}
