/** Plays a tournament in its folder: reads the games that are there, plays the others and writes the standings. */
import { join } from "node:path";
import { AnswersOfTournament } from "../../arena/answers.ts";
import type { PlayedGame } from "../../arena/pairing.ts";
import { type Standings, standingsOf, standingsSoFar } from "../../arena/standings.ts";
import { answersCsv, matchesCsv, ratingsCsv, standingsMarkdown } from "../../arena/standings-table.ts";
import { type Fixture, fixtureFinder, fixturesOf, playTournament, type Tournament } from "../../arena/tournament.ts";
import { formatEpisode } from "../../record/episode.ts";
import { readLog } from "../../replay/log.ts";
import { type TournamentFolder, writeSchedule } from "../../run/tournament.ts";
import { UserError } from "../../util/errors.ts";
import { plural } from "../../util/figures.ts";
import { writeFileAtomic } from "../../util/files.ts";
import type { QueuedTournament } from "../queue/games.ts";
import { note } from "../terminal/output.ts";
import { gamesOf, playAll } from "./tournament.ts";

/**
 * Plays what is left of a tournament in its folder, or has it played by the workers of a queue, and writes the standings there. If `signal` aborts, the standings of the
 * games so far are returned and not written; undefined if there are none.
 */
export async function playIn(
  dir: string,
  folder: TournamentFolder,
  tournament: Tournament,
  atOnce: number,
  anchor: string | undefined,
  signal: AbortSignal,
  queued: QueuedTournament | undefined,
): Promise<Standings | undefined> {
  const fixtures = fixturesOf(tournament);
  const total = gamesOf(fixtures);
  const count = (): number => fixtures.reduce((sum, { played }) => sum + played.size, 0);
  const answers = new AnswersOfTournament(tournament.players);
  writeSchedule(dir, scheduleOf(tournament, fixtures, anchor));
  restore(folder.log, fixtures, tournament.pairs, answers);
  const before = count();
  if (before > 0) note(`${before} of ${plural(total, "game")} are there already.`);
  if (before < total)
    note(`Playing ${plural(total - before, "game")} in ${dir}. Stopped at any time, the same command goes on.`);
  try {
    const keep = (games: readonly PlayedGame[], { game }: Fixture): void => {
      folder.append(games.map(({ episode }) => `${formatEpisode(episode())}\n`).join(""));
      for (const { episode } of games) answers.add(game, episode());
    };
    const games = queued
      ? (await import("../queue/games.ts")).playQueued(tournament, fixtures, queued, signal)
      : playTournament(tournament, fixtures, { atOnce, signal });
    await playAll(fixtures, games, keep);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const kept = `${count()} of ${plural(total, "game")} are kept in ${dir}. The same command goes on with the rest.`;
    throw new UserError(error.exitCode, [...error.problems, kept], { cause: error });
  }
  if (count() < total) {
    note(`Stopped after ${count()} of ${plural(total, "game")}, which are kept in ${dir}. The same command goes on.`);
    return standingsSoFar(tournament, fixtures, anchor, answers.results());
  }
  const standings = standingsOf(tournament, fixtures, anchor, answers.results());
  writeFileAtomic(join(dir, "standings.json"), `${JSON.stringify(standings, null, 2)}\n`);
  writeFileAtomic(join(dir, "standings.md"), standingsMarkdown("Tournament", standings));
  writeFileAtomic(join(dir, "ratings.csv"), ratingsCsv(standings));
  writeFileAtomic(join(dir, "matches.csv"), matchesCsv(standings));
  if (standings.answers.length > 0) writeFileAtomic(join(dir, "answers.csv"), answersCsv(standings));
  return standings;
}

const scheduleOf = ({ games, players }: Tournament, fixtures: readonly Fixture[], anchor = null as string | null) => ({
  anchor,
  plays: Object.fromEntries(
    players.map(({ name, plays }) => [name, games.filter((game) => plays(game)).map(({ id }) => id)]),
  ),
  fixtures: fixtures.map(({ game, players: [first, second], pairs, deterministic }) => ({
    ...{ game: game.id, pairs, deterministic },
    players: [first.name, second.name] satisfies [string, string],
  })),
});

/** Enters the games of an earlier process. Each counts once; a line that is none of them ends the command, exit code 3. */
function restore(log: string, fixtures: readonly Fixture[], pairs: number, answers: AnswersOfTournament): void {
  const fixtureOf = fixtureFinder(fixtures);
  for (const entry of readLog(log, () => {})) {
    const mend = `Delete that line, and the game is played again.`;
    if ("problem" in entry) throw new UserError(3, `${log}:${entry.line}: ${entry.problem}. ${mend}`);
    const { index, returns } = entry.episode;
    const fixture = fixtureOf(entry.episode);
    if (!fixture || index >= 2 * pairs) {
      throw new UserError(3, `${log}:${entry.line}: this is no game of this tournament. Delete that line.`);
    }
    // The same game twice is the same entry. Copies of a fixture's only pair are left out, so that counts of games are right.
    if (index >= 2 * fixture.pairs) continue;
    if (!fixture.played.has(index)) answers.add(fixture.game, entry.episode);
    fixture.played.set(index, returns);
  }
}
