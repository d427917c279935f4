/**
 * Sequential test of H0: the Elo difference is elo0, against H1: it is elo1. After every pair of games the log-likelihood ratio
 *
 *   LLR = n Σ p̂ₖ ln(p¹ₖ / p⁰ₖ)
 *
 * is compared with Wald's bounds ln(β / (1 − α)) and ln((1 − β) / α). p̂ₖ is the share of pairs with score aₖ, and pⁱ is the
 * distribution with the largest likelihood among those whose mean s is the expected score at eloᵢ:
 *
 *   pₖ = p̂ₖ / (1 + μ (aₖ − s)),  μ such that Σ pₖ (aₖ − s) = 0
 *
 * (the generalised SPRT of M. Van den Bergh, "Comments on normalized Elo" and "A practical introduction to the GSPRT"; the
 * likelihood under a constraint on the mean is Owen's, 1988). The test counts pairs, because the two games of a pair share a
 * deal.
 */
import type { Counts } from "../util/bootstrap-interval.ts";
import { didYouMean, UserError } from "../util/errors.ts";
import { scoreOfElo } from "./elo.ts";

export interface Sprt {
  readonly elo0: number;
  readonly elo1: number;
  /** The probability of accepting H1 if H0 holds. */
  readonly alpha: number;
  /** The probability of accepting H0 if H1 holds. */
  readonly beta: number;
}

type SprtVerdict = "H0" | "H1" | "undecided";

export interface SprtState {
  readonly llr: number;
  readonly bounds: readonly [number, number];
  readonly verdict: SprtVerdict;
}

/** A thousandth of a pair is added at scores 0 and 1, so that the likelihoods are above 0 before such pairs were seen. */
const UNSEEN = 1e-3;

const SPRT_DEFAULTS = { elo0: Number.NaN, elo1: Number.NaN, alpha: 0.05, beta: 0.05 };

/** Reads `elo0=0,elo1=20,alpha=0.05,beta=0.05`; the last two are optional. Throws a UserError (exit 2) with every problem. */
export function parseSprt(text: string): Sprt {
  const test = { ...SPRT_DEFAULTS };
  const names = Object.keys(test) as (keyof Sprt)[];
  const problems: string[] = [];
  for (const part of text.split(",")) {
    const [, key = "", value = ""] = /^\s*([^=]*?)\s*=?\s*([^=]*?)\s*$/.exec(part) ?? [];
    const name = names.find((known) => known === key);
    if (!name) {
      problems.push(`--sprt has no "${key}".${didYouMean(key, names)} It takes elo0=0,elo1=20,alpha=0.05,beta=0.05.`);
    } else if (value === "" || !Number.isFinite(Number(value))) {
      problems.push(`--sprt: ${name} is "${value}"; it takes a number.`);
    } else {
      test[name] = Number(value);
    }
  }
  if (problems.length > 0) throw new UserError(2, problems);
  if (Number.isNaN(test.elo0) || Number.isNaN(test.elo1)) {
    throw new UserError(2, `--sprt is "${text}"; it needs both differences to tell apart, as in elo0=0,elo1=20.`);
  }
  if (!(test.elo0 < test.elo1)) problems.push(`--sprt: elo1 must be above elo0, and is ${test.elo1}.`);
  for (const name of ["alpha", "beta"] as const) {
    if (!(test[name] > 0 && test[name] < 0.5)) problems.push(`--sprt: ${name} must be above 0 and below 0.5.`);
  }
  // Beyond 3000, expected scores are 0 and 1 within rounding.
  for (const name of ["elo0", "elo1"] as const) {
    if (Math.abs(test[name]) > 3000) problems.push(`--sprt: ${name} must be from -3000 to 3000.`);
  }
  if (problems.length > 0) throw new UserError(2, problems);
  return test;
}

export function sprtBounds({ alpha, beta }: Sprt): [number, number] {
  return [Math.log(beta / (1 - alpha)), Math.log((1 - beta) / alpha)];
}

/** The state of the test after pairs with these mean scores in [0, 1]. */
export function sprtState(scores: Counts, test: Sprt): SprtState {
  const llr = logLikelihoodRatio(scores, scoreOfElo(test.elo0), scoreOfElo(test.elo1));
  const bounds = sprtBounds(test);
  return { llr, bounds, verdict: llr >= bounds[1] ? "H1" : llr <= bounds[0] ? "H0" : "undecided" };
}

function logLikelihoodRatio(scores: Counts, s0: number, s1: number): number {
  const counts = new Map(scores);
  for (const end of [0, 1]) counts.set(end, (counts.get(end) ?? 0) + UNSEEN);
  const [values, weights] = [[...counts.keys()], [...counts.values()]];
  const [mu0, mu1] = [tilt(values, weights, s0), tilt(values, weights, s1)];
  let llr = 0;
  for (let k = 0; k < values.length; k++) {
    const a = values[k];
    llr += weights[k] * Math.log((1 + mu0 * (a - s0)) / (1 + mu1 * (a - s1)));
  }
  return llr;
}

/** The root μ of Σ wₖ (aₖ − s) / (1 + μ (aₖ − s)). The sum falls from +∞ to −∞ while all denominators are positive. */
function tilt(values: readonly number[], weights: readonly number[], s: number): number {
  let [low, high] = [-1 / (1 - s), 1 / s];
  let mu = 0;
  for (let step = 0; step < 100; step++) {
    let [f, slope] = [0, 0];
    for (let k = 0; k < values.length; k++) {
      const x = values[k] - s;
      const t = x / (1 + mu * x);
      f += weights[k] * t;
      slope += weights[k] * t * t;
    }
    if (f > 0) low = mu;
    else high = mu;
    // Newton's step if it stays inside the bracket, else bisection.
    const next = mu + f / slope;
    const kept = next > low && next < high ? next : (low + high) / 2;
    if (Math.abs(kept - mu) <= 1e-12) return kept;
    mu = kept;
  }
  return mu;
}
