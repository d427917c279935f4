/** The files that a match writes its games to: as lines, and as text. Each is made with the first game, so that none is left empty. */
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { PlayedGame } from "../../arena/pairing.ts";
import { formatEpisode } from "../../record/episode.ts";
import { formatNotation } from "../../record/notation.ts";
import { AppendOnlyFile } from "../../util/append-only-file.ts";
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
}

/** Throws the problems of the named files; creates none. */
export function checkGameFiles({ log, notation }: GamePaths): void {
  checkAll(...[log, notation].map((path) => () => path !== undefined && checkNew(path)), () =>
    checkDiffer(log, notation),
  );
}

function checkNew(path: string): void {
  if (existsSync(path)) throw new UserError(2, `${path} is there already. Name another file, or delete it.`);
  checkWritable(path);
}

function checkDiffer(log: string | undefined, notation: string | undefined): void {
  if (log === undefined || notation === undefined || resolve(log) !== resolve(notation)) return;
  throw new UserError(2, `--log and --notation both name ${log}. Give each a file of its own.`);
}

export function gameFiles({ log, notation }: GamePaths): GameFiles {
  const files = [
    ...(log === undefined ? [] : [newFile(log, formatEpisode)]),
    ...(notation === undefined ? [] : [newFile(notation, formatNotation)]),
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

function newFile(path: string, format: typeof formatEpisode): GameFiles {
  let file: AppendOnlyFile | undefined;
  return {
    keep(games) {
      if (!file) {
        makeFolders(dirname(path));
        file = new AppendOnlyFile(path, "wx");
      }
      file.append(games.map(({ episode }) => `${format(episode())}\n`).join(""));
    },
    close: () => file?.close(),
  };
}
