/**
 * `npm run figure RUN FILE`: draws the NashConv of a run's games over its updates, from its metrics.jsonl, as SVG. By default it
 * draws the latest run to docs/images/nash-conv.svg, the picture in the README.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const WIDTH = 760;
const HEIGHT = 300;
const LEFT = 56;
const RIGHT = 130;
const TOP = 16;
const BOTTOM = 40;
/** Decades drawn: 10¹ down to 10⁻³. */
const [MAX, MIN] = [Math.log10(3), -3];
const COLORS = ["#0969da", "#bf3989", "#1a7f37", "#9a6700", "#8250df"];

interface Metrics {
  readonly update: number;
  readonly evaluation?: Readonly<Record<string, { readonly nashConv?: number }>>;
}

const [run = "runs/latest", file = "docs/images/nash-conv.svg"] = process.argv.slice(2);
const rows = readFileSync(join(run, "metrics.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Metrics)
  .filter(({ evaluation }) => evaluation !== undefined);
const last = rows.at(-1) as Metrics;
const x = (update: number) => LEFT + (update / last.update) * (WIDTH - LEFT - RIGHT);
const y = (value: number) => TOP + ((MAX - Math.max(MIN, Math.log10(value))) / (MAX - MIN)) * (HEIGHT - TOP - BOTTOM);

const grid = [1, 0.1, 0.01, 0.001].map(
  (value) =>
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value)}" y2="${y(value)}" stroke="#8884"/>` +
    `<text x="${LEFT - 8}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
);
const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
  const update = Math.round(share * last.update);
  return `<text x="${x(update)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${update}</text>`;
});
const curves = Object.keys(last.evaluation ?? {}).map((id, i) => {
  const points = rows.flatMap(({ update, evaluation }) => {
    const value = evaluation?.[id]?.nashConv;
    return value === undefined ? [] : [`${x(update).toFixed(1)},${y(value).toFixed(1)}`];
  });
  const end = last.evaluation?.[id]?.nashConv ?? 1;
  const color = COLORS[i % COLORS.length];
  return (
    `<polyline points="${points.join(" ")}" fill="none" stroke="${color}" stroke-width="2"/>` +
    `<text x="${WIDTH - RIGHT + 8}" y="${y(end) + 4}" fill="${color}">${id} ${end.toFixed(4)}</text>`
  );
});
const svg = [
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#888">`,
  `<title>NashConv of ${Object.keys(last.evaluation ?? {}).join(" and ")} over ${last.update} updates, falling</title>`,
  ...grid,
  ...ticks,
  `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 6}" text-anchor="middle">updates; vertical: NashConv of the averaged policy, exact, 0 is an equilibrium</text>`,
  ...curves,
  "</svg>",
];
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${svg.join("\n")}\n`);
process.stdout.write(`Written to ${file}\n`);
