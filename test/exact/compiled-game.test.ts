/** The compiled game: parents before children, information sets in one piece, the rules' own numbers on every edge. */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { compiledGame } from "../../src/exact/compiled-game.ts";
import { nashConv } from "../../src/exact/nash-conv.ts";
import { greedyStrategy, strategyOf } from "../../src/exact/strategy.ts";
import type { Game, Turn } from "../../src/games/game.ts";
import { getGame } from "../../src/games/registry.ts";
import { CHANCE, END } from "../../src/graph/flat-graph.ts";
import type { Infoset } from "../../src/graph/game-graph.ts";
import { greedy, type Policy, uniform } from "../../src/policies/policy.ts";
import { randomDistribution, randomPolicy } from "../helpers.ts";

describe.each(["kuhn", "ttt", "kuhn-match", "negotiation:maxQuantity=2"])("%s", (id) => {
  const compiled = compiledGame(getGame(id));
  const { kind, firstEdge, target, probability, entry, firstEntry, infoset, infosets, returns } = compiled;
  const nodes = [...kind.keys()];

  it("has its root first, and every edge goes forward", () => {
    expect(new Set(target).size).toBe(kind.length - 1);
    for (const n of nodes) {
      assert(target.subarray(firstEdge[n], firstEdge[n + 1]).every((child) => child > n));
    }
  });

  it("has the states of an information set side by side", () => {
    const runs = nodes.filter((n) => infoset[n] >= 0 && infoset[n] !== infoset[n - 1]);
    expect(runs.length).toBe(infosets.length);
    expect(new Set(runs.map((n) => infoset[n])).size).toBe(infosets.length);
  });

  it("has players, probabilities, strategy entries and returns where they belong", () => {
    for (const n of nodes) {
      const [from, to] = [firstEdge[n], firstEdge[n + 1]];
      const i = infoset[n];
      if (kind[n] === END) assert(from === to && i === -1 && Math.abs(returns[n]) <= 2);
      else if (kind[n] === CHANCE) {
        assert(Math.abs(probability.subarray(from, to).reduce((a, b) => a + b, 0) - 1) < 5e-13);
        assert.equal(i, -1);
      } else {
        assert.equal(kind[n], infosets[i]?.player);
        assert.equal(to - from, infosets[i]?.actions.length);
        assert(entry.subarray(from, to).every((x, slot) => x - firstEntry[i] === slot));
      }
    }
  });

  it("lays a policy out by information set", () => {
    const strategy = strategyOf(compiled, randomPolicy(5));
    infosets.forEach((set, i) => {
      assert.deepEqual(strategy.slice(firstEntry[i], firstEntry[i + 1]), randomDistribution(5, set));
    });
    expect(strategy.length).toBe(firstEntry[infosets.length]);
  });

  it("asks a symmetric policy about representatives alone, each once, and lays out what it would have said of all", () => {
    const asked: Infoset[] = [];
    const everywhere: Policy = {
      name: "by orbit",
      distributions: (sets) =>
        sets.map(({ canonical, toCanonical, actions }) => {
          const there = randomDistribution(6, canonical);
          return Float64Array.from(actions, (_, slot) => there[toCanonical?.[slot] ?? slot]);
        }),
    };
    const symmetric: Policy = {
      ...everywhere,
      symmetric: true,
      distributions(sets) {
        asked.push(...sets);
        return everywhere.distributions(sets);
      },
    };
    assert.deepEqual(strategyOf(compiled, symmetric), strategyOf(compiled, everywhere));
    expect(new Set(asked)).toEqual(new Set(infosets.map(({ canonical }) => canonical)));
    expect(asked.length).toBe(new Set(asked).size);
  });

  it("plays the likeliest action, ties to the lowest slot, as a greedy policy does", () => {
    for (const policy of [randomPolicy(7), uniform]) {
      assert.deepEqual(greedyStrategy(compiled, strategyOf(compiled, policy)), strategyOf(compiled, greedy(policy)));
    }
  });
});

/** A game given as a list: at each state its turn and, by slot, the states that follow. */
function listed(
  id: string,
  rules: Readonly<Record<string, { turn: Turn; next: readonly string[]; sees?: string }>>,
): Game {
  const at = (state: unknown) => rules[state as string];
  return {
    id,
    title: id,
    version: 1,
    roles: ["first", "second"],
    actionCount: 2,
    featureCount: 1,
    utility: { min: -9, max: 9 },
    maxPlies: 9,
    perfectInformation: false,
    walkable: true,
    initial: () => "start",
    turn: (state) => at(state).turn,
    apply: (state, action) => at(state).next[action],
    stateKey: String,
    infosetKey: (state) => at(state).sees ?? String(state),
    observe: String,
    encode: () => {},
    actionName: (_, action) => `[${action}]`,
    parseAction: () => ({ ok: false, reason: "none" }),
  };
}
const player = (seat: 0 | 1): Turn => ({ kind: "player", player: seat, actions: [0, 1] });
const chance: Turn = { kind: "chance", actions: [0, 1], probabilities: [0.25, 0.75] };
const end = (x: number) => ({ turn: { kind: "end", returns: [x, -x] } as const, next: [] });

it("a state that is reached by paths of different lengths comes after all of them", () => {
  // Player 0 may pass to "late" at once or by way of "early", where player 1 may end it.
  const game = listed("shortcut", {
    start: { turn: player(0), next: ["late", "early"] },
    early: { turn: player(1), next: ["late", "stop"] },
    late: { turn: player(0), next: ["four", "minus"] },
    stop: end(9),
    four: end(4),
    minus: end(-8),
  });
  const compiled = compiledGame(game);
  expect(compiled.kind.length).toBe(6);
  // First seat: early is worth (4 + 9) / 2. Second seat against uniform: half of late's −2, half of early's choice of −2.
  expect(nashConv(compiled, strategyOf(compiled, uniform)).bestResponse).toEqual([6.5, 2]);
});

it("a best response weighs the states of an information set by how likely they are", () => {
  // Only player 1 knows what chance did; without weights action 1 would look better.
  const game = listed("hidden", {
    start: { turn: chance, next: ["a", "b"] },
    a: { turn: player(0), next: ["0a", "8a"], sees: "?" },
    b: { turn: player(0), next: ["4b", "0b"], sees: "?" },
    "0a": end(0),
    "8a": end(8),
    "4b": end(4),
    "0b": end(0),
  });
  const compiled = compiledGame(game);
  expect(nashConv(compiled, strategyOf(compiled, uniform)).bestResponse[0]).toBe(3);
});

it("refuses what it cannot evaluate exactly", () => {
  const spanning = listed("spanning", {
    start: { turn: chance, next: ["x", "detour"] },
    detour: { turn: player(1), next: ["y", "y"] },
    x: { turn: player(0), next: ["over", "over"], sees: "same" },
    y: { turn: player(0), next: ["over", "over"], sees: "same" },
    over: end(0),
  });
  expect(() => compiledGame(spanning)).toThrow("information set same spans several levels");
  expect(() => compiledGame(getGame("negotiation-private"))).toThrow("too many states");
});
