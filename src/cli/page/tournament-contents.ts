/** What the page shows of a tournament: its cross-tables and ratings, those so far if it is not at its end, and what each player did. */
import { existsSync } from "node:fs";
import type { Standings } from "../../arena/standings.ts";
import { standingsNotes, standingsTables } from "../../arena/standings-table.ts";
import { attempt } from "../../config/check.ts";
import type { PageContents, PageTable } from "../../page/contents.ts";
import type { Episode } from "../../record/episode.ts";
import { readLog } from "../../replay/log.ts";
import { lockHolder } from "../../run/lock.ts";
import { readSchedule, readTournament } from "../../run/tournament.ts";
import { UserError } from "../../util/errors.ts";
import { Conduct } from "./conduct.ts";
import { readStandings } from "./standings-file.ts";
import { SoFar } from "./standings-so-far.ts";

/** The contents without its games, which `log` holds. Throws a UserError (exit 3) if the folder holds no tournament. */
export function tournamentContents(dir: string, title: string, log: string | undefined): PageContents {
  const planned = readTournament(dir);
  const { players, games, pairs, seed, gauntlet } = planned;
  const notes: string[] = [];
  const problems: string[] = [];
  const ended = attempt(problems, () => readStandings(dir));
  const schedule = ended ? undefined : attempt(problems, () => readSchedule(dir));
  const soFar = schedule && attempt(problems, () => new SoFar(planned, schedule));
  notes.push(...problems.map((problem) => `The ratings could not be read: ${problem}`));
  const conduct = new Conduct();
  for (const episode of log === undefined ? [] : episodesIn(log)) {
    conduct.add(episode);
    soFar?.add(episode);
  }
  const standings = ended ?? soFar?.standings();
  if (!ended && problems.length === 0) notes.push(soFar ? UNDER_WAY : NOT_AT_ITS_END);
  return {
    title,
    facts: [
      ["games", games.map(({ id }) => id).join(", ")],
      ["players", players.map(({ name }) => name).join(", ")],
      ["format", gauntlet ? "the first player against each other" : "everyone against everyone"],
      ["pairs of games for each two players", String(pairs)],
      ["seed", String(seed)],
      ["status", ended ? "finished" : lockHolder(dir) ? "being played" : "stopped"],
      ...(soFar?.facts() ?? []),
    ],
    games: games.map(({ id }) => id),
    metrics: [],
    checkpoints: [],
    episodes: [],
    tables: [
      ...(standings ? tablesOf(standings) : []),
      conduct.table({ withAnswers: (standings?.answers.length ?? 0) === 0 }),
    ],
    notes,
  };
}

const UNDER_WAY = "The tournament is not at its end: these are the standings so far, of complete pairs of games.";
const NOT_AT_ITS_END = "The tournament is not at its end, where the ratings are made.";

/** Those that can be read. What a list of games says of the others is enough. */
function* episodesIn(log: string): Generator<Episode> {
  try {
    for (const entry of existsSync(log) ? readLog(log, () => {}) : []) if ("episode" in entry) yield entry.episode;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

/** The tables of `spiral arena`, without those of games that have not begun. */
function tablesOf(standings: Standings): PageTable[] {
  const about = standingsNotes(standings);
  const begun = standingsTables(standings).filter(({ rows }) => rows.length > 0);
  return begun.map(({ title, header, rows }, i, all) => ({
    caption: title,
    // A place, then the player: the page has the name first.
    header: ["player", "", ...header.slice(2)],
    rows: rows.map(([place = "", player = "", ...figures]) => [player, place, ...figures]),
    notes: i === all.length - 1 ? about : [],
  }));
}
