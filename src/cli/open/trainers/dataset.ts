/** `spiral export games`: a folder with a data set for training language models, and its card. */
import { existsSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { cardOf } from "../../../datasets/card.ts";
import { Counts, rowsOf, type Wanted } from "../../../datasets/collect.ts";
import { COLUMNS, type Row } from "../../../datasets/rows.ts";
import { getGame } from "../../../games/registry.ts";
import type { Episode } from "../../../record/episode.ts";
import { readLog } from "../../../replay/log.ts";
import { resolveRun } from "../../../run/directory.ts";
import { AppendOnlyFile } from "../../../util/append-only-file.ts";
import { UserError } from "../../../util/errors.ts";
import { plural } from "../../../util/figures.ts";
import { checkWritable, expandHome, makeFolders, writeFileDurable } from "../../../util/files.ts";
import { checkAll } from "../../check-all.ts";
import { countedOff } from "../../terminal/counter.ts";
import { note, warn } from "../../terminal/output.ts";

const LOG = "episodes.jsonl";
/** Rows that are written at once. */
const CHUNK = 1000;
/** Warnings shown one by one. */
const SHOWN = 5;

export interface NamedLog {
  /** As it was typed. */
  readonly name: string;
  readonly path: string;
}

interface GamesExport {
  readonly logs: readonly NamedLog[];
  /** The folder that is made. */
  readonly out: string;
  readonly wanted: Wanted;
  readonly isParquet: boolean;
  /** The command as it may be typed again. */
  readonly command: string;
}

/** Throws a UserError (exit 2) if the folder is there or cannot be made. */
export function checkNewFolder(out: string): void {
  if (existsSync(out)) throw new UserError(2, `${out} is there already. Name another --out, or delete it.`);
  checkWritable(out);
}

/** The logs that the sources stand for: files, folders that hold one, runs of the folder `runs`. Throws all problems as one UserError. */
export const logsOf = (sources: readonly string[], runs: string): readonly NamedLog[] =>
  checkAll<NamedLog[]>(...sources.map((name) => () => ({ name, path: logOf(name, runs) })));

/** Throws a UserError if there is nothing to write; the folder is whole or not there. */
export async function exportGames({ logs, out, wanted, isParquet, command }: GamesExport): Promise<Counts> {
  const partial = join(dirname(out), `.${process.pid}.partial`);
  const counts = new Counts();
  const problems: string[] = [];
  const rows = rowsOf(
    logs.map(({ name, path }) => ({ name, episodes: episodesIn(path, (message) => problems.push(message)) })),
    wanted,
    counts,
    (message) => problems.push(message),
  );
  makeFolders(partial);
  try {
    const file = isParquet ? "games.parquet" : "games.jsonl";
    if (isParquet) {
      const { parquetOf } = await import("../../../datasets/parquet.ts");
      const all = [...rows];
      if (all.length > 0) {
        writeFileDurable(join(partial, file), await parquetOf(Object.keys(COLUMNS[wanted.format]), all));
      }
    } else writeLines(join(partial, file), rows, counts);
    for (const message of problems.slice(0, SHOWN)) warn(message);
    if (problems.length > SHOWN) note(`… and ${plural(problems.length - SHOWN, "more problem")} of this kind.`);
    if (counts.rows === 0) throw nothing(counts, wanted);
    if (counts.unknown.size > 0) {
      warn(`${unknownIn(counts)}. Their decisions are left out.`);
    }
    const sources = logs.map(({ name }) => name);
    writeFileDurable(join(partial, "README.md"), cardOf({ command, file, sources, wanted, counts }));
    renameSync(partial, out);
    return counts;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

function writeLines(path: string, rows: Iterable<Row>, counts: Counts): void {
  const file = new AppendOnlyFile(path, "wx");
  const counter = countedOff("rows", Number.POSITIVE_INFINITY);
  try {
    let lines: string[] = [];
    const flush = (): void => {
      if (lines.length > 0) file.append(lines.join(""));
      lines = [];
    };
    for (const row of rows) {
      // NaN becomes null.
      lines.push(`${JSON.stringify(row)}\n`);
      if (lines.length === CHUNK) flush();
      counter.at(counts.rows);
    }
    flush();
    file.flush();
  } finally {
    counter.close();
    file.close();
  }
}

/** The log that a source stands for: a file, a folder that holds one (of a tournament, of a run), or a run by its name. */
function logOf(named: string, runs: string): string {
  const source = expandHome(named);
  const found = statSync(source, { throwIfNoEntry: false });
  if (found?.isFile()) return source;
  if (found?.isDirectory() && existsSync(join(source, LOG))) return join(source, LOG);
  if (source.endsWith(".jsonl")) throw new UserError(3, `There is no log ${source}.`);
  return join(resolveRun(source, runs, warn).dir, LOG);
}

function* episodesIn(path: string, problem: (message: string) => void): Generator<Episode> {
  for (const entry of readLog(path, problem)) {
    if ("episode" in entry) yield entry.episode;
    else problem(`${path}:${entry.line}: ${entry.problem}; left out.`);
  }
}

/** Which games have no exact values, and why. */
function unknownIn({ unknown }: Counts): string {
  const [talking, large] = [true, false].map((talks) =>
    [...unknown].filter((id) => (getGame(id).withoutTalk !== undefined) === talks).join(", "),
  );
  const parts = [
    ...(large ? [`${large}: too many states for exact values`] : []),
    ...(talking ? [`${talking}: players talk, which exact values leave out`] : []),
  ];
  return parts.join(". ");
}

function nothing(counts: Counts, { format }: Wanted): UserError {
  const { episodes, decisions, unknown } = counts;
  if (episodes === 0)
    return new UserError(3, "There is no game to export. A run keeps some by --keep-episodes, a match by --log.");
  if (unknown.size > 0) {
    const without = format === "preferences" ? "Take another --format." : "Leave out --max-regret and --reward regret.";
    return new UserError(3, `${unknownIn(counts)}. ${without}`);
  }
  const why = decisions === 0 ? "no decision is left by the filters" : "no row comes from the decisions";
  return new UserError(3, `There is nothing to export of ${plural(episodes, "game")}: ${why}.`);
}
