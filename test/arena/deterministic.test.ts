/** Evidence: copies of a pair count once, and players that draw random numbers draw anew in every pair. */
import { describe, expect, it } from "vitest";
import { isDeterministic } from "../../src/arena/deterministic.ts";
import { eloOfScore } from "../../src/arena/elo.ts";
import { playMatch } from "../../src/arena/match.ts";
import { type Match, type MatchOptions, matchRng } from "../../src/arena/pairing.ts";
import { meetingOf, standingsOf } from "../../src/arena/standings.ts";
import { standingsNotes } from "../../src/arena/standings-table.ts";
import { summarise, Tally } from "../../src/arena/summary.ts";
import { fixturesOf, playTournament, type Tournament, tallyOf } from "../../src/arena/tournament.ts";
import { minimax } from "../../src/exact/minimax.ts";
import { getGame } from "../../src/games/registry.ts";
import { mctsPlayer } from "../../src/players/mcts.ts";
import type { Player, PolicyPlayer } from "../../src/players/player.ts";
import { greedy, type Policy, uniform } from "../../src/policies/policy.ts";
import { formatEpisode } from "../../src/record/episode.ts";
import { randomPolicy } from "../helpers.ts";

const [ttt, kuhn] = [getGame("ttt"), getGame("kuhn")];
const playerOf = (policy: Policy, name = policy.name): PolicyPlayer => ({
  kind: "policy",
  name,
  plays: () => true,
  policy: () => policy,
});
const pure = (seed: number): Policy => greedy(randomPolicy(seed));
const asked: Player = { kind: "asked", name: "asked", plays: () => true, choose: async () => ({ slot: 0 }) };
const matchOf = (players: Match["players"], seed = 1, game = ttt): Match => {
  return { game, players, rng: matchRng(seed, game, players) };
};

async function lines(match: Match, options: MatchOptions): Promise<string[]> {
  const found: [number, string][] = [];
  for await (const games of playMatch(match, options)) {
    for (const { index, episode } of games) found.push([index, formatEpisode(episode())]);
  }
  return found.sort(([a], [b]) => a - b).map(([, line]) => line);
}
/** The actions of each game. */
const moves = (games: readonly string[]): string[] => games.map((line) => /"actions":\[[^\]]*\]/.exec(line)?.[0] ?? "");

describe("a match has one pair only", () => {
  const [a, b] = [playerOf(pure(1)), playerOf(pure(2))];

  it("if nothing is drawn in it, whatever would be drawn elsewhere", () => {
    expect(isDeterministic(matchOf([a, b]))).toBe(true);
    // Mixes everywhere but where these two games lead.
    const visited = new Set<string>();
    const seen: Policy = {
      name: "seen",
      distributions(sets) {
        for (const { player, key } of sets) visited.add(`${player}${key}`);
        return pure(2).distributions(sets);
      },
    };
    expect(isDeterministic(matchOf([a, playerOf(seen)]))).toBe(true);
    const elsewhere: Policy = {
      name: "elsewhere",
      distributions: (sets) =>
        sets.flatMap((set) => (visited.has(`${set.player}${set.key}`) ? pure(2) : uniform).distributions([set])),
    };
    expect(isDeterministic(matchOf([a, playerOf(elsewhere)]))).toBe(true);
    expect(isDeterministic(matchOf([playerOf(pure(3)), playerOf(elsewhere)]))).toBe(false);
  });

  it("and not if a policy mixes, chance has a part, an answer is asked for, or a player draws", () => {
    expect(isDeterministic(matchOf([a, playerOf(uniform)]))).toBe(false);
    expect(isDeterministic(matchOf([playerOf(uniform), a]))).toBe(false);
    // Perfect play takes one of several equally good cells.
    expect(isDeterministic(matchOf([playerOf(minimax(ttt)), playerOf(minimax(ttt), "other")]))).toBe(false);
    expect(isDeterministic(matchOf([a, b], 1, kuhn))).toBe(false);
    expect(isDeterministic(matchOf([a, asked]))).toBe(false);
    expect(isDeterministic(matchOf([a, mctsPlayer({ sims: 2 })]))).toBe(false);
    expect(isDeterministic({ ...matchOf([a, b]), openings: [[0, 1]] })).toBe(false);
  });

  it("and a tournament plays and counts it once, also of a log that holds copies", async () => {
    const players = [a, b, playerOf(uniform)];
    const tournament: Tournament = { games: [ttt, kuhn], players, pairs: 10, seed: 1, gauntlet: false };
    const fixtures = fixturesOf(tournament);
    for await (const { fixture, games } of playTournament(tournament, fixtures)) {
      for (const { index, returns } of games) fixture.played.set(index, returns);
    }
    expect(fixtures.map(({ deterministic, played }) => [deterministic, played.size])).toEqual([
      [true, 2],
      ...Array(5).fill([false, 20]),
    ]);
    const standings = standingsOf(tournament, fixtures);
    expect(standings.matches.map(({ pairs, deterministic }) => [pairs, deterministic])).toEqual([
      [1, true],
      ...Array(5).fill([10, false]),
    ]);
    expect(standingsNotes(standings).join("\n")).toContain(
      "1 of 6 matches are the same each time, as nothing in them is drawn: one pair of games was played and counts once.",
    );
    const [fixture] = fixtures as [(typeof fixtures)[number]];
    for (let index = 2; index < 20; index++) fixture.played.set(index, fixture.played.get(index % 2) ?? [0, 0]);
    expect(tallyOf(fixture).pairs).toBe(1);
    expect(meetingOf(fixture).pairs.map(({ count }) => count)).toEqual([1]);
  });
});

