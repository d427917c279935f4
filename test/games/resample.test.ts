/** What is hidden, drawn anew: as chance has it, and telling nothing about the true state. */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import type { Game, Seat } from "../../src/games/game.ts";
import { getGame } from "../../src/games/registry.ts";
import { uniformAt } from "../../src/util/rng.ts";
import { chiSquaredZ, hashOf } from "../helpers.ts";
import { reachable } from "../reference/brute-force.ts";
import { deepFreeze, everyDecision, features, specs } from "./play.ts";

const resampled = (game: Game, state: unknown, player: Seat, uniform: () => number): unknown =>
  game.resample?.(state, player, uniform);

/** The stream of uniform numbers of this number. */
function numbered(stream: number): () => number {
  let draw = 0;
  return () => uniformAt(1, stream, draw++);
}

interface ReachedSet {
  readonly player: Seat;
  readonly state: unknown;
  readonly keys: string[];
  readonly reaches: number[];
}

/** By player and information-set key, its states and how likely chance makes each, the players doing all to get there. */
function chanceReach(game: Game): ReachedSet[] {
  const nodes = reachable(game);
  const reach = new Float64Array(nodes.length);
  reach[nodes[0]?.index as number] = 1;
  const sets = new Map<string, ReachedSet>();
  for (const node of nodes) {
    const { index, turn, state, key, children } = node;
    const here = reach[index] as number;
    children.forEach((child, slot) => {
      const p = turn.kind === "chance" ? (turn.probabilities[slot] as number) : 1;
      reach[child.index] = (reach[child.index] as number) + here * p;
    });
    if (turn.kind !== "player") continue;
    const name = `${turn.player} ${game.infosetKey(state, turn.player)}`;
    const set = sets.get(name) ?? { player: turn.player, state, keys: [], reaches: [] };
    set.keys.push(key);
    set.reaches.push(here);
    sets.set(name, set);
  }
  return [...sets.values()];
}

describe.each(specs)("%s", (spec) => {
  const game = getGame(spec);

  it("draws what is hidden anew exactly where something is", () => {
    expect(game.resample !== undefined).toBe(!game.perfectInformation);
  });

  const hides = game.perfectInformation ? undefined : it;
  hides?.("draws states that the mover cannot tell apart, and nothing else about the true one", () => {
    const uniform = numbered(hashOf(spec));
    let distinct = 0;
    everyDecision(game, (state, player, actions) => {
      // Hundreds of offers can be legal at once; a few of their names will do.
      const few = actions.length > 40 ? actions.filter((a) => a % 64 === 0) : actions;
      const view = (s: unknown) =>
        JSON.stringify([
          game.infosetKey(s, player),
          game.observe(s, player),
          features(game, s, player),
          game.turn(s),
          few.map((action) => game.actionName(s, action)),
        ]);
      const known = view(state);
      const keys = new Set<string>();
      for (let draw = 0; draw < 4; draw++) {
        const other = resampled(game, deepFreeze(state), player, uniform);
        if (view(other) !== known) throw new Error(`${game.stateKey(other)} is drawn at ${game.stateKey(state)}`);
        keys.add(game.stateKey(other));
        // Whichever state of the set it starts from, equal draws give the same one.
        const [from, again] = [state, other].map((s) => resampled(game, s, player, numbered(draw)));
        assert.equal(game.stateKey(again), game.stateKey(from));
      }
      if (keys.size > 1) distinct++;
    });
    expect(distinct).toBeGreaterThan(0);
  });

  const counts = game.perfectInformation || !game.walkable ? undefined : it;
  counts?.("draws them as chance does", () => {
    const uniform = numbered(hashOf(spec));
    const draws = 400;
    let largest = 0;
    const sets = chanceReach(game);
    const every = Math.ceil(sets.length / 1000);
    for (const { player, state, keys, reaches } of sets.filter((_, i) => i % every === 0)) {
      const counted = new Map(keys.map((key) => [key, 0]));
      for (let draw = 0; draw < draws; draw++) {
        const key = game.stateKey(resampled(game, state, player, uniform));
        counted.set(key, (counted.get(key) ?? 0) + 1);
      }
      const sum = reaches.reduce((a, b) => a + b, 0);
      const expected = reaches.map((p) => (draws * p) / sum);
      // No state that is not of the set …
      assert.equal(counted.size, keys.length);
      largest = Math.max(largest, chiSquaredZ([...counted.values()], expected));
    }
    // … and each as often as chance has it.
    expect(largest).toBeLessThan(5);
  });
});
