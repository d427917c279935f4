/** A chart of curves: SVG, with values under the pointer or, by the arrow keys, under a cursor. */
import { el, svg, tick } from "./dom.ts";
import { figure } from "./text.ts";

export interface Curve {
  readonly name: string;
  /** By ascending x. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

const [WIDTH, HEIGHT] = [640, 260];
const [LEFT, RIGHT, TOP, BOTTOM] = [58, 12, 12, 34];
/** Strokes differ in dashes too, for who cannot tell the colours. */
const DASHES = ["", "7 4", "2 3", "9 3 2 3", "1 4", "12 4"];

export function chart(title: string, curves: readonly Curve[], canBeLog: boolean): HTMLElement {
  const place = el("div");
  const values = el("output", { class: "values", "aria-live": "polite" });
  let log = false;
  const draw = (): void => {
    place.replaceChildren(plot(title, curves, log, values));
  };
  draw();
  const legend = el(
    "ul",
    { class: "legend" },
    ...curves.map(({ name }, i) =>
      el(
        "li",
        {},
        svg(
          "svg",
          { viewBox: "0 0 28 10", width: 28, height: 10, "aria-hidden": "true" },
          svg("line", { x1: 1, x2: 27, y1: 5, y2: 5, class: `curve c${i % 6}`, "stroke-dasharray": DASHES[i % 6] }),
        ),
        ` ${name}`,
      ),
    ),
  );
  const scale = tick("log scale", log, (ticked) => {
    log = ticked;
    draw();
  });
  return el(
    "figure",
    { class: "chart" },
    el("figcaption", {}, el("h3", {}, title), canBeLog && scale),
    legend,
    place,
    values,
  );
}

function plot(title: string, curves: readonly Curve[], log: boolean, values: HTMLOutputElement): SVGSVGElement {
  const shown = curves.map(({ name, points }) => ({ name, points: log ? points.filter(([, y]) => y > 0) : points }));
  const all = shown.flatMap(({ points }) => points);
  const xs = all.map(([x]) => x);
  const ys = all.map(([, y]) => (log ? Math.log10(y) : y));
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  const ticks = log ? decades(Math.min(...ys), Math.max(...ys)) : steps(Math.min(0, ...ys), Math.max(0, ...ys));
  const [y0, y1] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  const px = (x: number): number => LEFT + ((x - x0) / (x1 - x0 || 1)) * (WIDTH - LEFT - RIGHT);
  const py = (y: number): number => HEIGHT - BOTTOM - ((y - y0) / (y1 - y0 || 1)) * (HEIGHT - TOP - BOTTOM);
  const label = shown
    .map(({ name, points }) => {
      const [first, last] = [points[0], points.at(-1)];
      return first && last ? `${name} from ${figure(first[1])} to ${figure(last[1])}` : "";
    })
    .filter((text) => text !== "")
    .join("; ");
  const lines = ticks.flatMap((y) => [
    svg("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: py(y), y2: py(y), class: "rule" }),
    svg("text", { x: LEFT - 6, y: py(y) + 4, "text-anchor": "end" }, log ? power(y) : String(Number(y.toPrecision(6)))),
  ]);
  const bottom = steps(x0, x1)
    .filter((x) => x >= x0 && x <= x1)
    .map((x) => svg("text", { x: px(x), y: HEIGHT - 16, "text-anchor": "middle" }, String(x)));
  const paths = shown.map(({ points }, i) =>
    svg("polyline", {
      points: points.map(([x, y]) => `${px(x).toFixed(1)},${py(log ? Math.log10(y) : y).toFixed(1)}`).join(" "),
      class: `curve c${i % 6}`,
      "stroke-dasharray": DASHES[i % 6],
    }),
  );
  const cursor = svg("line", { y1: TOP, y2: HEIGHT - BOTTOM, class: "cursor", visibility: "hidden" });
  const picture = svg(
    "svg",
    {
      ...{ viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", tabindex: 0, class: "plot" },
      "aria-label": `${title} by update${log ? ", log scale" : ""}: ${label}. The arrow keys read its values.`,
    },
    ...lines,
    ...bottom,
    svg("text", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 2, "text-anchor": "middle" }, "update"),
    ...paths,
    cursor,
  );
  const places = [...new Set(xs)].sort((a, b) => a - b);
  let at = places.length - 1;
  const show = (index: number): void => {
    at = Math.max(0, Math.min(places.length - 1, index));
    const x = places[at];
    if (x === undefined) return;
    cursor.setAttribute("x1", String(px(x)));
    cursor.setAttribute("x2", String(px(x)));
    cursor.setAttribute("visibility", "visible");
    const there = shown.flatMap(({ name, points }) => {
      const point = points.find(([px]) => px === x);
      return point ? [`${name} ${figure(point[1])}`] : [];
    });
    values.textContent = `update ${x}: ${there.join(" · ")}`;
  };
  picture.addEventListener("pointermove", (event) => {
    const { left, width } = picture.getBoundingClientRect();
    const x = ((event.clientX - left) / width) * WIDTH;
    let nearest = 0;
    places.forEach((place, i) => {
      if (Math.abs(px(place) - x) < Math.abs(px(places[nearest] ?? 0) - x)) nearest = i;
    });
    show(nearest);
  });
  picture.addEventListener("keydown", (event) => {
    const moved = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: places.length - 1 }[event.key];
    if (moved === undefined) return;
    event.preventDefault();
    show(moved);
  });
  return picture;
}

/** Round numbers that span low … high: four to eight of them. */
function steps(low: number, high: number): number[] {
  const span = high - low || 1;
  const magnitude = 10 ** Math.floor(Math.log10(span / 4));
  const step = magnitude * ([1, 2, 5].findLast((n) => n * magnitude <= span / 4) ?? 1);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

/** Whole exponents of ten that span low … high. */
function decades(low: number, high: number): number[] {
  if (!Number.isFinite(low)) return [0, 1];
  const first = Math.floor(low);
  const last = Math.max(first + 1, Math.ceil(high));
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

const power = (exponent: number): string =>
  exponent >= -3 && exponent <= 3 ? String(10 ** exponent) : `1e${exponent}`;
