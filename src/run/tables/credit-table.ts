/** The tables of an ablation about credit: a measure each, with the estimators side by side. */
import type { CreditFigures, CreditResult, GradientFigures } from "../credit.ts";
import { NOTHING, spread } from "./spread.ts";
import type { AblationTable } from "./table.ts";

/** Below this, A is 0 but for rounding, and nothing can be relative to it. */
const ROUNDING = 1e-18;

/**
 * How many standard errors a squared bias must have to be shown. Where noise has one direction, it is distributed as χ² of one
 * degree, which is 5 standard errors above its mean in 1 of 200 cases.
 */
const SURE = 5;

/** A squared bias, and its standard error if there is none; both relative. */
type Bias = readonly [square: number, error: number];

/** Relative to the mean square of A; nothing if that is 0. */
const relative = ({ signal }: CreditFigures, value: number): number[] => (signal > ROUNDING ? [value / signal] : []);

const rankOf = ({ signal, rankCorrelation }: CreditFigures): number[] =>
  signal > ROUNDING && rankCorrelation !== null ? [rankCorrelation] : [];

/** A table for each measure; none if credit was not measured. */
export function creditTables(credit: readonly CreditResult[]): AblationTable[] {
  if (credit.length === 0) return [];
  const names = Object.keys(credit[0].estimators);
  const places = placesOf(credit);
  const advantages = (title: string, cell: (figures: readonly CreditFigures[]) => string): AblationTable => ({
    title,
    header: ["game", "update", "role", "ply", ...names],
    rows: places.map(({ game, update, role, ply, of }) => [
      ...[game, String(update), role, ply],
      ...names.map((name) => cell(of(name))),
    ]),
  });
  const gradients = (title: string, cell: (found: readonly GradientFigures[]) => string): AblationTable => ({
    title,
    header: ["game", "update", ...names],
    rows: places.flatMap(({ game, update, results, isWhole }) => {
      const figuresOf = (name: string) => results.flatMap(({ estimators }) => estimators[name]?.gradient ?? []);
      return isWhole ? [[game, String(update), ...names.map((name) => cell(figuresOf(name)))]] : [];
    }),
  });
  const spreads = (measure: string, values: (figures: CreditFigures) => readonly number[]): AblationTable =>
    advantages(`${measure} Median (range) over seeds.`, (all) => spread(all.flatMap(values), 2));
  return [
    {
      about: ABOUT,
      ...spreads("Root mean squared error; 1 is that of an estimator that says 0.", (figures) =>
        relative(figures, figures.meanSquaredError).map(root),
      ),
    },
    advantages("Bias, over all seeds; `<` where it is less than 5 standard errors.", (all) =>
      biasText(all.flatMap(relativeBias)),
    ),
    spreads("Standard deviation between batches.", (figures) => relative(figures, figures.variance).map(root)),
    spreads("Spearman's rank correlation with the exact advantages.", rankOf),
    gradients(
      "Cosine of the gradient of one batch with the exact gradient of the loss. Median (range) over seeds.",
      (found) => {
        const cosines = found.map(({ cosine }) => cosine);
        return spread(cosines, 3);
      },
    ),
    gradients(
      "Bias of the gradient, relative to its length, over all seeds; `<` where it is less than 5 standard errors.",
      (found) => biasText(found.map((g): Bias => [g.squaredBias, g.squaredBiasError])),
    ),
  ];
}

const ABOUT = [
  "Credit at frozen checkpoints: the advantages that one batch gives, against the exact ones, both centred at each",
  "information set. Errors are relative to the root mean square of the exact advantages. Rows without a role: all decisions.",
].join("\n");

const root = (square: number): number => Math.sqrt(Math.max(0, square));

function relativeBias({ signal, squaredBias, squaredBiasError }: CreditFigures): Bias[] {
  return signal > ROUNDING ? [[squaredBias / signal, squaredBiasError / signal]] : [];
}

/** The root of the mean of squared biases; or, if that may be 0, what it is less than. */
export function biasText(biases: readonly Bias[]): string {
  if (biases.length === 0) return NOTHING;
  const mean = biases.reduce((sum, [square]) => sum + square, 0) / biases.length;
  const error = Math.hypot(...biases.map(([, one]) => one)) / biases.length;
  return mean > SURE * error ? root(mean).toFixed(2) : `< ${root(Math.max(0, mean) + SURE * error).toFixed(2)}`;
}

/** A row of the tables. */
interface Place {
  readonly game: string;
  readonly update: number;
  readonly role: string;
  readonly ply: string;
  readonly isWhole: boolean;
  /** Of all seeds. */
  readonly results: readonly CreditResult[];
  /** The figures of an estimator, of every seed. */
  readonly of: (name: string) => readonly CreditFigures[];
}

/** Each game at each checkpoint; at its last checkpoint also by role and ply. */
function placesOf(credit: readonly CreditResult[]): Place[] {
  const games = [...new Set(credit.map(({ game }) => game))];
  return games.flatMap((game) => {
    const own = credit.filter((result) => result.game === game);
    const updates = [...new Set(own.map(({ update }) => update))];
    const last = Math.max(...updates);
    return updates.flatMap((update): Place[] => {
      const results = own.filter((result) => result.update === update);
      const at = { game, update, results };
      const whole = (name: string) => results.flatMap(({ estimators }) => estimators[name]?.all ?? []);
      const first = { ...at, role: "", ply: "", isWhole: true, of: whole };
      if (update !== last) return [first];
      const [figures] = Object.values(results[0]?.estimators ?? {});
      return [
        first,
        ...(figures?.byPly ?? []).map(({ role, ply }) => ({
          ...at,
          role,
          ply: String(ply),
          isWhole: false,
          of: (name: string) =>
            results.flatMap(({ estimators }) =>
              (estimators[name]?.byPly ?? []).filter((place) => place.role === role && place.ply === ply),
            ),
        })),
      ];
    });
  });
}
