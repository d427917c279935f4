/**
 * A chart of curves: SVG, with values under the pointer or, by the arrow keys, under a cursor. A curve of means has its intervals as a
 * band.
 */
import type { PageChart, PageCurve } from "../src/page/contents.ts";
import { el, svg, tick } from "./dom.ts";
import { figure } from "./text.ts";

export interface Chart {
  readonly element: HTMLElement;
  /** Draws other curves; the scale and the cursor stay. */
  update(curves: readonly PageCurve[]): void;
}

const [WIDTH, HEIGHT] = [640, 260];
/** Room for the labels in the type of a narrow screen, which is larger. */
const [LEFT, RIGHT, TOP, BOTTOM] = [64, 28, 12, 44];
const COLORS = 6;
/** Strokes differ in dashes too, for who cannot tell the colours; curves of one colour differ in them as well. */
const DASHES = ["", "7 4", "2 3", "9 3 2 3", "1 4", "12 4", "4 4"];

export function chart({ title, canBeLog, curves: first }: PageChart): Chart {
  const place = el("div");
  const legend = el("ul", { class: "legend" });
  // It is read out only to who moves the cursor: the curves of a run that is followed change every second.
  const values = el("output", { class: "values", "aria-live": "off" });
  const state: State = { log: false, cursor: undefined };
  let curves = first;
  const draw = (): void => {
    legend.replaceChildren(...curves.map(({ name }, i) => el("li", {}, sample(i), ` ${name}`)));
    place.replaceChildren(plot(title, curves, state, values));
  };
  draw();
  const scale = tick("log scale", state.log, (ticked) => {
    state.log = ticked;
    draw();
  });
  const caption = el("figcaption", {}, el("h3", {}, title), canBeLog && scale);
  return {
    element: el("figure", { class: "chart" }, caption, legend, place, values),
    update(now) {
      curves = now;
      draw();
    },
  };
}

/** What stays when a chart is drawn again: its scale, and the update under the cursor. */
interface State {
  log: boolean;
  cursor: number | undefined;
}

const strokeOf = (i: number) => ({ class: `curve c${i % COLORS}`, "stroke-dasharray": DASHES[i % DASHES.length] });

const sample = (i: number): SVGSVGElement =>
  svg(
    "svg",
    { viewBox: "0 0 28 10", width: 28, height: 10, "aria-hidden": "true" },
    svg("line", { x1: 1, x2: 27, y1: 5, y2: 5, ...strokeOf(i) }),
  );

