/** Openings: different, legal, by the seed, and played from both seats. */
import assert from "node:assert/strict";
import { expect, it } from "vitest";
import { playMatch } from "../../src/arena/match.ts";
import { drawOpenings, type Opening } from "../../src/arena/openings.ts";
import { matchRng } from "../../src/arena/pairing.ts";
import { getGame } from "../../src/games/registry.ts";
import type { PolicyPlayer } from "../../src/players/player.ts";
import { greedy } from "../../src/policies/policy.ts";
import { type Episode, formatEpisode, parseEpisode } from "../../src/record/episode.ts";
import { formatNotation, parseNotation } from "../../src/record/notation.ts";
import { verifyEpisode } from "../../src/record/verify.ts";
import { randomPolicy } from "../helpers.ts";

const drawn = (id: string, count: number, seed = 1): Opening[] => drawOpenings(getGame(id), count, seed) ?? [];

it.each([
  ["ttt", 12, 2],
  ["ttt", 13, 3],
  ["connect-four", 25, 2],
  ["connect-four", 26, 3],
  ["connect-four", 2000, 5],
  ["negotiation", 50, 3],
])("%s has %d openings of %d plies, no two of them alike", (id, count, plies) => {
  const game = getGame(id);
  const openings = drawn(id, count);
  expect(openings).toHaveLength(count);
  const positions = openings.map((opening) => {
    assert.equal(opening.length, plies);
    let state = game.initial();
    for (const action of opening) {
      const turn = game.turn(state);
      assert(turn.kind !== "end" && turn.actions.includes(action));
      state = game.apply(state, action);
    }
    assert.equal(game.turn(state).kind, "player");
    return game.stateKey(game.canonical?.(state).state ?? state);
  });
  expect(new Set(positions).size).toBe(count);
  assert.deepEqual(drawn(id, count), openings);
  expect(drawn(id, count, 2)).not.toEqual(openings);
});

it("are not for games of chance, and never more than there are", () => {
  for (const id of ["kuhn", "leduc", "liars-dice", "pig", "negotiation-private"])
    expect(drawOpenings(getGame(id), 5, 1), id).toBeUndefined();
  expect(() => drawn("ttt", 1000)).toThrow("ttt has no 1000 different openings; --openings takes at most 183 there.");
});

it("start the pairs of a match, both players from either seat, and the log verifies", async () => {
  const game = getGame("connect-four");
  const player = (seed: number): PolicyPlayer => {
    return { kind: "policy", name: `p${seed}`, plays: () => true, policy: () => greedy(randomPolicy(seed)) };
  };
  const players = [player(1), player(2)] as const;
  const openings = drawn("connect-four", 30);
  const episodes: Episode[] = [];
  const match = { game, players, rng: matchRng(1, game, players), openings };
  for await (const games of playMatch(match, { pairs: 30 })) episodes.push(...games.map(({ episode }) => episode()));
  episodes.sort((a, b) => a.index - b.index);
  expect(new Set(episodes.map(({ actions }) => actions.join())).size).toBeGreaterThan(50);
  for (const episode of episodes) {
    const opening = openings[episode.index >> 1] as Opening;
    assert.deepEqual(episode.actions.slice(0, opening.length), opening);
    assert.deepEqual(episode.players, episode.index % 2 === 0 ? ["p1", "p2"] : ["p2", "p1"]);
    assert.equal(episode.opening, 3);
    assert.equal(verifyEpisode(episode), undefined);
    assert.deepEqual(parseEpisode(formatEpisode(episode)), episode);
    assert.deepEqual(parseNotation(formatNotation(episode)), episode);
  }
  expect(verifyEpisode({ ...(episodes[0] as Episode), opening: 99 })).toContain("longer than the game");
});
