/** The overview: what was trained, its evaluations and the curves of the training; of several runs, their tables and curves. */
import type { PageContents, PageMetrics, PageRun } from "../src/page/contents.ts";
import { type Chart, chart } from "./chart.ts";
import { chartsOf } from "./curves.ts";
import { el, keepingFocus, keepingScroll, table } from "./dom.ts";
import type { Model } from "./model.ts";
import { figure } from "./text.ts";
import type { View } from "./view.ts";

export function overview(model: Model): View {
  const about = el("section");
  const results = el("section");
  const charts = el("section", { class: "charts" });
  const runs = el("section");
  const list = el("details", {}, el("summary", {}, "All evaluations as a table"));
  const drawn = new Map<string, Chart>();

  const refresh = (): void => {
    const { contents } = model;
    about.replaceChildren(...aboutOf(contents));
    keepingFocus(results, () => keepingScroll(results, () => results.replaceChildren(...resultsOf(contents))));
    runs.replaceChildren(...(contents.runs ? [el("h2", {}, "Runs"), runList(contents.runs)] : []));
    const wanted = contents.charts ?? chartsOf(contents.metrics);
    for (const one of wanted) {
      const known = drawn.get(one.title);
      if (known) known.update(one.curves);
      else drawn.set(one.title, chart(one));
    }
    const elements = wanted.map(({ title }) => drawn.get(title)?.element as HTMLElement);
    const missing = el("p", {}, "There are no metrics yet.");
    // A chart that is put in anew would lose the focus.
    charts.hidden = contents.tables !== undefined && contents.charts === undefined;
    if (charts.childElementCount !== elements.length + 1 || elements.length === 0) {
      charts.replaceChildren(el("h2", {}, "Curves"), ...(elements.length > 0 ? elements : [missing]));
    }
    list.replaceChildren(list.firstChild as Node, allEvaluations(contents.metrics, contents.games));
    list.hidden = contents.metrics.length === 0;
  };
  refresh();
  return { element: el("div", { class: "overview" }, about, results, charts, runs, list), refresh };
}

function aboutOf({ facts, notes, tables, charts }: PageContents): Node[] {
  const wasTrained = charts !== undefined || tables === undefined;
  return [
    el("h2", {}, wasTrained ? "What was trained" : "What was played"),
    el("dl", { class: "facts" }, ...facts.flatMap(([name, text]) => [el("dt", {}, name), el("dd", {}, text)])),
    ...notes.map((text) => el("p", { class: "note" }, text)),
  ];
}

/** Links to the runs, each of which has a page of its own. */
const runList = (runs: readonly PageRun[]): HTMLElement =>
  el(
    "ul",
    { class: "runs" },
    ...runs.map(({ key, title }) => el("li", {}, el("a", { href: `?${new URLSearchParams({ run: key })}` }, title))),
  );

function resultsOf({ tables, metrics, games }: PageContents): Node[] {
  if (!tables) return [el("h2", {}, "Evaluation"), evaluationTable(metrics, games)];
  return [
    el("h2", {}, "Results"),
    ...tables.flatMap(({ about, caption, header, rows, notes }) => [
      ...(about === undefined ? [] : [el("p", {}, about)]),
      table(caption, header, rows),
      ...notes.map((text) => el("p", { class: "small" }, text)),
    ]),
  ];
}

/** By game: the first and the last evaluation, and the best; without the columns that no game has. */
function evaluationTable(metrics: readonly PageMetrics[], games: readonly string[]): HTMLElement {
  const header = ["game", "untrained", "NashConv", "greedy", "lowest", "lowest at update", "return vs random"];
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
  const known = header.map((_, column) => rows.some((row) => row[column] !== "–"));
  const filled = (row: readonly string[]): string[] => row.filter((_, column) => known[column]);
  const isExact = known[header.indexOf("NashConv")];
  return el(
    "div",
    {},
    table("Evaluation of the averaged policy", filled(header), rows.map(filled)),
    isExact &&
      el(
        "p",
        { class: "small" },
        "NashConv is exact: what perfect opponents in both seats would win from the policy; 0 is an equilibrium. " +
          "“greedy” is the NashConv of its most likely actions.",
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
