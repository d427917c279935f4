/**
 * Runs side by side. Runs that differ only in their seeds are one group, whose results are given as means over seeds with 95 %
 * intervals. Every other group is also compared with the first over the seeds that both have: the mean of the differences
 * seed by seed, whose interval is narrower where a seed has the same luck in both.
 */
import { type MeanInterval, meanInterval } from "../../util/mean-interval.ts";
import type { Metric } from "./metrics-csv.ts";
import type { CurveRun } from "./runs.ts";

/** What is compared, of one game: values of the last evaluation, and the lowest NashConv of all. */
const MEASURES = ["nashConv", "bestNashConv", "greedyNashConv", "meanReturnVsRandom"] as const;
export type Measure = (typeof MEASURES)[number];
type Measured = { readonly [M in Measure]?: number };
export type Estimates = { readonly [M in Measure]?: MeanInterval };

interface ComparedRun {
  readonly run: string;
  readonly seed: number;
  /** Of its last evaluation; null if it has none. */
  readonly update: number | null;
}

interface Group {
  /** `rl.advantage=rae`; several settings are joined by spaces. The name of the run or `all` if nothing differs. */
  readonly label: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly runs: readonly ComparedRun[];
  /** By game id. */
  readonly games: Readonly<Record<string, Estimates>>;
}

/** A group less the first one. */
interface Difference {
  readonly label: string;
  readonly minus: string;
  /** The seeds that both have. */
  readonly seeds: readonly number[];
  readonly games: Readonly<Record<string, Estimates>>;
}

export interface Comparison {
  readonly groups: readonly Group[];
  readonly differences: readonly Difference[];
}

/** `warn` is called for each run that is left out because another one has its settings and its seed. */
export function compareRuns(runs: readonly CurveRun[], warn: (problem: string) => void): Comparison {
  const members = [...grouped(runs).values()].map((group) => withoutCopies(group, warn));
  const groups = members.map((group): Group => {
    const { name, settings } = group[0] as CurveRun;
    const parts = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
    return {
      label: parts.join(" ") || (group.length === 1 ? name : "all"),
      settings,
      runs: group.map(({ name, seed, metrics }) => ({ run: name, seed, update: lastEvaluated(metrics) })),
      games: byGame(group, (game) => estimates(group.map((run) => measured(run, game)))),
    };
  });
  const [first = []] = members;
  const differences = members.slice(1).flatMap((group, i): Difference[] => {
    const pairs = group.flatMap((run) => {
      const other = first.find(({ seed }) => seed === run.seed);
      return other ? [{ run, other }] : [];
    });
    if (pairs.length === 0) return [];
    const [label, minus] = [(groups[i + 1] as Group).label, (groups[0] as Group).label];
    const both = pairs.map(({ run }) => run);
    const games = byGame(both, (game) =>
      estimates(
        pairs.map(({ run, other }) => less(measured(run, game), measured(other, game))),
        Number.NEGATIVE_INFINITY,
      ),
    );
    return [{ label, minus, seeds: both.map(({ seed }) => seed), games }];
  });
  return { groups, differences };
}

/** By settings, in the order of the runs. */
function grouped(runs: readonly CurveRun[]): Map<string, CurveRun[]> {
  const groups = new Map<string, CurveRun[]>();
  for (const run of runs) {
    const key = JSON.stringify(run.settings);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return groups;
}

/** Two runs with the same settings and seed play the same games, so that the second is no evidence. */
function withoutCopies(group: readonly CurveRun[], warn: (problem: string) => void): CurveRun[] {
  return group.filter((run, i) => {
    const earlier = group.slice(0, i).find(({ seed }) => seed === run.seed);
    if (earlier) warn(`${run.name} has the settings and the seed of ${earlier.name}; left out.`);
    return earlier === undefined;
  });
}

const lastEvaluated = (metrics: readonly Metric[]): number | null =>
  metrics.findLast(({ name }) => name.startsWith("evaluation."))?.update ?? null;

/** The games of these runs that have estimates. */
function byGame(runs: readonly CurveRun[], of: (game: string) => Estimates): Record<string, Estimates> {
  const games = [...new Set(runs.flatMap((run) => run.games))];
  return Object.fromEntries(
    games.map((game) => [game, of(game)] as const).filter(([, found]) => Object.keys(found).length > 0),
  );
}

function measured({ metrics }: CurveRun, game: string): Measured {
  const values = (name: string) =>
    metrics.filter((metric) => metric.game === game && metric.name === `evaluation.${name}`).map(({ value }) => value);
  const exact = values("nashConv");
  const found: { [M in Measure]: number | undefined } = {
    nashConv: exact.at(-1),
    bestNashConv: exact.length > 0 ? Math.min(...exact) : undefined,
    greedyNashConv: values("greedyNashConv").at(-1),
    meanReturnVsRandom: values("meanReturnVsRandom").at(-1),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** The measures that both have. */
const less = (a: Measured, b: Measured): Measured =>
  Object.fromEntries(
    MEASURES.flatMap((measure) => {
      const [x, y] = [a[measure], b[measure]];
      return x === undefined || y === undefined ? [] : [[measure, x - y]];
    }),
  );

/** A NashConv is at least `min`. */
const estimates = (runs: readonly Measured[], min = 0): Estimates =>
  Object.fromEntries(
    MEASURES.flatMap((measure) => {
      const values = runs.flatMap((run) => run[measure] ?? []);
      const least = measure === "meanReturnVsRandom" ? Number.NEGATIVE_INFINITY : min;
      return values.length === 0 ? [] : [[measure, meanInterval(values, least)]];
    }),
  );
