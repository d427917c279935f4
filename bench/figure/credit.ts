/**
 * `npm run figure:credit ABLATION FILE`: draws the error of each estimator's advantages by ply, at the last checkpoint of each game of
 * `spiral ablate credit`, as SVG. By default it draws ablations/credit/ablation.json to docs/images/credit.svg, the picture in
 * docs/results.md.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Ablation } from "../../src/run/ablation.ts";
import type { CreditResult } from "../../src/run/credit.ts";
import { median } from "../../src/util/median.ts";

const WIDTH = 190;
const HEIGHT = 150;
const [LEFT, TOP, GAP, BOTTOM] = [40, 24, 26, 58];
/** The y axis is logarithmic. */
const [LOW, HIGH] = [0.05, 20];
const TICKS = [0.1, 1, 10];
/** Those that are drawn, over one another in this order. `none`, `shared`, `group` and `rloo` lie on `rae`. */
const COLORS: Readonly<Record<string, string>> = {
  rae: "#888888",
  "group-std": "#bf8700",
  infoset: "#1a7f37",
  critic: "#0969da",
  mirror: "#bf3989",
};

const [source = "ablations/credit/ablation.json", file = "docs/images/credit.svg"] = process.argv.slice(2);
const { credit = [] } = JSON.parse(readFileSync(source, "utf8")) as Ablation;
const games = [...new Set(credit.map(({ game }) => game))];

/** The root mean squared error of an estimator at each ply, relative to that of 0; the median over seeds. */
function errorsByPly(results: readonly CreditResult[], name: string): (readonly [ply: number, error: number])[] {
  const plies = results[0]?.estimators[name]?.byPly.map(({ ply }) => ply) ?? [];
  return plies.flatMap((ply) => {
    const found = results.flatMap(({ estimators }) =>
      (estimators[name]?.byPly ?? []).filter((place) => place.ply === ply && place.signal > 1e-18),
    );
    const errors = found.map(({ meanSquaredError, signal }) => Math.sqrt(Math.max(0, meanSquaredError) / signal));
    return errors.length === 0 ? [] : [[ply, median(errors)] as const];
  });
}

function yOf(error: number): number {
  const bounded = Math.min(HIGH, Math.max(LOW, error));
  return TOP + HEIGHT * (1 - Math.log(bounded / LOW) / Math.log(HIGH / LOW));
}

function panel(game: string, column: number): string[] {
  const own = credit.filter((result) => result.game === game);
  const last = Math.max(...own.map(({ update }) => update));
  const results = own.filter(({ update }) => update === last);
  const curves = Object.keys(COLORS).map((name) => errorsByPly(results, name));
  const plies = curves.flat().map(([ply]) => ply);
  const [first, end] = [Math.min(...plies), Math.max(...plies)];
  const x0 = LEFT + column * (WIDTH + GAP);
  const xOf = (ply: number): number => x0 + 8 + ((ply - first) / Math.max(1, end - first)) * (WIDTH - 16);
  const lines = Object.values(COLORS).map((color, i) => {
    const points = (curves[i] ?? []).map(([ply, error]) => `${xOf(ply).toFixed(1)},${yOf(error).toFixed(1)}`);
    return `<polyline points="${points.join(" ")}" fill="none" stroke="${color}" stroke-width="2"/>`;
  });
  return [
    `<rect x="${x0}" y="${TOP}" width="${WIDTH}" height="${HEIGHT}" fill="none" stroke="#8884"/>`,
    `<line x1="${x0}" x2="${x0 + WIDTH}" y1="${yOf(1)}" y2="${yOf(1)}" stroke="#8888" stroke-dasharray="3 3"/>`,
    `<text x="${x0}" y="${TOP - 8}">${game}</text>`,
    ...lines,
    `<text x="${xOf(first)}" y="${TOP + HEIGHT + 15}" text-anchor="middle">${first}</text>`,
    `<text x="${xOf(end)}" y="${TOP + HEIGHT + 15}" text-anchor="middle">${end}</text>`,
    `<text x="${x0 + WIDTH / 2}" y="${TOP + HEIGHT + 15}" text-anchor="middle">ply</text>`,
  ];
}

const width = LEFT + games.length * (WIDTH + GAP);
const height = TOP + HEIGHT + BOTTOM;
const legend = Object.entries(COLORS).map(
  ([name, color], i) => `<text x="${LEFT + i * 85}" y="${height - 14}" fill="${color}">${name}</text>`,
);
const svg = [
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#888">`,
  "<title>Root mean squared error of the advantages of a batch by ply, relative to that of an estimator that says 0</title>",
  ...TICKS.map((tick) => `<text x="${LEFT - 6}" y="${yOf(tick) + 4}" text-anchor="end">${tick}</text>`),
  ...games.flatMap(panel),
  ...legend,
  "</svg>",
];
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${svg.join("\n")}\n`);
process.stdout.write(`Written to ${file}\n`);