function plot(title: string, curves: readonly PageCurve[], state: State, values: HTMLOutputElement): SVGSVGElement {
  const { log } = state;
  const shown = curves.map(({ name, points }) => ({ name, points: log ? points.filter(([, y]) => y > 0) : points }));
  const all = shown.flatMap(({ points }) => points);
  const xs = all.map(([x]) => x);
  const scaled = (y: number): number => (log ? Math.log10(y) : y);
  const ys = all.flatMap(([, y, low = y, high = y]) => [y, high, log && low <= 0 ? y : low].map(scaled));
  const [x0, x1] = [least(xs), most(xs)];
  const ticks = log ? decades(least(ys), most(ys)) : steps(Math.min(0, least(ys)), Math.max(0, most(ys)));
  const [y0, y1] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  const px = (x: number): number => LEFT + ((x - x0) / (x1 - x0 || 1)) * (WIDTH - LEFT - RIGHT);
  const py = (y: number): number => HEIGHT - BOTTOM - ((y - y0) / (y1 - y0 || 1)) * (HEIGHT - TOP - BOTTOM);
  const at = (x: number, y: number): string => `${px(x).toFixed(1)},${py(Math.max(y0, scaled(y))).toFixed(1)}`;
  const label = shown
    .map(({ name, points }) => {
      const [first, last] = [points[0], points.at(-1)];
      return first && last ? `${name} from ${figure(first[1])} to ${figure(last[1])}` : "";
    })
    .filter((text) => text !== "")
    .join("; ");
  const lines = ticks.flatMap((y) => [
    svg("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: py(y), y2: py(y), class: "rule" }),
    svg("text", { x: LEFT - 6, y: py(y) + 4, "text-anchor": "end" }, log ? power(y) : short(y)),
  ]);
  const bottom = steps(x0, x1)
    .filter((x) => x >= x0 && x <= x1)
    .map((x) => svg("text", { x: px(x), y: HEIGHT - 23, "text-anchor": "middle" }, short(x)));
  const bands = shown.flatMap(({ points }, i) => {
    const ends = points.filter(([, , low, high]) => low !== undefined && high !== undefined);
    if (ends.length === 0) return [];
    const there = ends.map(([x, , , high = 0]) => at(x, high));
    const back = ends.map(([x, , low = 0]) => at(x, low)).reverse();
    return [svg("polygon", { points: [...there, ...back].join(" "), class: `band c${i % COLORS}` })];
  });
  const paths = shown.map(({ points }, i) =>
    svg("polyline", { points: points.map(([x, y]) => at(x, y)).join(" "), ...strokeOf(i) }),
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
    svg("text", { x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, "update"),
    ...bands,
    ...paths,
    cursor,
  );
  const places = [...new Set(xs)].sort((a, b) => a - b);
  const read = shown.map(({ name, points }) => ({ name, points: new Map(points.map((point) => [point[0], point])) }));
  const valuesAt = (x: number | undefined): string => {
    if (x === undefined) return "";
    const there = read.flatMap(({ name, points }) => {
      const point = points.get(x);
      return point ? [`${name} ${valueText(point)}`] : [];
    });
    return `update ${x}: ${there.join(" · ")}`;
  };
  const show = (index: number): void => {
    const x = places[Math.max(0, Math.min(places.length - 1, index))];
    if (x === undefined) return;
    state.cursor = x;
    cursor.setAttribute("x1", String(px(x)));
    cursor.setAttribute("x2", String(px(x)));
    cursor.setAttribute("visibility", "visible");
    values.textContent = valuesAt(x);
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
    const index = state.cursor === undefined ? places.length - 1 : places.indexOf(state.cursor);
    const moved = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: places.length - 1 }[event.key];
    if (moved === undefined) return;
    event.preventDefault();
    show(moved);
  });
  picture.addEventListener("focus", () => values.setAttribute("aria-live", "polite"));
  picture.addEventListener("blur", () => values.setAttribute("aria-live", "off"));
  if (state.cursor !== undefined) show(places.indexOf(state.cursor));
  else values.textContent = valuesAt(places.at(-1));
  return picture;
}

/** `0.0034`, or with its interval `0.0034 [0.0010, 0.0061]`. */
const valueText = ([, y, low, high]: PageCurve["points"][number]): string =>
  low === undefined || high === undefined ? figure(y) : `${figure(y)} [${figure(low)}, ${figure(high)}]`;

const least = (numbers: readonly number[]): number =>
  numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
const most = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);

/** As many as have room on a narrow screen. */
const MOST_STEPS = 6;

/** Round numbers that span low … high: three to eight of them. */
function steps(low: number, high: number): number[] {
  const span = high - low || 1;
  const magnitude = 10 ** Math.floor(Math.log10(span / MOST_STEPS));
  const step = magnitude * ([1, 2, 5].find((n) => n * magnitude >= span / MOST_STEPS) ?? 10);
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

const power = (exponent: number): string => (exponent >= -3 && exponent <= 6 ? short(10 ** exponent) : `1e${exponent}`);

/** `0.25`, `1000`, `50k`, `3M` */
function short(x: number): string {
  const [unit, letter] = Math.abs(x) < 1e4 ? [1, ""] : Math.abs(x) < 1e6 ? [1e3, "k"] : [1e6, "M"];
  return `${Number((x / unit).toPrecision(6))}${letter}`;
}