describe("a player that draws random numbers", () => {
  const players = [mctsPlayer({ sims: 4 }), mctsPlayer({ sims: 12 })] as const;

  it("draws anew in every pair, and the same for the same seed, however it is played", async () => {
    const games = await lines(matchOf(players), { pairs: 40 });
    expect(games).toHaveLength(80);
    expect(new Set(moves(games)).size).toBeGreaterThan(70);
    expect(await lines(matchOf(players), { pairs: 40, atOnce: 1, maxNodes: 1 })).toEqual(games);
    expect(await lines(matchOf(players), { pairs: 60, isDone: (index) => index % 3 === 0 })).toEqual(
      (await lines(matchOf(players), { pairs: 60 })).filter((_, index) => index % 3 !== 0),
    );
    expect(moves(await lines(matchOf(players, 2), { pairs: 40 }))).not.toEqual(moves(games));
  });

  it("also against a policy, a player that is asked, and itself", async () => {
    for (const other of [playerOf(pure(1)), asked, mctsPlayer({ sims: 4 })]) {
      const games = moves(await lines(matchOf([mctsPlayer({ sims: 4 }), other]), { pairs: 20 }));
      expect(new Set(games.filter((_, index) => index % 2 === 0)).size, other.name).toBeGreaterThan(8);
      expect(new Set(games.filter((_, index) => index % 2 === 1)).size, other.name).toBeGreaterThan(8);
      expect(games.filter((game, index) => game === games[index ^ 1]).length, other.name).toBeLessThan(10);
    }
  });

  it("is measured by intervals that cover the truth 92 to 98 times in 100", async () => {
    // 100,000 pairs of mcts:sims=12 against mcts:sims=4, seed 999999: 0.4009, within 0.0035.
    const meanReturn = 0.4009;
    const truth = { meanReturn, elo: eloOfScore((1 + meanReturn) / 2) };
    const covered = { meanReturn: 0, elo: 0 };
    for (let seed = 1; seed <= 200; seed++) {
      const tally = new Tally();
      const returns = new Map<number, readonly [number, number]>();
      for await (const games of playMatch(matchOf([players[1], players[0]], seed), { pairs: 20 })) {
        for (const game of games) returns.set(game.index, game.returns);
      }
      for (let pair = 0; pair < 20; pair++) {
        const [one, two] = [returns.get(2 * pair), returns.get(2 * pair + 1)];
        if (one && two) tally.add([...one, ...two]);
      }
      const summary = summarise(ttt, tally, 400);
      for (const figure of ["meanReturn", "elo"] as const) {
        const [low, high] = summary[figure].ci95;
        if (low <= truth[figure] && truth[figure] <= high) covered[figure]++;
      }
    }
    for (const count of Object.values(covered)) {
      expect(count / 200, JSON.stringify(covered)).toBeGreaterThanOrEqual(0.92);
      expect(count / 200, JSON.stringify(covered)).toBeLessThanOrEqual(0.98);
    }
  });
});
