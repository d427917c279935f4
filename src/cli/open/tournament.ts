/** Shared by `arena` and `ladder`: checks the players, identifies them, and plays all games with a progress count. */
import { createHash } from "node:crypto";
import type { PlayedGame } from "../../arena/pairing.ts";
import type { Fixture, playTournament, Tournament } from "../../arena/tournament.ts";
import type { Game } from "../../games/game.ts";
import { getGame, splitGames } from "../../games/registry.ts";
import type { Player } from "../../players/player.ts";
import { parseSpec } from "../../players/spec.ts";
import { readEntries } from "../../run/checkpoint-folder.ts";
import { resolveRun } from "../../run/directory.ts";
import { UserError } from "../../util/errors.ts";
import { checkAll } from "../check-all.ts";
import { countedOff } from "../terminal/counter.ts";

/** The games in `ttt,kuhn`. Throws a UserError with all their problems. */
export function gamesIn(ids: string): Game[] {
  const games: Game[] = checkAll(...splitGames(ids).map((id) => () => getGame(id)));
  const twice = games.find((game, i) => games.indexOf(game) < i);
  if (twice) throw new UserError(2, `--games names ${twice.id} twice.`);
  return games;
}

/** Throws if two players have one name, or a player has no opponent at any of the games. */
export function checkField({ players, games, gauntlet }: Pick<Tournament, "players" | "games" | "gauntlet">): void {
  const names = players.map(({ name }) => name);
  const problems = names
    .filter((name, i) => names.indexOf(name) < i)
    .map((name) => `${name} is named twice; a player meets others, not itself.`);
  for (const [i, { name, plays }] of players.entries()) {
    const others = players.filter((_, j) => j !== i && (!gauntlet || i === 0 || j === 0));
    const meets = games.some((game) => plays(game) && others.some((other) => other.plays(game)));
    if (!meets) problems.push(`${name} meets nobody at ${games.map(({ id }) => id).join(", ")}.`);
  }
  if (problems.length > 0) throw new UserError(2, problems);
}

/**
 * Identifies a player: a run by the checksum of its checkpoint, a language model by the settings that shape its answers. Others
 * are identified by their names.
 */
export function identityOf(spec: string, player: Player, runs: string): string {
  const { name } = player;
  const named = parseSpec(spec);
  if (named.kind === "llm") return JSON.stringify("identity" in player ? player.identity : {});
  const parsed = named.kind === "best-response" ? named.of : named;
  // Before, it played the same game in every pair; those games do not mix with these.
  if (parsed.kind === "mcts") return "draws anew in each pair";
  if (parsed.kind !== "run") return "";
  const { dir } = resolveRun(parsed.run, runs);
  // The update that was opened, which the name says: meanwhile there may be a later one.
  const update = Number(/@(\d+)(?::greedy)?$/.exec(name)?.[1]);
  return readEntries(dir).entries.find((entry) => entry.update === update)?.state ?? "";
}

export const digest = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 8);

/** The number of games that fixtures have when all are played. */
export const gamesOf = (fixtures: readonly Fixture[]): number =>
  fixtures.reduce((sum, { pairs }) => sum + 2 * pairs, 0);

/** Takes the games that are left as they end; each is kept, and then counts. */
export async function playAll(
  fixtures: readonly Fixture[],
  games: ReturnType<typeof playTournament>,
  keep: (games: readonly PlayedGame[], fixture: Fixture) => void = () => {},
): Promise<void> {
  const total = gamesOf(fixtures);
  let done = fixtures.reduce((sum, { played }) => sum + played.size, 0);
  const counter = countedOff("games", total);
  try {
    for await (const { fixture, games: ended } of games) {
      keep(ended, fixture);
      for (const { index, returns } of ended) fixture.played.set(index, returns);
      done += ended.length;
      const [first, second] = fixture.players;
      counter.at(done, `${fixture.game.id}: ${first.name} against ${second.name}`);
    }
  } finally {
    counter.close();
  }
}
