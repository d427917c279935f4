/** The fixtures, the standings and the tables of tournaments. */
import { describe, expect, it } from "vitest";
import { type Standings, standingsOf } from "../../src/arena/standings.ts";
import {
  matchesCsv,
  ratingsCsv,
  standingsMarkdown,
  standingsNotes,
  standingsTables,
} from "../../src/arena/standings-table.ts";
import { type Fixture, fixturesOf, playTournament, type Tournament, tallyOf } from "../../src/arena/tournament.ts";
import { getGame } from "../../src/games/registry.ts";
import { opponents } from "../../src/players/opponents.ts";
import type { PolicyPlayer } from "../../src/players/player.ts";

function fixed(name: string, overrides: Partial<PolicyPlayer> = {}): PolicyPlayer {
  const opponent = opponents.find((candidate) => candidate.name === name);
  if (!opponent) throw new Error(`no opponent ${name}`);
  return { kind: "policy", name, plays: opponent.plays, policy: opponent.make, ...overrides };
}

const tournamentOf = (games: string, names: string, overrides: Partial<Tournament> = {}): Tournament => ({
  games: games.split(" ").map(getGame),
  players: names.split(" ").map((name) => fixed(name)),
  pairs: 20,
  seed: 1,
  gauntlet: false,
  ...overrides,
});

const described = (fixtures: readonly Fixture[]): string[] =>
  fixtures.map(({ number, game, players: [a, b] }) => `${number} ${game.id}: ${a.name} ${b.name}`);

async function played(tournament: Tournament, fixtures = fixturesOf(tournament)): Promise<Fixture[]> {
  for await (const { fixture, games } of playTournament(tournament, fixtures)) {
    for (const { index, returns } of games) fixture.played.set(index, returns);
  }
  return fixtures;
}

describe("a tournament", () => {
  it("is everyone against everyone at each game that both play", () => {
    expect(described(fixturesOf(tournamentOf("ttt kuhn", "random nash minimax")))).toEqual([
      "0 ttt: random nash",
      "1 ttt: random minimax",
      "2 ttt: nash minimax",
      "3 kuhn: random nash",
    ]);
  });

  it("as a gauntlet is the first against all others", () => {
    const gauntlet = tournamentOf("ttt kuhn", "sloppy nash minimax random", { gauntlet: true });
    expect(described(fixturesOf(gauntlet))).toEqual([
      "0 ttt: sloppy nash",
      "1 ttt: sloppy minimax",
      "2 ttt: sloppy random",
      "3 kuhn: sloppy nash",
      "4 kuhn: sloppy random",
    ]);
  });

  it("plays the same games whoever else takes part, and what is left where some are there", async () => {
    const few = await played(tournamentOf("kuhn", "random nash", { pairs: 80 }));
    const many = await played(tournamentOf("ttt kuhn", "sloppy random nash", { pairs: 80 }));
    const same = many.find(({ game, players: [a] }) => game.id === "kuhn" && a.name === "random");
    expect(same?.played).toEqual(few[0]?.played);
    expect(same?.played.size).toBe(160);

    const tournament = tournamentOf("kuhn", "random nash", { pairs: 80 });
    const fixtures = fixturesOf(tournament);
    for (const index of [3, 7, 130]) fixtures[0]?.played.set(index, [99, -99]);
    const there = new Set<number>();
    for await (const { fixture, games } of playTournament(tournament, fixtures)) {
      for (const { index, returns } of games) {
        there.add(index);
        fixture.played.set(index, returns);
      }
    }
    expect(there.size).toBe(157);
    expect(fixtures[0]?.played.get(7)).toEqual([99, -99]);
    expect(fixtures[0]?.played.get(8)).toEqual(few[0]?.played.get(8));
  });

  it("counts pairs, not games of which the other is missing", () => {
    const [fixture] = fixturesOf(tournamentOf("ttt", "random nash")) as [Fixture];
    for (const index of [1, 2, 3, 4, 7]) fixture.played.set(index, [1, -1]);
    expect(tallyOf(fixture).entries()).toEqual([{ pair: [1, -1, 1, -1], count: 1 }]);
  });
});

