/**
 * The files that a match writes its games to: as lines, and as text. Each is made with the first game, so that none is left
 * empty. A match can go on with the games of its log.
 */
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Match, PlayedGame } from "../../arena/pairing.ts";
import { formatEpisode } from "../../record/episode.ts";
import { formatNotation } from "../../record/notation.ts";
import { readLog } from "../../replay/log.ts";
import { AppendOnlyFile, cutTornLine } from "../../util/append-only-file.ts";
import { UserError } from "../../util/errors.ts";
import { checkWritable, makeFolders } from "../../util/files.ts";
import { checkAll } from "../check-all.ts";

export interface GameFiles {
  readonly keep: (games: readonly PlayedGame[]) => void;
  readonly close: () => void;
}

interface GamePaths {
  readonly log?: string | undefined;
  readonly notation?: string | undefined;
  /** Whether the match goes on with the games of the log. */
  readonly resume: boolean;
}

/** Throws what is wrong with the files that are named; makes none yet. */
export function checkGameFiles({ log, notation, resume }: GamePaths): void {
  checkAll(
    () =>
      log !== undefined &&
      (resume ? checkWritable(log) : checkNew(log, ", delete it, or go on with its games by --resume")),
    () => notation !== undefined && checkNew(notation, ", or delete it"),
    () => checkDiffer(log, notation),
    () => resume && checkResumable(log, notation),
  );
}

function checkNew(path: string, others: string): void {
  if (existsSync(path)) throw new UserError(2, `${path} is there already. Name another file${others}.`);
  checkWritable(path);
}

function checkResumable(log: string | undefined, notation: string | undefined): void {
  if (log === undefined) throw new UserError(2, "--resume goes on with the games of a log: name it by --log.");
  if (notation !== undefined) {
    throw new UserError(2, "--resume goes on with a log, and not with --notation. Leave out one of the two.");
  }
}

function checkDiffer(log: string | undefined, notation: string | undefined): void {
  if (log === undefined || notation === undefined || resolve(log) !== resolve(notation)) return;
  throw new UserError(2, `--log and --notation both name ${log}. Give each a file of its own.`);
}

/**
 * The games of a match that its log holds: the returns of seats 0 and 1, by the number of the game. An incomplete last line
 * is removed from the file. Throws a UserError (exit 3) if any other line is no game of this match.
 */
export function gamesInLog(
  path: string,
  { game, players, openings }: Match,
  pairs: number,
): Map<number, readonly [number, number]> {
  const played = new Map<number, readonly [number, number]>();
  if (!existsSync(path)) return played;
  cutTornLine(path);
  const names = players.map(({ name }) => name);
  for (const entry of readLog(path, () => {})) {
    if ("problem" in entry) throw new UserError(3, `${path}:${entry.line}: ${entry.problem}. Delete that line.`);
    const { index, returns, players: seats, ...episode } = entry.episode;
    const opening = openings?.[index >> 1];
    const isOurs =
      episode.game === game.id &&
      episode.version === game.version &&
      index < 2 * pairs &&
      episode.opening === opening?.length &&
      (opening ?? []).every((action, ply) => episode.actions[ply] === action);
    const [first, second] = index % 2 === 0 ? seats : [seats[1], seats[0]];
    if (!isOurs || first !== names[0] || second !== names[1]) {
      throw new UserError(3, `${path}:${entry.line}: this is no game of this match. Name another --log.`);
    }
    played.set(index, returns);
  }
  return played;
}

export function gameFiles({ log, notation, resume }: GamePaths): GameFiles {
  const files = [
    ...(log === undefined ? [] : [lateFile(log, formatEpisode, resume ? "a" : "wx")]),
    ...(notation === undefined ? [] : [lateFile(notation, formatNotation, "wx")]),
  ];
  return {
    keep: (games) => {
      for (const { keep } of games.length > 0 ? files : []) keep(games);
    },
    close: () => {
      for (const { close } of files) close();
    },
  };
}

function lateFile(path: string, format: typeof formatEpisode, flags: "a" | "wx"): GameFiles {
  let file: AppendOnlyFile | undefined;
  return {
    keep(games) {
      if (!file) {
        makeFolders(dirname(path));
        file = new AppendOnlyFile(path, flags);
      }
      file.append(games.map(({ episode }) => `${format(episode())}\n`).join(""));
    },
    close: () => file?.close(),
  };
}
