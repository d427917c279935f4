/** Selects episodes of a log: those around a line, or the last ones, of all games or of one. */
import type { Episode } from "../record/episode.ts";
import { UserError } from "../util/errors.ts";
import { readLog } from "./log.ts";

export interface LoggedEpisode {
  readonly line: number;
  readonly episode: Episode;
}

export interface Selection {
  /** The line of an episode that must be among them. */
  readonly line?: number | undefined;
  /** Id of a game. Without parameters, it matches the game with any parameters. */
  readonly game?: string | undefined;
  /** The most episodes: the last of the log, or those around `line`. */
  readonly limit: number;
}

export const isOfGame = (episode: Episode, game: string | undefined): boolean =>
  game === undefined || episode.game === game || (!game.includes(":") && episode.game.startsWith(`${game}:`));

export const noEpisode = (path: string, game: string | undefined): UserError =>
  new UserError(3, `${path} holds no episode${game === undefined ? "" : ` of ${game}`}.`);

/** At least one episode, in the order of the log. Throws a UserError (exit 3) if there is none. */
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
    // Truncated only at twice the limit, so that copying costs little.
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
