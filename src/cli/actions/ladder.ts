/** `spiral ladder`: a run's learning curve in Elo, its checkpoints against each other and against fixed players. */
import { ANCHOR, type Ladder, ladderOf, type Rung, spreadOver } from "../../arena/ladder.ts";
import { fixturesOf, type Tournament } from "../../arena/tournament.ts";
import type { Game } from "../../games/game.ts";
import { getGame } from "../../games/registry.ts";
import { defaultOpponents, opponents } from "../../players/opponents.ts";
import type { Player } from "../../players/player.ts";
import { checkpointName, listCheckpoints } from "../../run/checkpoint.ts";
import { type ResolvedRun, resolveRun } from "../../run/directory.ts";
import { readRunConfig } from "../../run/run.ts";
import { UserError } from "../../util/errors.ts";
import { plural, signed, withInterval } from "../../util/figures.ts";
import { checkAll } from "../check-all.ts";
import type { Run } from "../command.ts";
import type { declaration } from "../commands/ladder.ts";
import { closePlayers, openPlayers } from "../open/players.ts";
import { runsFolder } from "../open/runs-folder.ts";
import { gamesIn, playAll } from "../open/tournament.ts";
import { print, printJson, styleFor, table, warn } from "../terminal/output.ts";

/** Columns of the curve's picture. */
const CHART = 40;

interface Report {
  readonly run: string;
  readonly greedy: boolean;
  readonly seed: number;
  readonly pairs: number;
  readonly games: Readonly<Record<string, Ladder>>;
  /** Null where there is one game only. */
  readonly overall: Ladder | null;
}

export const run: Run<typeof declaration> = async ([spec], options) => {
  const parent = await runsFolder(options);
  let learned: readonly string[] | undefined;
  const [resolved, games, most, pairs, seed] = checkAll(
    () => {
      const found = wholeRun(spec, parent);
      learned = readRunConfig(found.dir).games;
      return found;
    },
    () => chosenGames(options.games, learned),
    options.checkpoints,
    options.pairs,
    options.seed,
  );
  const saved = listCheckpoints(resolved.dir).map(({ update }) => update);
  if (saved.length === 0) throw new UserError(3, `${resolved.name} has no checkpoint yet.`);
  const updates = spreadOver(saved, most);
  const suffix = options.greedy ? ":greedy" : "";
  const checkpoints = await openPlayers(
    updates.map((update) => `${resolved.dir}@${update}${suffix}`),
    { runs: parent },
  );
  try {
    const players = [...checkpoints, ...anchors(games)];
    const tournament: Tournament = { games, players, pairs, seed, gauntlet: false };
    const fixtures = fixturesOf(tournament);
    await playAll(tournament, fixtures, 1);
    const rungs = updates.map((update, i): Rung => ({ update, player: (checkpoints[i] as Player).name }));
    const ladders = games.map(({ id }) => [id, ladderOf(fixtures.filter(({ game }) => game.id === id), rungs)] as const); // biome-ignore format: a line
    const everywhere = fixtures.filter((fixture) => fixture.players.every(({ plays }) => games.every(plays)));
    const report: Report = {
      run: resolved.name,
      greedy: options.greedy,
      seed,
      pairs,
      games: Object.fromEntries(ladders),
      overall: games.length > 1 ? ladderOf(everywhere, rungs) : null,
    };
    if (options.json) printJson(report);
    else show(report);
    warnOf(report);
    return 0;
  } finally {
    await closePlayers(checkpoints);
  }
};

function wholeRun(spec: string | undefined, parent: string): ResolvedRun {
  const resolved = resolveRun(spec, parent);
  if (resolved.checkpoint === undefined) return resolved;
  throw new UserError(2, `A ladder is of a whole run, not of a checkpoint: spiral ladder ${resolved.name}`);
}

function chosenGames(ids: string | undefined, learned: readonly string[] | undefined): Game[] {
  if (ids === undefined) return (learned ?? []).map(getGame);
  const games = gamesIn(ids);
  const known = learned?.map((id) => getGame(id).id);
  const others = games.filter(({ id }) => known && !known.includes(id));
  if (others.length === 0) return games;
  throw new UserError(2, others.map(({ id }) => `This run has not learned ${id}. It has learned ${learned?.join(", ")}.`)); // biome-ignore format: a line
}

/** The opponents that `spiral eval` takes where none is named. */
function anchors(games: readonly Game[]): Player[] {
  return opponents
    .map(({ name, make }): Player => {
      const plays = (game: Game): boolean => defaultOpponents(game).includes(name);
      return { kind: "policy", name, plays, policy: make };
    })
    .filter(({ plays }) => games.some(plays));
}

function show({ run: name, greedy, seed, pairs, games, overall }: Report): void {
  const { bold, dim } = styleFor(process.stdout);
  for (const [title, ladder] of [...(overall ? [["All games", overall] as const] : []), ...Object.entries(games)]) {
    print(`${bold(title)}\n${picture(ladder)}\n`);
  }
  print(
    dim(
      `${name}, ${greedy ? "its most likely actions" : "sampling its actions"}; everyone against everyone, ${plural(pairs, "pair")} of games with the seats swapped,\n` +
        `seed ${seed}. Elo: Bradley–Terry ratings, ${ANCHOR} is 0, 95 % intervals by bootstrap over pairs.`,
    ),
  );
}

/** Checkpoints in order, then the fixed players, each with its interval drawn on one scale. */
function picture({ curve, anchors: fixed }: Ladder): string {
  const rows = [
    ...curve.map(({ update, ...one }) => ({ name: checkpointName(update), ...one })),
    ...fixed.map(({ player, ...one }) => ({ name: player, ...one })),
  ];
  const ends = rows.flatMap(({ rating, ci95 }) => [rating, ...ci95]).filter(Number.isFinite);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const column = (x: number): number => {
    const share = high > low ? (Math.min(Math.max(x, low), high) - low) / (high - low) : 0;
    return Math.round(share * (CHART - 1));
  };
  return table(
    ["", "Elo", ""],
    rows.map(({ name, rating, ci95 }) => {
      const cells = Array<string>(CHART).fill(" ");
      for (let at = column(ci95[0]); at <= column(ci95[1]); at++) cells[at] = "─";
      cells[column(rating)] = "●";
      return [name, withInterval(rating, ci95, 0), cells.join("")];
    }),
    { right: [1] },
  );
}

function warnOf({ games }: Report): void {
  for (const [id, { forgotten }] of Object.entries(games)) {
    for (const { update, than, difference, probability } of forgotten) {
      const [later, earlier] = [checkpointName(update), checkpointName(than)];
      warn(`${id}: ${later} is worse than ${earlier}, by ${signed(-difference, 0).slice(1)} Elo (${(100 * probability).toFixed(1)} % sure): it has forgotten something.`); // biome-ignore format: a line
    }
  }
}
