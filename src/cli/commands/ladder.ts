/** `spiral ladder`: a run's learning curve in Elo, its checkpoints against each other and against fixed players. */
import type { Rung } from "../../arena/ladder.ts";
import type { Tournament } from "../../arena/tournament.ts";
import type { Player } from "../../players/player.ts";
import { UserError } from "../../util/errors.ts";
import { checkAll } from "../check-all.ts";
import { defineCommand } from "../command.ts";
import { greedy, json, learnedGames, pairs, runFolder, seed } from "../flags/common.ts";
import { whole } from "../flags/flag.ts";
import { queueFlags } from "../flags/queue.ts";
import { runsFolder } from "../flags/runs-folder.ts";
import type { LadderReport } from "../terminal/ladder-chart.ts";
import { note, printJson, warn } from "../terminal/output.ts";

export const command = defineCommand({
  usage: "ladder [run]",
  example: "spiral ladder --checkpoints 6",
  flags: {
    ...learnedGames,
    checkpoints: whole("--checkpoints <n>", "how many of them at most, evenly spread", { min: 1, max: 1000 }, "10"),
    ...pairs,
    ...seed,
    ...greedy,
    ...runFolder,
    ...queueFlags,
    ...json,
  },

  async run([spec], options) {
    const { queueAddress } = await import("../queue/address.ts");
    const { ladderOf, spreadOver } = await import("../../arena/ladder.ts");
    const { fixturesOf, playTournament } = await import("../../arena/tournament.ts");
    const { bestCheckpoint } = await import("../../run/best.ts");
    const { wholeCheckpoints } = await import("../../run/checkpoint-folder.ts");
    const { readRunConfig } = await import("../../run/read.ts");
    const { anchors, chosenGames, wholeRun } = await import("../open/ladder.ts");
    const { closePlayers, openPlayers } = await import("../open/players.ts");
    const { playAll } = await import("../open/tournament.ts");
    const { exitCodeOf, interruption } = await import("../terminal/signals.ts");
    const { printLadder, warnOfForgotten } = await import("../terminal/ladder-chart.ts");

    const parent = await runsFolder(options);
    let learned: readonly string[] | undefined;
    const [resolved, games, most, pairs, seed, address] = checkAll(
      () => {
        const found = wholeRun(spec, parent);
        learned = readRunConfig(found.dir).games;
        return found;
      },
      () => chosenGames(options.games, learned),
      options.checkpoints,
      options.pairs,
      options.seed,
      () => queueAddress(options),
    );
    const saved = wholeCheckpoints(resolved.dir, warn);
    if (saved.length === 0) throw new UserError(3, `${resolved.name} has no checkpoint yet.`);
    const best = bestCheckpoint(resolved.dir)?.update;
    const updates = spreadOver(saved, most, best);
    const suffix = options.greedy ? ":greedy" : "";
    const specs = updates.map((update) => `${resolved.dir}@${update}${suffix}`);
    const checkpoints = await openPlayers(specs, { runs: parent });
    try {
      const players = [...checkpoints, ...anchors(games)];
      const tournament: Tournament = { games, players, pairs, seed, gauntlet: false };
      const fixtures = fixturesOf(tournament);
      if (address) {
        const { playQueued } = await import("../queue/games.ts");
        const { signal, stop } = interruption(() => note("Stopping. Ctrl-C again stops at once."));
        const names = [...specs, ...players.slice(specs.length).map(({ name }) => name)];
        const queued = {
          address,
          about: "ladder",
          place: resolved.dir,
          specs: names,
          runs: parent,
          openings: undefined,
        };
        await playAll(fixtures, playQueued(tournament, fixtures, queued, signal)).finally(stop);
        const interrupted = exitCodeOf(signal);
        if (interrupted !== undefined) return interrupted;
      } else await playAll(fixtures, playTournament(tournament, fixtures, { atOnce: 1 }));
      const rungs = updates.map((update, i): Rung => ({ update, player: (checkpoints[i] as Player).name }));
      const ladderAt = (id: string) =>
        ladderOf(
          fixtures.filter(({ game }) => game.id === id),
          rungs,
        );
      const everywhere = fixtures.filter((fixture) => fixture.players.every(({ plays }) => games.every(plays)));
      const report: LadderReport = {
        run: resolved.name,
        best: best ?? null,
        greedy: options.greedy,
        seed,
        pairs,
        games: Object.fromEntries(games.map(({ id }) => [id, ladderAt(id)])),
        overall: games.length > 1 ? ladderOf(everywhere, rungs) : null,
        matches: fixtures.length,
        deterministic: fixtures.filter(({ deterministic }) => deterministic).length,
      };
      if (options.json) printJson(report);
      else printLadder(report);
      warnOfForgotten(report);
      return 0;
    } finally {
      await closePlayers(checkpoints);
    }
  },
});
