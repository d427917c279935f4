/** The standings of a tournament that is not at its end, from its schedule and the games in its log. */
import { type Standings, standingsSoFar } from "../../arena/standings.ts";
import { type Fixture, fixtureFinder, type Tournament } from "../../arena/tournament.ts";
import { getGame } from "../../games/registry.ts";
import type { Player } from "../../players/player.ts";
import type { Episode } from "../../record/episode.ts";
import type { Planned, Schedule } from "../../run/tournament.ts";
import { openingsOf } from "../open/openings.ts";
import { gamesOf } from "../open/tournament.ts";

/** Draws of the bootstrap times fixtures, so that ratings take a second at most. */
const WORK = 90_000;
const [FEWEST_DRAWS, MOST_DRAWS] = [200, 2000];

export class SoFar {
  readonly #tournament: Tournament;
  readonly #fixtures: readonly Fixture[];
  readonly #anchor: string | undefined;
  readonly #fixtureOf: (episode: Episode) => Fixture | undefined;

  /** Throws a UserError if a game is not known here. */
  constructor(planned: Planned, schedule: Schedule) {
    const games = planned.games.map(({ id }) => getGame(id));
    const players = new Map(planned.players.map(({ name }) => [name, absent(name, schedule.plays[name] ?? [])]));
    const { pairs, seed, gauntlet, openings } = planned;
    const drawn = openings === undefined ? undefined : openingsOf(games, openings, seed);
    this.#tournament = { games, players: [...players.values()], pairs, seed, gauntlet, openings: drawn };
    this.#fixtures = schedule.fixtures.map(({ game, players: [first, second], pairs, deterministic }, number) => ({
      ...{ number, game: getGame(game), pairs, deterministic, openings: drawn?.get(game), played: new Map() },
      players: [players.get(first) ?? absent(first, []), players.get(second) ?? absent(second, [])],
    }));
    this.#anchor = schedule.anchor ?? undefined;
    this.#fixtureOf = fixtureFinder(this.#fixtures);
  }

  /** A game of no fixture does not count. */
  add(episode: Episode): void {
    const fixture = this.#fixtureOf(episode);
    if (fixture && episode.index < 2 * fixture.pairs) fixture.played.set(episode.index, episode.returns);
  }

  /** How many games and fixtures have been played, as label and text. */
  facts(): [string, string][] {
    const played = this.#fixtures.reduce((sum, fixture) => sum + fixture.played.size, 0);
    const ended = this.#fixtures.filter(({ played, pairs }) => played.size === 2 * pairs).length;
    return [
      ["games played", `${played.toLocaleString("en")} of ${gamesOf(this.#fixtures).toLocaleString("en")}`],
      ["fixtures finished", `${ended} of ${this.#fixtures.length}`],
    ];
  }

  /** As `spiral arena` prints them where it is stopped, but for the answers of language models. Undefined before a pair is complete. */
  standings(): Standings | undefined {
    const draws = Math.round(Math.max(FEWEST_DRAWS, Math.min(MOST_DRAWS, WORK / this.#fixtures.length)));
    return standingsSoFar(this.#tournament, this.#fixtures, this.#anchor, [], draws);
  }
}

/** A player that is known by name and does not play here. */
const absent = (name: string, games: readonly string[]): Player => ({
  ...{ kind: "policy", name, plays: ({ id }) => games.includes(id) },
  policy: () => {
    throw new Error(`${name} is not here`);
  },
});
