/** The curves of a run, from its metrics. */
import type { PageChart, PageCurve, PageMetrics } from "../src/page/contents.ts";

type ByName = Readonly<Record<string, number | undefined>> | undefined;

interface Kind {
  readonly title: string;
  readonly canBeLog: boolean;
  /** What a line has, by the name of the curve. */
  readonly values: (line: PageMetrics, before: PageMetrics | undefined) => ByName;
}

const KINDS: readonly Kind[] = [
  { title: "NashConv, exact", canBeLog: true, values: ({ evaluation }) => measure(evaluation, "nashConv") },
  {
    title: "Mean return against random play",
    canBeLog: false,
    values: ({ evaluation }) => measure(evaluation, "meanReturnVsRandom"),
  },
  { title: "Returns, by game and role", canBeLog: false, values: ({ returns }) => returns },
  { title: "Baselines, by game and role", canBeLog: false, values: ({ baselines }) => baselines },
  { title: "Entropy of play, in nats", canBeLog: true, values: ({ entropy }) => entropy },
  { title: "KL divergence to the magnet, in nats", canBeLog: true, values: ({ magnetKl }) => magnetKl },
  { title: "Decisions per second", canBeLog: true, values: speed },
];

/** Of the kinds that the metrics have. */
export const chartsOf = (metrics: readonly PageMetrics[]): PageChart[] =>
  KINDS.map(({ title, canBeLog, values }) => ({ title, canBeLog, curves: curvesOf(metrics, values) })).filter(
    ({ curves }) => curves.length > 0,
  );

/** A curve for each name, of the lines that have a value for it. */
function curvesOf(metrics: readonly PageMetrics[], values: Kind["values"]): PageCurve[] {
  const curves = new Map<string, [number, number][]>();
  metrics.forEach((line, i) => {
    for (const [name, y] of Object.entries(values(line, metrics[i - 1]) ?? {})) {
      if (y === undefined) continue;
      const points = curves.get(name) ?? [];
      curves.set(name, points);
      points.push([line.update, y]);
    }
  });
  return [...curves].map(([name, points]) => ({ name, points }));
}

const measure = (evaluation: PageMetrics["evaluation"], name: "nashConv" | "meanReturnVsRandom"): ByName =>
  evaluation && Object.fromEntries(Object.entries(evaluation).map(([game, of]) => [game, of[name]]));

/** Since the line before. The seconds of a resumed run begin again at 0, where there is none. */
function speed({ decisions, seconds }: PageMetrics, before: PageMetrics | undefined): ByName {
  if (decisions === undefined || seconds === undefined || !before) return undefined;
  const [count, time] = [decisions - (before.decisions ?? 0), seconds - (before.seconds ?? 0)];
  return time > 0 && count > 0 ? { decisions: count / time } : undefined;
}
