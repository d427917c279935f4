/** Picks episodes out of a log: one by its line, or the last ones, of any game or of one. */
import type { Episode } from "../record/episode.ts";
import { UserError } from "../util/errors.ts";
import { readLog } from "./log.ts";

export interface LoggedEpisode {
  readonly line: number;
  readonly episode: Episode;
}

export interface Selection {
  /** The line that must be among them. */
  readonly line?: number | undefined;
  /** Id of a game; without parameters it stands for the game with any. */
  readonly game?: string | undefined;
  /** At most so many, the last of the log; around `line` where that is given. */
  readonly limit: number;
}

export const isOfGame = (episode: Episode, game: string | undefined): boolean =>
  game === undefined || episode.game === game || (!game.includes(":") && episode.game.startsWith(`${game}:`));

export const noEpisode = (path: string, game: string | undefined): UserError =>
  new UserError(3, `${path} holds no episode${game === undefined ? "" : ` of ${game}`}.`);

/** In the order of the log, never empty: a UserError (exit 3) says what is missing. */
export function selectEpisodes(path: string, selection: Selection, warn: (message: string) => void): LoggedEpisode[] {
  const { line: wanted, game, limit } = selection;
  let kept: LoggedEpisode[] = [];
  let found = false;
  let after = 0;
  let last = 0;
  for (const entry of readLog(path, warn)) {
    last = entry.line;
    const isWanted = entry.line === wanted;
    if ("problem" in entry) {
      if (isWanted) throw new UserError(1, `${path}:${entry.line}: ${entry.problem}.`);
      warn(`${path}:${entry.line}: ${entry.problem}; left out.`);
      continue;
    }
    if (!isOfGame(entry.episode, game)) {
      if (isWanted)
        throw new UserError(2, `${path}:${entry.line} is an episode of ${entry.episode.game}, not ${game}.`);
      continue;
    }
    kept.push(entry);
    // Cut seldom, so that cutting costs nothing.
    if (kept.length > 2 * limit) kept = kept.slice(-limit);
    found ||= isWanted;
    if (found && after++ >= Math.floor(limit / 2)) break;
  }
  if (wanted !== undefined && !found) {
    throw new UserError(3, `${path} has no episode in line ${wanted}; its lines are 1 to ${last}.`);
  }
  if (kept.length === 0) throw noEpisode(path, game);
  return kept.slice(-limit);
}
