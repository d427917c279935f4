/**
 * metrics.csv holds the numbers of metrics.jsonl as a tidy table: a row for each number, with its update, its game if it is of one,
 * and its name. It follows from metrics.jsonl, so that it needs no place in a checkpoint: a resumed run writes it anew.
 */
import { join } from "node:path";
import { csv, csvLine } from "../../util/csv.ts";
import { writeFileAtomic } from "../../util/files.ts";
import { readMetrics } from "../metrics.ts";

export const METRICS_HEADER = ["update", "game", "name", "value"] as const;

/** A number of a line of metrics. */
export interface Metric {
  readonly update: number;
  /** The id of the game; empty if the number is of no single game. */
  readonly game: string;
  /** The path of the field in the line, without the game: `loss`, `entropy`, `baselines.first`, `evaluation.nashConv`. */
  readonly name: string;
  readonly value: number;
}

type Line = Readonly<Record<string, unknown>>;

/** The numbers of a line, in its order; `true` counts as 1. `games` are the ids of the run's games. */
export function metricsOf(line: Line, games: readonly string[]): Metric[] {
  const { update, ...fields } = line;
  return [...numbersIn(fields, games, [], "")].map((found) => ({ update: Number(update), ...found }));
}

function* numbersIn(
  value: unknown,
  games: readonly string[],
  path: readonly string[],
  game: string,
): Generator<Omit<Metric, "update">> {
  if (value === true) yield { game, name: path.join("."), value: 1 };
  else if (typeof value === "number" && Number.isFinite(value)) yield { game, name: path.join("."), value };
  else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      // A baseline is of a game and a role: `kuhn/first`.
      const [first = "", ...rest] = key.split("/");
      if (game === "" && games.includes(first)) yield* numbersIn(inner, games, [...path, ...rest], first);
      else yield* numbersIn(inner, games, [...path, key], game);
    }
  }
}

/** The rows of a line of metrics, each ended. */
export const metricsCsvRows = (line: Line, games: readonly string[]): string =>
  metricsOf(line, games)
    .map(({ update, game, name, value }) => csvLine([update, game, name, value]))
    .join("");

/** Writes metrics.csv anew from metrics.jsonl. */
export function rewriteMetricsCsv(dir: string, games: readonly string[]): void {
  const rows = readMetrics(dir).lines.map((line) => metricsCsvRows(line, games));
  writeFileAtomic(join(dir, "metrics.csv"), csv(METRICS_HEADER, []) + rows.join(""));
}
