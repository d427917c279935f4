/** A small picture of one information set: a probability by checkpoint, over the range that it has in the equilibria. */
import { el, svg } from "../dom.ts";

export interface Path {
  /** Of the information set: `J:kb`. */
  readonly key: string;
  /** The name of the action whose probability is shown: `[bet]`. */
  readonly action: string;
  /** By checkpoint. */
  readonly probabilities: readonly number[];
  /** The least and the greatest probability in the equilibria. */
  readonly range: readonly [number, number];
  /** In the equilibrium nearest to the chosen checkpoint; undefined if there is no checkpoint. */
  readonly nearest: number | undefined;
}

const [WIDTH, HEIGHT, LEFT, EDGE] = [200, 74, 26, 8];

/** `update` is that of the chosen checkpoint. */
export function path(
  { key, action, probabilities, range, nearest }: Path,
  updates: readonly number[],
  update: number | undefined,
): HTMLElement {
  const last = Math.max(1, updates.length - 1);
  const px = (i: number): number => LEFT + EDGE + (i / last) * (WIDTH - LEFT - 2 * EDGE);
  const py = (p: number): number => EDGE + (1 - p) * (HEIGHT - 2 * EDGE);
  const [low, high] = range;
  const rules = [0, 0.5, 1].flatMap((p) => [
    svg("line", { x1: LEFT, x2: WIDTH, y1: py(p), y2: py(p), class: "rule" }),
    svg("text", { x: LEFT - 4, y: py(p) + 4, "text-anchor": "end", class: "faint" }, String(p)),
  ]);
  const band = svg("rect", {
    x: LEFT,
    y: py(high) - 2,
    width: WIDTH - LEFT,
    height: py(low) - py(high) + 4,
    class: "family-range",
  });
  const points = probabilities.map((p, i) => [px(i), py(p)] as const);
  const at = updates.indexOf(update ?? Number.NaN);
  const now = probabilities[at];
  const text = now === undefined ? "" : now.toFixed(3);
  const spoken = [
    `${key} ${action}:`,
    probabilities.length > 0 && `probability by checkpoint ${probabilities.map((p) => p.toFixed(3)).join(", ")};`,
    `in equilibrium ${low === high ? low.toFixed(3) : `from ${low.toFixed(3)} to ${high.toFixed(3)}`}.`,
  ];
  return el(
    "figure",
    {},
    el("figcaption", {}, el("b", {}, key), ` ${action} ${text}`),
    svg(
      "svg",
      {
        ...{ viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "path" },
        "aria-label": spoken.filter((part) => part !== false).join(" "),
      },
      band,
      ...rules,
      nearest !== undefined &&
        svg("line", {
          x1: LEFT,
          x2: WIDTH,
          y1: py(nearest),
          y2: py(nearest),
          class: "curve c2",
          "stroke-dasharray": "4 3",
        }),
      svg("polyline", {
        points: points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "),
        class: "curve c0",
      }),
      ...points.map(([cx, cy], i) => svg("circle", { cx, cy, r: i === at ? 5 : 2.5, class: "dot" })),
    ),
  );
}