describe("standings", () => {
  it("add up, game by game and over all", async () => {
    const tournament = tournamentOf("ttt kuhn", "random nash sloppy");
    const standings = standingsOf(tournament, await played(tournament), "random");
    expect(standings).toMatchObject({
      players: ["random", "nash", "sloppy"],
      games: ["ttt", "kuhn"],
      format: "round robin",
      anchor: "random",
      satOut: [],
    });
    expect(standings.matches).toHaveLength(6);
    for (const { standings: rows } of [...Object.values(standings.byGame), { standings: standings.overall }]) {
      expect(rows.map(({ player }) => player).sort()).toEqual(["nash", "random", "sloppy"]);
      expect(rows.map(({ rating }) => rating)).toEqual(rows.map(({ rating }) => rating).sort((a, b) => b - a));
      expect(rows.find(({ player }) => player === "random")?.rating).toBe(0);
      for (const { games, wins, draws, losses } of rows) expect(wins + draws + losses).toBe(games);
      const sum = (key: "wins" | "losses" | "games" | "score") => rows.reduce((total, row) => total + row[key], 0);
      expect(sum("wins")).toBe(sum("losses"));
      expect(sum("score")).toBeCloseTo(1.5, 9);
    }
    expect(standings.overall.map(({ games }) => games)).toEqual([160, 160, 160]);
    expect(standings.byGame.ttt?.standings[0]).toMatchObject({ player: "nash", losses: 0, games: 80 });
    expect(standings.byGame.ttt?.firstSeat).toBeGreaterThan(0);
  });

  it("compare over all games only those who play all of them", async () => {
    const tournament = tournamentOf("ttt kuhn", "random minimax nash");
    const standings = standingsOf(tournament, await played(tournament));
    expect(standings.overall.map(({ player }) => player)).toEqual(["nash", "random"]);
    // Against each other alone.
    expect(standings.overall.map(({ games }) => games)).toEqual([80, 80]);
    expect(standings.byGame.ttt?.standings).toHaveLength(3);
    expect(standings.satOut).toEqual([{ player: "minimax", games: ["kuhn"] }]);
    const [overall] = standingsTables(standings);
    expect(overall?.rows.map((row) => [row[0], row[1], row[2] === ""])).toEqual([
      ["1", "nash", false],
      ["2", "random", false],
      ["", "minimax", true],
    ]);
    expect(standingsNotes(standings).join("\n")).toContain("minimax does not play kuhn, sat out");
  });

  it("of nothing played are empty", () => {
    const standings = standingsOf(tournamentOf("ttt kuhn", "random nash"), []);
    expect(standings).toMatchObject({ overall: [], matches: [] });
    expect(standingsTables(standings)).toHaveLength(3);
  });
});

describe("its tables", () => {
  const standing = { ci95: [-10, 20.6], group: 0, wins: 10, draws: 0, losses: 10, forfeits: 0, games: 20, score: 0.5 } as const; // biome-ignore format: a line
  const match = {
    pairs: 10,
    wins: 12,
    draws: 3,
    losses: 5,
    forfeits: [0, 1],
    score: 0.675,
    deterministic: false,
  } as const;
  const standings: Standings = {
    ...{ players: ["mcts:sims=2,c=1", "b|c"], games: ["ttt"], seed: 3, pairs: 10, format: "gauntlet", anchor: null },
    overall: [],
    answers: [],
    byGame: {
      ttt: {
        standings: [
          { ...standing, player: "mcts:sims=2,c=1", rating: 5.4 },
          { ...standing, player: "b|c", rating: -5.4, ci95: [Number.NEGATIVE_INFINITY, 3] },
        ],
        firstSeat: 12.3,
      },
    },
    matches: [{ ...match, game: "ttt", players: ["mcts:sims=2,c=1", "b|c"], meanReturn: 0.35, ci95: [0.1, 0.6] }],
    openings: [],
    satOut: [],
  };

  it("have the row's mean return against each of the others", () => {
    expect(standingsTables(standings)).toEqual([
      {
        title: "ttt",
        header: ["", "player", "Elo", "score", "games", "1", "2"],
        rows: [
          ["1", "mcts:sims=2,c=1", "+5 [-10, +21]", "50.0 %", "20", "·", "+0.35"],
          ["2", "b|c", "-5 [-∞, +3]", "50.0 %", "20", "-0.35", "·"],
        ],
        figuresFrom: 2,
      },
    ]);
    const notes = standingsNotes(standings).join("\n");
    expect(notes).toContain("The first player against each other, 10 pairs of games with the seats swapped, seed 3.");
    expect(notes).toContain("Seat 0 is worth, in Elo: ttt +12.");
    expect(notes).not.toContain("chips");
  });

  it("are Markdown in which names stay what they are", () => {
    const text = standingsMarkdown("A_test", standings);
    expect(text).toContain("# A\\_test\n\n## ttt\n\n|  | player | Elo | score | games | 1 | 2 |\n| --- | --- | ---: |");
    expect(text).toContain("| 2 | b\\|c | -5 [-∞, +3] |");
  });

  it("are CSV, quoted where they must be, empty where a figure is infinite", () => {
    expect(ratingsCsv(standings).split("\n").slice(0, 3)).toEqual([
      "game,player,rating,low,high,group,games,wins,draws,losses,forfeits,score",
      'ttt,"mcts:sims=2,c=1",5.4,-10,20.6,0,20,10,0,10,0,0.5',
      "ttt,b|c,-5.4,,3,0,20,10,0,10,0,0.5",
    ]);
    expect(matchesCsv(standings)).toBe(
      'game,first,second,pairs,wins,draws,losses,forfeits,return,low,high,score,deterministic\nttt,"mcts:sims=2,c=1",b|c,10,12,3,5,0,0.35,0.1,0.6,0.675,false\n',
    );
  });
});
