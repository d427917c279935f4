/** The moves of a position as a table: their probabilities and exact values, by policy. */
import { button, el } from "../dom.ts";
import { percent, valueText } from "../text.ts";

/** Numbers by move. */
export type Column =
  | {
      readonly title: string;
      readonly probabilities: ArrayLike<number>;
      /** The number of its policy, which gives the colour of the bars. */
      readonly policy: number;
    }
  | {
      readonly title: string;
      /** In units of return; NaN where a value is not known. */
      readonly values: ArrayLike<number>;
      /** The value of the position. */
      readonly total: number;
    };

export interface Move {
  readonly name: string;
  /** The address of the position after it. */
  readonly href: string;
}

/** Moves that are shown at once: the most likely ones. */
const FEW = 12;

/** `noun` is what a move is called: `move`, or `outcome` of chance. */
export function movesTable(
  caption: string,
  noun: string,
  moves: readonly Move[],
  columns: readonly Column[],
): HTMLElement {
  const row = (i: number): HTMLElement =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, el("a", { href: moves[i]?.href }, moves[i]?.name)),
      ...columns.map((column) =>
        "values" in column
          ? el("td", {}, valueText(column.values[i]))
          : el("td", {}, percent(column.probabilities[i] ?? 0), bar(column.probabilities[i] ?? 0, column.policy)),
      ),
    );
  const order = ranked(moves.length, columns);
  const body = el("tbody", {}, ...order.slice(0, FEW).map(row));
  const rest = order.slice(FEW);
  const all = button(`Show ${rest.length} more`, () => {
    body.append(...rest.map(row));
    all.remove();
  });
  const totals = columns.map((column) => ("values" in column ? el("td", {}, valueText(column.total)) : el("td")));
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    el(
      "table",
      { class: "tree" },
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, ...[noun, ...columns.map(({ title }) => title)].map(heading))),
      body,
      columns.some((column) => "values" in column) &&
        el("tfoot", {}, el("tr", {}, el("th", { scope: "row" }, "this position"), ...totals)),
    ),
    rest.length > 0 && all,
  );
}

const heading = (title: string): HTMLElement => el("th", { scope: "col" }, title);

/** The places of the moves, by the first policy's probability if there are many. */
function ranked(count: number, columns: readonly Column[]): number[] {
  const places = Array.from({ length: count }, (_, i) => i);
  const first = columns.find((column) => "probabilities" in column)?.probabilities;
  return count <= FEW || !first ? places : places.sort((a, b) => (first[b] ?? 0) - (first[a] ?? 0));
}

/** A probability as a bar, in the colour of its policy. */
function bar(probability: number, policy: number): HTMLElement {
  const made = el("span", { class: `bar by${policy % 3}`, "aria-hidden": "true" });
  made.style.width = `${100 * probability}%`;
  return made;
}
