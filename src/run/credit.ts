/** How good estimated advantages are, as ablation.json holds it. rl/credit has the formulas. */

/** Means over some decisions of the policy. Squares of units of the game's returns, but for the last two. */
export interface CreditFigures {
  /** Mean of A². */
  readonly signal: number;
  readonly squaredBias: number;
  readonly squaredBiasError: number;
  readonly variance: number;
  readonly meanSquaredError: number;
  readonly rankCorrelation: number | null;
  readonly covered: number;
}

/** All but the cosine relative to the squared length of the exact gradient. */
export interface GradientFigures {
  readonly cosine: number;
  readonly squaredBias: number;
  readonly squaredBiasError: number;
  readonly variance: number;
}

interface EstimatorFigures {
  /** null if play is a single line, so that there is no gradient. */
  readonly gradient: GradientFigures | null;
  /** Over all decisions. */
  readonly all: CreditFigures;
  readonly byPly: readonly (CreditFigures & { readonly role: string; readonly ply: number })[];
}

/** At one frozen checkpoint. */
export interface CreditResult {
  readonly game: string;
  readonly seed: number;
  readonly update: number;
  readonly estimators: Readonly<Record<string, EstimatorFigures>>;
}
