/**
 * An ablation is a grid of settings; every cell is run once for each seed. This file has the grid, the names of the runs, and
 * the results that their metrics give. The command `ablate` runs the cells, and tables/ablation-table.ts writes the tables.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../util/errors.ts";
import type { CreditResult } from "./credit.ts";
import { readManifest } from "./manifest.ts";
import { readMetrics, type WritingOfRole } from "./metrics.ts";
import { statusOf } from "./status.ts";

/** A setting and the values it takes. */
export interface Axis {
  readonly key: string;
  readonly values: readonly unknown[];
}

export interface Cell {
  /** `rl.advantage=rae`; several settings are joined by spaces. */
  readonly label: string;
  /** The label in characters that every file system allows; unique in the grid. */
  readonly slug: string;
  /** By key path. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A run's name may have 100 characters; the rest is for the seed. */
const SLUG_LENGTH = 80;

/** The grid's cells, the last axis varying fastest. */
export function cellsOf(axes: readonly Axis[]): Cell[] {
  let grid: Record<string, unknown>[] = [{}];
  for (const { key, values } of axes) {
    grid = grid.flatMap((settings) => values.map((value) => ({ ...settings, [key]: value })));
  }
  const taken = new Set<string>();
  return grid.map((settings) => {
    const label = Object.entries(settings)
      .map(([key, value]) => `${key}=${readable(value)}`)
      .join(" ");
    const slug = freeSlug(label, taken);
    return { label, slug, settings };
  });
}

export const runNameOf = ({ slug }: Cell, seed: number): string => `${slug}_s${seed}`;

/** A value as `--set` takes it. */
export const settingText = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** `["kuhn","ttt"]` → `kuhn,ttt` */
export const readable = (value: unknown): string => settingText(value).replaceAll(/["[\]]/g, "");

/** A new slug, which is added to `taken` in lower case: some file systems do not tell `A` from `a`. */
function freeSlug(label: string, taken: Set<string>): string {
  const plain = label.replaceAll(/[^A-Za-z0-9.-]+/g, "_").replaceAll(/^[^A-Za-z0-9]+|_+$/g, "");
  const base = plain === "" ? "base" : plain.slice(0, SLUG_LENGTH);
  let slug = base;
  for (let copy = 2; taken.has(slug.toLowerCase()); copy++) slug = `${base}-${copy}`;
  taken.add(slug.toLowerCase());
  return slug;
}

/** The result of one run in one game. */
export interface GameResult {
  readonly nashConv: number;
  readonly greedyNashConv: number;
  readonly bestNashConv: number;
  /** Mean entropy of play at the last logged update, in nats. */
  readonly entropy: number;
  /** Of a policy that writes: how it writes at the last logged update, by role. */
  readonly writing?: Readonly<Record<string, WritingOfRole>>;
}

export interface RunResult {
  readonly seed: number;
  readonly run: string;
  readonly seconds: number;
  readonly episodes: number;
  readonly games: Readonly<Record<string, GameResult>>;
}

/**
 * Reads the result of a finished run from its metrics: its last evaluation. Lines that are damaged are left out, and `warn` is
 * called for each. Throws a UserError (exit 3) if no line is whole.
 */
export function readResult(
  dir: string,
  run: string,
  seed: number,
  warn: (problem: string) => void = () => {},
): RunResult {
  const { lines, problems } = readMetrics(join(dir, run));
  for (const problem of problems) warn(`${problem}; left out.`);
  const last = lines.at(-1);
  const evaluated = lines.findLast(({ evaluation }) => evaluation);
  if (!last || !evaluated) {
    const hint = `Delete ${join(dir, run)} and run the same command: it is trained again.`;
    throw new UserError(3, `${join(dir, run, "metrics.jsonl")} holds no whole line with an evaluation. ${hint}`);
  }
  const games = Object.entries(evaluated.evaluation ?? {}).flatMap(([id, { nashConv, greedyNashConv }]) => {
    if (nashConv === undefined || greedyNashConv === undefined) return [];
    const best = lines.reduce((low, line) => Math.min(low, line.evaluation?.[id]?.nashConv ?? low), nashConv);
    const entropy = last.entropy?.[id] ?? 0;
    const writing = last.writing?.[id];
    return [[id, { nashConv, greedyNashConv, bestNashConv: best, entropy, ...(writing ? { writing } : {}) }] as const];
  });
  return { seed, run, seconds: last.seconds, episodes: last.episodes, games: Object.fromEntries(games) };
}

/** Mean entropy of play by game at the last metrics line up to `update`. */
export function entropiesAt(runDir: string, update: number): Readonly<Record<string, number>> {
  const upTo = readMetrics(runDir).lines.filter((line) => line.update <= update && line.entropy);
  return upTo.at(-1)?.entropy ?? {};
}

/** Whether a run exists and was trained to its end. */
export function isFinished(dir: string, run: string): boolean {
  const folder = join(dir, run);
  return existsSync(join(folder, "manifest.json")) && statusOf(folder, readManifest(folder)) === "finished";
}

/** A NashConv below this is close enough to 0 that a rise is noise. */
const FLOOR = 0.02;
/** With a mean entropy, in nats, below this, play is a single line of moves. */
const NO_ENTROPY = 1e-3;

/** Whether play is a single line of moves, or the last NashConv is more than twice the best. */
export function collapsed({ nashConv, bestNashConv, entropy }: GameResult): boolean {
  return entropy < NO_ENTROPY || nashConv > Math.max(FLOOR, 2 * bestNashConv);
}

/** Variance of the gradient at one frozen checkpoint, by estimator, as a ratio to `none`. */
export interface VarianceResult {
  readonly game: string;
  readonly seed: number;
  readonly update: number;
  /** Mean entropy of play at this update, in nats. */
  readonly entropy: number;
  /** null if the gradient without a baseline has no variance, because play is a single line of moves. */
  readonly ratios: Readonly<Record<string, number | null>>;
}

/** The content of ablation.json. */
export interface Ablation {
  readonly name: string;
  readonly about?: string | undefined;
  /** null if `updates` varies between cells. */
  readonly updates: number | null;
  readonly seeds: number;
  readonly cells: readonly (Pick<Cell, "label" | "settings"> & { readonly runs: readonly RunResult[] })[];
  readonly variance: readonly VarianceResult[];
  /** Absent if not requested. */
  readonly credit?: readonly CreditResult[] | undefined;
}
