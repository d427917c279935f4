/** The overview: what was trained, the curves of the training, and its evaluations. */
import type { PageMetrics } from "../src/page/contents.ts";
import { type Curve, chart } from "./chart.ts";
import { el, table } from "./dom.ts";
import type { Model } from "./model.ts";
import { figure } from "./text.ts";

export function overview({ contents }: Model): HTMLElement {
  const { facts, metrics, notes, games } = contents;
  const exact = curvesOf(metrics, ({ evaluation }) => valuesOf(evaluation, "nashConv"));
  const sampled = curvesOf(metrics, ({ evaluation }) => valuesOf(evaluation, "meanReturnVsRandom"));
  const entropy = curvesOf(metrics, (line) => line.entropy);
  const baselines = curvesOf(metrics, (line) => line.baselines);
  return el(
    "div",
    { class: "overview" },
    el(
      "section",
      {},
      el("h2", {}, "What was trained"),
      el("dl", { class: "facts" }, ...facts.flatMap(([name, text]) => [el("dt", {}, name), el("dd", {}, text)])),
      ...notes.map((text) => el("p", { class: "note" }, text)),
    ),
    el("section", {}, el("h2", {}, "Evaluation"), evaluationTable(metrics, games)),
    el(
      "section",
      { class: "charts" },
      el("h2", {}, "Curves"),
      exact.length > 0 && chart("NashConv, exact", exact, true),
      sampled.length > 0 && chart("Mean return against random play", sampled, false),
      entropy.length > 0 && chart("Entropy of play, in nats", entropy, true),
      baselines.length > 0 && chart("Baselines, by game and role", baselines, false),
      exact.length + sampled.length + entropy.length === 0 && el("p", {}, "This run has no metrics yet."),
    ),
    el("details", {}, el("summary", {}, "All evaluations as a table"), allEvaluations(metrics, games)),
  );
}

type ByName = Readonly<Record<string, number | undefined>> | undefined;

/** A curve for each name, of the lines that have a value for it. */
function curvesOf(metrics: readonly PageMetrics[], values: (line: PageMetrics) => ByName): Curve[] {
  const curves = new Map<string, [number, number][]>();
  for (const line of metrics) {
    for (const [name, y] of Object.entries(values(line) ?? {})) {
      if (y === undefined) continue;
      const points = curves.get(name) ?? [];
      curves.set(name, points);
      points.push([line.update, y]);
    }
  }
  return [...curves].map(([name, points]) => ({ name, points }));
}

const valuesOf = (
  evaluation: PageMetrics["evaluation"],
  measure: "nashConv" | "greedyNashConv" | "meanReturnVsRandom",
): ByName => evaluation && Object.fromEntries(Object.entries(evaluation).map(([game, of]) => [game, of[measure]]));

/** By game: the first and the last evaluation, and the best. */
function evaluationTable(metrics: readonly PageMetrics[], games: readonly string[]): HTMLElement {
  const header = ["game", "untrained", "NashConv", "greedy", "lowest", "at update", "return vs random"];
  const rows = games.map((game) => {
    const evaluated = metrics.flatMap(({ update, evaluation }) =>
      evaluation?.[game] ? [{ update, ...evaluation[game] }] : [],
    );
    const [first, last] = [evaluated[0], evaluated.at(-1)];
    const exact = evaluated.flatMap(({ update, nashConv }) => (nashConv === undefined ? [] : [{ update, nashConv }]));
    const best = exact.reduce<(typeof exact)[number] | undefined>(
      (low, one) => (low && low.nashConv <= one.nashConv ? low : one),
      undefined,
    );
    return [
      game,
      shown(first?.nashConv),
      shown(last?.nashConv),
      shown(last?.greedyNashConv),
      shown(best?.nashConv),
      best ? String(best.update) : "–",
      shown(last?.meanReturnVsRandom),
    ];
  });
  return el(
    "div",
    {},
    table("Evaluation of the averaged policy", header, rows),
    el(
      "p",
      { class: "small" },
      "NashConv is exact: what perfect opponents in both seats would win from the policy; 0 is an equilibrium. " +
        "“greedy” is that of its most likely actions.",
    ),
  );
}

function allEvaluations(metrics: readonly PageMetrics[], games: readonly string[]): HTMLElement {
  const rows = metrics.flatMap(({ update, evaluation }) =>
    games.flatMap((game) => {
      const of = evaluation?.[game];
      if (!of) return [];
      return [[String(update), game, shown(of.nashConv), shown(of.greedyNashConv), shown(of.meanReturnVsRandom)]];
    }),
  );
  return table("Every evaluation", ["update", "game", "NashConv", "greedy", "return vs random"], rows);
}

const shown = (x: number | undefined): string => (x === undefined ? "–" : figure(x));
