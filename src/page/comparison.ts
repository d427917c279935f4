/** Several runs in one page: their curves together, and the tables of `spiral compare`. */
import { compareRuns } from "../run/curves/compare.ts";
import { COMPARISON_NOTE, comparisonTables } from "../run/curves/compare-table.ts";
import type { CurveRun } from "../run/curves/runs.ts";
import { plural } from "../util/figures.ts";
import { meanInterval } from "../util/mean-interval.ts";
import type { PageChart, PageContents, PageCurve } from "./contents.ts";
import { spreadOver } from "./sample.ts";

/** Points of a curve. */
const POINTS = 300;

interface Kind {
  readonly name: string;
  readonly title: (game: string) => string;
  readonly canBeLog: boolean;
  /** No value can be lower. */
  readonly min: number;
}

const KINDS: readonly Kind[] = [
  { name: "evaluation.nashConv", title: (game) => `NashConv of ${game}, exact`, canBeLog: true, min: 0 },
  {
    ...{ name: "evaluation.meanReturnVsRandom", title: (game) => `Mean return of ${game} against random play` },
    ...{ canBeLog: false, min: Number.NEGATIVE_INFINITY },
  },
  { name: "entropy", title: (game) => `Entropy of play of ${game}, in nats`, canBeLog: true, min: 0 },
  { name: "magnetKl", title: (game) => `KL divergence to the magnet of ${game}, in nats`, canBeLog: true, min: 0 },
];

/**
 * The contents without the runs themselves. `byCell`: a curve for each group of runs that differ in their seeds alone, instead of one
 * for each run.
 */
export function comparisonContents(title: string, runs: readonly CurveRun[], byCell: boolean): PageContents {
  const notes: string[] = [];
  const comparison = compareRuns(runs, (problem) => notes.push(problem));
  const members = byCell
    ? comparison.groups.map(({ label, runs: group }) => ({ label, runs: group.map(({ run }) => run) }))
    : runs.map(({ name }) => ({ label: name, runs: [name] }));
  const byName = new Map(runs.map((run) => [run.name, run]));
  const games = [...new Set(runs.flatMap((run) => run.games))];
  const tables = comparisonTables(comparison);
  const cells = byCell ? [["cells", String(members.length)] as const] : [];
  return {
    title,
    facts: [
      ["games", games.join(", ")],
      ["runs", String(runs.length)],
      ...cells,
      ["seeds", [...new Set(runs.map(({ seed }) => seed))].sort((a, b) => a - b).join(", ")],
      ["trained so far", plural(Math.max(0, ...runs.map(({ metrics }) => metrics.at(-1)?.update ?? 0)), "update")],
    ],
    games: [],
    metrics: [],
    checkpoints: [],
    episodes: [],
    notes,
    tables: tables.map(({ game, header, rows }, i) => ({
      ...{ caption: game, header, rows },
      notes: i === tables.length - 1 ? [COMPARISON_NOTE] : [],
    })),
    charts: games.flatMap((game) =>
      KINDS.map((kind): PageChart => {
        const curves = members.map(({ label, runs: group }) =>
          curveOf(
            label,
            group.flatMap((name) => byName.get(name) ?? []),
            game,
            kind,
          ),
        );
        const { title: titleOf, canBeLog } = kind;
        return { title: titleOf(game), canBeLog, curves: curves.filter(({ points }) => points.length > 0) };
      }).filter(({ curves }) => curves.length > 0),
    ),
  };
}

/** The mean of runs that differ in their seeds, at the updates that all of them have. */
function curveOf(name: string, runs: readonly CurveRun[], game: string, { name: metric, min }: Kind): PageCurve {
  const values = runs.map(
    ({ metrics }) =>
      new Map(metrics.filter((m) => m.game === game && m.name === metric).map((m) => [m.update, m.value])),
  );
  const [first = new Map<number, number>()] = values;
  const points = [...first.keys()].flatMap((update): PageCurve["points"][number][] => {
    const there = values.flatMap((one) => one.get(update) ?? []);
    if (there.length < values.length) return [];
    const { mean, ci95 } = meanInterval(there, min);
    return [ci95 ? [update, short(mean), short(ci95[0]), short(ci95[1])] : [update, short(mean)]];
  });
  return { name, points: spreadOver(points, POINTS) };
}

const short = (x: number): number => Number(x.toPrecision(6));

/** The value of a setting as it may be in a page. */
export type ShownSetting = (key: string, value: string) => string;

/** Values that may name a file or a run become numbers, the same value the same one. */
export function withoutPaths(): ShownSetting {
  const numbers = new Map<string, number>();
  return (key, value) => {
    if (key !== "init" && !/[/\\]/.test(value)) return value;
    numbers.set(value, numbers.get(value) ?? numbers.size + 1);
    return `(${numbers.get(value)})`;
  };
}

/** The runs under names that say no more than their settings and seeds: `rl.advantage=rae · seed 1`. */
export function titled(runs: readonly CurveRun[], shown: ShownSetting): CurveRun[] {
  const taken = new Map<string, number>();
  return runs.map((run) => {
    const settings = Object.fromEntries(Object.entries(run.settings).map(([key, value]) => [key, shown(key, value)]));
    const parts = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
    const title = [...(parts.length > 0 ? parts : [run.games.join(", ")]), `seed ${run.seed}`].join(" · ");
    const copy = (taken.get(title) ?? 0) + 1;
    taken.set(title, copy);
    return { ...run, settings, name: copy === 1 ? title : `${title} (${copy})` };
  });
}
