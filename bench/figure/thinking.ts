/**
 * `npm run figure:thinking FOLDER FILE`: draws how long the two roles think, over the updates of every run of the ablation
 * thinking-collapse, from their metrics.jsonl, as SVG. By default it draws ablations/thinking-collapse to
 * docs/images/thinking.svg, the picture in docs/text.md.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";

const WIDTH = 150;
const HEIGHT = 110;
const [LEFT, TOP, GAP, BOTTOM] = [96, 44, 22, 46];
const COLORS = ["#0969da", "#bf3989"];
const ROWS = ["biased", "ttt-draw"];
const COLUMNS = [
  { tokens: "sum", advantage: "none" },
  { tokens: "sum", advantage: "rae" },
  { tokens: "mean", advantage: "none" },
  { tokens: "mean", advantage: "rae" },
];

interface Line {
  readonly update: number;
  readonly writing?: Readonly<Record<string, Readonly<Record<string, { readonly thinking: number }>>>>;
}

interface Run {
  readonly config: {
    readonly games: readonly string[];
    readonly updates: number;
    readonly nn: { readonly text: { readonly think: number } };
    readonly rl: { readonly tokens: string; readonly advantage: string };
  };
  readonly lines: readonly Line[];
}

const [folder = "ablations/thinking-collapse", file = "docs/images/thinking.svg"] = process.argv.slice(2);
const runs = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }): Run => {
    const text = (of: string) => readFileSync(join(folder, name, of), "utf8");
    const lines = text("metrics.jsonl")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Line);
    return { config: parse(text("config.yaml")) as Run["config"], lines };
  });

/** The curves of both roles in every run of a panel. */
function panel(game: string, { tokens, advantage }: (typeof COLUMNS)[number], x0: number, y0: number): string[] {
  const own = runs.filter(
    ({ config: { games, rl } }) => games[0] === game && rl.tokens === tokens && rl.advantage === advantage,
  );
  const curves = own.flatMap(({ lines, config }) => {
    const roles = Object.keys(lines.at(-1)?.writing?.[game] ?? {});
    return roles.map((role, i) => {
      const points = lines.flatMap(({ update, writing }) => {
        const words = writing?.[game]?.[role]?.thinking;
        const [x, y] = [
          x0 + (update / config.updates) * WIDTH,
          y0 + HEIGHT * (1 - (words ?? 0) / config.nn.text.think),
        ];
        return words === undefined ? [] : [`${x.toFixed(1)},${y.toFixed(1)}`];
      });
      return `<polyline points="${points.join(" ")}" fill="none" stroke="${COLORS[i]}" stroke-opacity="0.7"/>`;
    });
  });
  return [`<rect x="${x0}" y="${y0}" width="${WIDTH}" height="${HEIGHT}" fill="none" stroke="#8884"/>`, ...curves];
}

const xOf = (column: number) => LEFT + column * (WIDTH + GAP);
const yOf = (row: number) => TOP + row * (HEIGHT + GAP);
const { updates, nn } = (runs[0] as Run).config;
const heads = COLUMNS.map(
  ({ tokens, advantage }, column) => `<text x="${xOf(column) + 4}" y="${TOP - 8}">${tokens}, ${advantage}</text>`,
);
const names = ROWS.flatMap((game, row) => [
  `<text x="4" y="${yOf(row) + HEIGHT / 2}">${game}</text>`,
  `<text x="${LEFT - 6}" y="${yOf(row) + 10}" text-anchor="end">${nn.text.think}</text>`,
  `<text x="${LEFT - 6}" y="${yOf(row) + HEIGHT}" text-anchor="end">0</text>`,
]);
const bottom = yOf(ROWS.length) - GAP;
const width = xOf(COLUMNS.length);
const svg = [
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + BOTTOM}" font-family="sans-serif" font-size="12" fill="#888">`,
  "<title>Words of thought in a turn over the updates of training, by role, for each way to sum a loss and each baseline</title>",
  ...heads,
  ...names,
  ...ROWS.flatMap((game, row) => COLUMNS.flatMap((of, column) => panel(game, of, xOf(column), yOf(row)))),
  ...COLUMNS.map((_, i) => `<text x="${xOf(i) + WIDTH}" y="${bottom + 16}" text-anchor="end">update ${updates}</text>`),
  `<text x="${LEFT}" y="${bottom + 36}">words of thought in a turn, a line a seed:</text>`,
  `<text x="${LEFT + 250}" y="${bottom + 36}" fill="${COLORS[0]}">first role</text>`,
  `<text x="${LEFT + 320}" y="${bottom + 36}" fill="${COLORS[1]}">second role</text>`,
  "</svg>",
];
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, `${svg.join("\n")}\n`);
process.stdout.write(`Written to ${file}\n`);
