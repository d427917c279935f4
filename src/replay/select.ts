/** Selects episodes of a log: those around a chosen one, or the last ones, of all games or of one. */
import type { Episode } from "../record/episode.ts";
import { UserError } from "../util/errors.ts";
import { readLog } from "./log.ts";

export interface LoggedEpisode {
  readonly line: number;
  readonly episode: Episode;
  /** If the episodes of one game are selected: its place among them, counted from 1. */
  readonly number?: number;
}

/** What names an episode: its place among those of the selected game, or else its line. */
export const numberOf = ({ line, number = line }: LoggedEpisode): number => number;

export interface Selection {
  /** The number of an episode that must be among them, as `numberOf` gives it. */
  readonly wanted?: number | undefined;
  /** Id of a game. Without parameters, it matches the game with any parameters. */
  readonly game?: string | undefined;
  /** The most episodes: the last of the log, or those around `wanted`. */
  readonly limit: number;
}

export const isOfGame = (episode: Episode, game: string | undefined): boolean =>
  game === undefined || episode.game === game || (!game.includes(":") && episode.game.startsWith(`${game}:`));

export const noEpisode = (path: string, game: string | undefined): UserError =>
  new UserError(3, `${path} holds no episode${game === undefined ? "" : ` of ${game}`}.`);

/** At least one episode, in the order of the log. Throws a UserError (exit 3) if there is none. */
export function selectEpisodes(path: string, selection: Selection, warn: (message: string) => void): LoggedEpisode[] {
  const { wanted, game, limit } = selection;
  let kept: LoggedEpisode[] = [];
  let found = false;
  let after = 0;
  let last = 0;
  let count = 0;
  for (const logged of readLog(path, warn)) {
    last = logged.line;
    if ("problem" in logged) {
      if (game === undefined && logged.line === wanted) {
        throw new UserError(1, `${path}:${logged.line}: ${logged.problem}.`);
      }
      warn(`${path}:${logged.line}: ${logged.problem}; left out.`);
      continue;
    }
    if (!isOfGame(logged.episode, game)) continue;
    count++;
    const entry = game === undefined ? logged : { ...logged, number: count };
    kept.push(entry);
    // Truncated only at twice the limit, so that copying costs little.
    if (kept.length > 2 * limit) kept = kept.slice(-limit);
    found ||= numberOf(entry) === wanted;
    if (found && after++ >= Math.floor(limit / 2)) break;
  }
  if (kept.length === 0) throw noEpisode(path, game);
  if (wanted !== undefined && !found) {
    if (game !== undefined) throw new UserError(3, `${path} has no episode ${wanted} of ${game}; there are ${count}.`);
    throw new UserError(3, `${path} has no episode in line ${wanted}; its lines are 1 to ${last}.`);
  }
  return kept.slice(-limit);
}
