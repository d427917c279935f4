/** The logged games of a page: all that a report holds, or a list that fills while the page is open, with each game on demand. */
import type { ListedGame, PageEpisode } from "../src/page/contents.ts";

export interface GameLog {
  /** In the order of the log: so far, the last ones. */
  readonly games: readonly ListedGame[];
  /** How many there are, also those that the list lacks so far. */
  readonly total: number;
  /** Whether it is of a server, which may lack a game that was there. */
  readonly isLive: boolean;
  /** Throws an Error that says why if the game cannot be had. */
  episode(line: number): PageEpisode | Promise<PageEpisode>;
}

/** The log of a report. */
export function embeddedLog(episodes: readonly PageEpisode[]): GameLog {
  return {
    games: episodes.map(({ actions, forfeit, ...episode }) => ({
      ...episode,
      plies: actions.length,
      forfeit: forfeit?.seat,
    })),
    total: episodes.length,
    isLive: false,
    episode(line) {
      const found = episodes.find((episode) => episode.line === line);
      if (!found) throw new Error(`Game ${line} is not in this file.`);
      return found;
    },
  };
}
