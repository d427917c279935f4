/** `spiral arena`: a tournament of many players at several games, logged while it is played, and its ratings. */
import { join } from "node:path";
import type { Standings } from "../../arena/standings.ts";
import type { Tournament } from "../../arena/tournament.ts";
import type { Player } from "../../players/player.ts";
import type { Planned } from "../../run/tournament.ts";
import { didYouMean, UserError } from "../../util/errors.ts";
import { spiralVersion } from "../../util/package.ts";
import { checkAll } from "../check-all.ts";
import { defineCommand } from "../command.ts";
import { json, openings, runFolder, seed } from "../flags/common.ts";
import { path, text, toggle, whole } from "../flags/flag.ts";
import { gamesAtOnce, llmFlags, watch } from "../flags/llm.ts";
import { queueFlags } from "../flags/queue.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import { note, print, printJson, styleFor, table } from "../terminal/output.ts";

const FOLDER = "tournaments";
const PAIRS = 100;

export const command = defineCommand({
  usage: "arena <players...>",
  example: "spiral arena nash random sloppy --games kuhn",
  flags: {
    games: text("--games <ids>", "games, separated by commas"),
    pairs: whole(
      "--pairs <n>",
      "pairs of games of each two players, at each game (default: 100, or one for each opening)",
      {
        min: 1,
        max: 1_000_000,
      },
    ),
    ...openings,
    ...seed,
    gauntlet: toggle("--gauntlet", "the first player against all others only"),
    anchor: text("--anchor <player>", "whose rating is 0; the mean is if not given"),
    out: path("--out <folder>", "the tournament's own folder (default: one in tournaments/)"),
    ...runFolder,
    ...queueFlags,
    ...json,
    ...watch,
    ...llmFlags,
  },

  async run([specs], options) {
    const { queueAddress } = await import("../queue/address.ts");
    const { openTournament } = await import("../../run/tournament.ts");
    const { checkPlayers, closePlayers } = await import("../open/players.ts");
    const { checkField, digest, gamesIn, identityOf } = await import("../open/tournament.ts");
    const { openingsOf, pairsFrom } = await import("../open/openings.ts");
    const { playIn } = await import("../open/tournament-folder.ts");
    const { exitCodeOf, interruption } = await import("../terminal/signals.ts");
    const { watched } = await import("../models/watch.ts");
    const { personAtTerminal } = await import("../terminal/person.ts");

    const runs = await runsFolder(options);
    const human = (): Player => personAtTerminal(options.json ? process.stderr : process.stdout);
    const [, games, pairs, openings, seed, open, address] = checkAll(
      () => atLeastTwo(specs),
      () => gamesIn(named(options.games)),
      () => pairsFrom(options.pairs(), options.openings(), PAIRS),
      options.openings,
      options.seed,
      () => checkPlayers(specs, { runs, llm: options, human }),
      () => queueAddress(options),
    );
    // A wrong number was reported already where a model plays.
    const atOnce = gamesAtOnce(options);
    const drawn = openings === undefined ? undefined : openingsOf(games, openings, seed);
    const opened = await open();
    const players = options.watch ? opened.map(watched) : opened;
    let isShown = false;
    try {
      const tournament: Tournament = { games, players, pairs, seed, gauntlet: options.gauntlet, openings: drawn };
      const names = players.map(({ name }) => name);
      checkAll(
        () => checkField(tournament),
        () => checkAnchor(options.anchor, names),
      );
      const planned: Planned = {
        players: players.map((player, i) => ({
          name: player.name,
          identity: identityOf(specs[i] as string, player, runs),
        })),
        games: games.map(({ id, version }) => ({ id, version })),
        pairs,
        seed,
        gauntlet: tournament.gauntlet,
        openings,
      };
      const dir = options.out ?? join(FOLDER, folderName(planned, digest(planned)));
      const folder = openTournament(dir, planned, spiralVersion());
      const { signal, stop } = interruption(() => note("Stopping. Ctrl-C again stops at once."));
      try {
        const queued = address && { address, about: "arena", place: dir, specs, runs, openings, llm: options };
        const standings = await playIn(dir, folder, tournament, atOnce, options.anchor, signal, queued);
        const interrupted = exitCodeOf(signal);
        if (standings && options.json) printJson(standings);
        else if (standings) await show(standings);
        isShown = standings !== undefined && !options.json && process.stdout.isTTY === true;
        if (interrupted !== undefined) return interrupted;
        note(`Written to ${dir}: standings.json, standings.md, ratings.csv, matches.csv and every game.`);
      } finally {
        stop();
        folder.close();
      }
      return 0;
    } finally {
      await closePlayers(players, isShown);
    }
  },
});

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
function folderName(planned: Planned, digest: string): string {
  const games = planned.games.map(({ id }) => id.replaceAll(":", ".").replaceAll(/[^A-Za-z0-9.-]/g, "")).join("-");
  return `${games.slice(0, 60)}_${planned.players.length}-players_s${planned.seed}_${digest}`;
}

async function show(standings: Standings): Promise<void> {
  const { standingsNotes, standingsTables } = await import("../../arena/standings-table.ts");
  const { bold, dim } = styleFor(process.stdout);
  for (const { title, header, rows, figuresFrom } of standingsTables(standings)) {
    const right = [0, ...header.keys()].filter((column) => column === 0 || column >= figuresFrom);
    print(`${bold(title)}\n${table(header, rows, { right })}\n`);
  }
  print(dim(standingsNotes(standings).join("\n")));
}
