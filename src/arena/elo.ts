/** The Elo scale: an expected score s between 0 and 1 is a difference of 400 log₁₀(s / (1 − s)). */

/** Elo per unit of a natural logarithm of odds. */
export const ELO_PER_LOGIT = 400 / Math.LN10;

/** ±Infinity at the ends, where no difference is large enough. */
export function eloOfScore(score: number): number {
  return ELO_PER_LOGIT * Math.log(score / (1 - score));
}

export function scoreOfElo(elo: number): number {
  return 1 / (1 + Math.exp(-elo / ELO_PER_LOGIT));
}
