/** `spiral arena`: a tournament of many players at several games, kept as it goes, and the ratings that come of it. */
import { join } from "node:path";
import { type Standings, standingsOf } from "../../arena/standings.ts";
import {
  matchesCsv,
  ratingsCsv,
  standingsMarkdown,
  standingsNotes,
  standingsTables,
} from "../../arena/standings-table.ts";
import { type Fixture, fixturesOf, type Tournament } from "../../arena/tournament.ts";
import type { Player } from "../../players/player.ts";
import { formatEpisode } from "../../record/episode.ts";
import { readLog } from "../../replay/log.ts";
import { openTournament, type Planned, type TournamentFolder } from "../../run/tournament.ts";
import { didYouMean, UserError } from "../../util/errors.ts";
import { plural } from "../../util/figures.ts";
import { writeFileAtomic } from "../../util/files.ts";
import { spiralVersion } from "../../util/package.ts";
import { checkAll } from "../check-all.ts";
import type { Run } from "../command.ts";
import type { declaration } from "../commands/arena.ts";
import { gamesAtOnce } from "../flags/llm.ts";
import { checkPlayers, closePlayers } from "../open/players.ts";
import { runsFolder } from "../open/runs-folder.ts";
import { checkField, digest, gamesIn, identityOf, playAll } from "../open/tournament.ts";
import { note, print, printJson, styleFor, table } from "../terminal/output.ts";
import { personAtTerminal } from "../terminal/person.ts";

const FOLDER = "tournaments";

export const run: Run<typeof declaration> = async ([specs], options) => {
  const runs = await runsFolder(options);
  const human = (): Player => personAtTerminal(options.json ? process.stderr : process.stdout);
  const [, games, pairs, seed, open] = checkAll(
    () => atLeastTwo(specs),
    () => gamesIn(named(options.games)),
    options.pairs,
    options.seed,
    () => checkPlayers(specs, { runs, llm: options, human }),
  );
  // A wrong number was reported already where a model plays.
  const atOnce = gamesAtOnce(options);
  const players = await open();
  try {
    const tournament: Tournament = { games, players, pairs, seed, gauntlet: options.gauntlet };
    const names = players.map(({ name }) => name);
    checkAll(
      () => checkField(tournament),
      () => checkAnchor(options.anchor, names),
    );
    const planned: Planned = {
      players: players.map((player, i) => ({
        name: player.name,
        identity: identityOf(specs[i] as string, player, runs, options),
      })),
      games: games.map(({ id, version }) => ({ id, version })),
      pairs,
      seed,
      gauntlet: tournament.gauntlet,
    };
    const dir = options.out ?? join(FOLDER, folderName(planned));
    const folder = openTournament(dir, planned, spiralVersion());
    try {
      const standings = await playIn(dir, folder, tournament, atOnce, options.anchor);
      if (options.json) printJson(standings);
      else show(standings);
      note(`Written to ${dir}: standings.json, standings.md, ratings.csv, matches.csv and every game.`);
    } finally {
      folder.close();
    }
    return 0;
  } finally {
    await closePlayers(players);
  }
};

async function playIn(
  dir: string,
  folder: TournamentFolder,
  tournament: Tournament,
  atOnce: number,
  anchor: string | undefined,
): Promise<Standings> {
  const fixtures = fixturesOf(tournament);
  const total = fixtures.length * 2 * tournament.pairs;
  const count = (): number => fixtures.reduce((sum, { played }) => sum + played.size, 0);
  restore(folder.log, fixtures, tournament.pairs);
  const before = count();
  if (before > 0) note(`${before} of ${plural(total, "game")} are there already.`);
  if (before < total)
    note(`Playing ${plural(total - before, "game")} in ${dir}. Stopped at any time, the same command goes on.`);
  try {
    await playAll(tournament, fixtures, atOnce, (games) =>
      folder.append(games.map(({ episode }) => `${formatEpisode(episode())}\n`).join("")),
    );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const kept = `${count()} of ${plural(total, "game")} are kept in ${dir}. The same command goes on with the rest.`;
    throw new UserError(error.exitCode, [...error.problems, kept], { cause: error });
  }
  const standings = standingsOf(tournament, fixtures, anchor);
  writeFileAtomic(join(dir, "standings.json"), `${JSON.stringify(standings, null, 2)}\n`);
  writeFileAtomic(join(dir, "standings.md"), standingsMarkdown("Tournament", standings));
  writeFileAtomic(join(dir, "ratings.csv"), ratingsCsv(standings));
  writeFileAtomic(join(dir, "matches.csv"), matchesCsv(standings));
  return standings;
}

/** Enters the games of an earlier process. Each counts once; a line that is none of them ends the command, exit code 3. */
function restore(log: string, fixtures: readonly Fixture[], pairs: number): void {
  const keyOf = (game: string, first: string, second: string): string => JSON.stringify([game, first, second]);
  const byKey = new Map(
    fixtures.map((fixture) => {
      const [first, second] = fixture.players;
      return [keyOf(fixture.game.id, first.name, second.name), fixture] as const;
    }),
  );
  for (const entry of readLog(log, () => {})) {
    const mend = `Delete that line, and the game is played again.`;
    if ("problem" in entry) throw new UserError(3, `${log}:${entry.line}: ${entry.problem}. ${mend}`);
    const { game, index, players, returns } = entry.episode;
    const [first, second] = index % 2 === 0 ? players : [players[1], players[0]];
    const fixture = byKey.get(keyOf(game, first, second));
    if (!fixture || index >= 2 * pairs) {
      throw new UserError(3, `${log}:${entry.line}: this is no game of this tournament. Delete that line.`);
    }
    // The same game twice is the same entry.
    fixture.played.set(index, returns);
  }
}

function atLeastTwo(specs: readonly string[]): void {
  if (specs.length < 2) throw new UserError(2, "A tournament takes two players or more: spiral arena nash random …");
}

function named(games: string | undefined): string {
  if (games !== undefined) return games;
  throw new UserError(2, "Name the games that they play: --games ttt,kuhn. What there is: spiral games");
}

function checkAnchor(anchor: string | undefined, names: readonly string[]): void {
  if (anchor === undefined || names.includes(anchor)) return;
  throw new UserError(2, `--anchor ${anchor} is none of the players.${didYouMean(anchor, names)} ${names.join(", ")}`);
}

/** The same tournament has the same folder, so that the same command goes on with it. */
function folderName(planned: Planned): string {
  const games = planned.games.map(({ id }) => id.replaceAll(":", ".").replaceAll(/[^A-Za-z0-9.-]/g, "")).join("-");
  return `${games.slice(0, 60)}_${planned.players.length}-players_s${planned.seed}_${digest(planned)}`;
}

function show(standings: Standings): void {
  const { bold, dim } = styleFor(process.stdout);
  for (const { title, header, rows, figuresFrom } of standingsTables(standings)) {
    const right = [0, ...header.keys()].filter((column) => column === 0 || column >= figuresFrom);
    print(`${bold(title)}\n${table(header, rows, { right })}\n`);
  }
  print(dim(standingsNotes(standings).join("\n")));
}
