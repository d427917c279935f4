/** A policy's probabilities at a decision, as bars, with the action that was played marked, and values where they are known. */
import { el } from "./dom.ts";
import type { ActionProbability } from "./model.ts";
import { percent, valueText } from "./text.ts";

/** Actions that are shown; the one that was played always is. */
const MOST = 12;

export function probabilityBars(
  title: string,
  actions: readonly ActionProbability[],
  played: number | undefined,
  values?: ArrayLike<number>,
): HTMLElement {
  const ranked = actions.length <= MOST ? actions : actions.toSorted((a, b) => b.probability - a.probability);
  const shown = ranked.filter(({ action }, i) => i < MOST || action === played);
  const rows = shown.map((one) => {
    const { action, name, probability } = one;
    const bar = el("span", { class: "bar" });
    bar.style.width = percent(probability).replace(" ", "");
    const isPlayed = action === played;
    return el(
      "tr",
      isPlayed ? { class: "played" } : {},
      el("th", { scope: "row" }, isPlayed ? `${name} ◀ played` : name),
      el("td", { class: "track", "aria-hidden": "true" }, bar),
      el("td", {}, percent(probability)),
      values && el("td", {}, valueText(values[actions.indexOf(one)])),
    );
  });
  const titles = [
    el("th", { scope: "col" }, "move"),
    el("td"),
    el("th", { scope: "col" }, "probability"),
    el("th", { scope: "col" }, "value"),
  ];
  const head = el("thead", {}, el("tr", {}, ...titles));
  const rest = actions.length - shown.length;
  return el(
    "div",
    { class: "probabilities" },
    el("table", {}, el("caption", {}, title), values && head, el("tbody", {}, ...rows)),
    rest > 0 && el("p", { class: "small" }, `${rest} less likely actions are not shown.`),
  );
}
