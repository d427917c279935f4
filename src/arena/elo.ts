/** The Elo scale: an expected score s between 0 and 1 is a rating difference of 400 log₁₀(s / (1 − s)). */

/** Elo per unit of natural log-odds. */
export const ELO_PER_LOGIT = 400 / Math.LN10;

/** The rating difference that gives this expected score; ±Infinity for 0 and 1. */
export function eloOfScore(score: number): number {
  return ELO_PER_LOGIT * Math.log(score / (1 - score));
}

/** The expected score at this rating difference. */
export function scoreOfElo(elo: number): number {
  return 1 / (1 + Math.exp(-elo / ELO_PER_LOGIT));
}
