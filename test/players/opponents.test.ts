/** The fixed opponents: valid distributions wherever they are asked, and as strong as they are said to be. */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { cfrPolicy } from "../../src/exact/cfr.ts";
import { minimax } from "../../src/exact/minimax.ts";
import { evaluateExactly } from "../../src/exact/nash-conv.ts";
import type { Game } from "../../src/games/game.ts";
import { gameIds, getGame } from "../../src/games/registry.ts";
import { GameGraph, type Infoset } from "../../src/graph/game-graph.ts";
import { defaultOpponents, opponents } from "../../src/players/opponents.ts";
import { uniform } from "../../src/policies/policy.ts";
import { tablePolicy } from "../../src/policies/table-policy.ts";
import { play } from "../../src/selfplay/play.ts";

// Liar's Dice is solved for seconds; liars-dice.test.ts does that.
const specs = [
  ...gameIds.filter((id) => id !== "liars-dice"),
  "kuhn-match:hands=2",
  "negotiation:maxQuantity=2:maxTurns=7",
];
const make = (name: string, game: Game) => {
  const opponent = opponents.find((o) => o.name === name);
  if (!opponent) throw new Error(`no opponent ${name}`);
  return opponent.make(game);
};

/** The information sets of some games played at random. */
function visited(game: Game): readonly Infoset[] {
  const graph = new GameGraph(game);
  const policies = [uniform, uniform] as const;
  return play([{ graph, episodes: 100, policies, paired: false, chanceKey: 1, actionKey: 2 }])[0]?.infosets ?? [];
}

describe.each(specs)("%s", (spec) => {
  const game = getGame(spec);
  const playing = opponents.filter(({ plays }) => plays(game));

  it.each(playing.map(({ name }) => name))("%s answers every information set with a distribution", (name) => {
    const infosets = visited(game);
    const policy = make(name, game);
    const distributions = policy.distributions(infosets);
    expect(distributions.length).toBe(infosets.length);
    distributions.forEach((p, i) => {
      assert.equal(p.length, infosets[i]?.actions.length);
      assert(p.every((x) => x >= 0 && x <= 1));
      assert(Math.abs(p.reduce((a, b) => a + b, 0) - 1) < 5e-13);
    });
    // One at a time it answers the same.
    infosets.slice(0, 40).forEach((infoset, i) => {
      assert.deepEqual(policy.distributions([infoset])[0], distributions[i]);
    });
  });
});

it("each plays the games it is for, under the name that --vs gives it", () => {
  const who = (spec: string) => opponents.filter(({ plays }) => plays(getGame(spec))).map(({ name }) => name);
  expect(who("kuhn")).toEqual(["random", "nash", "sloppy"]);
  expect(who("ttt")).toEqual(["random", "minimax", "nash", "sloppy"]);
  expect(who("negotiation")).toEqual(["random", "minimax", "nash", "fair", "stubborn", "naive", "sloppy"]);
  expect(who("negotiation:maxQuantity=2")).toEqual(who("negotiation"));
  expect(who("negotiation-private")).toEqual(["random"]);
  expect(defaultOpponents(getGame("kuhn"))).toEqual(["random", "nash", "sloppy"]);
  expect(defaultOpponents(getGame("ttt"))).toEqual(["random", "minimax", "sloppy"]);
  for (const { name, make: create, what } of opponents) {
    expect(create(getGame("negotiation:maxQuantity=1:maxTurns=2")).name).toBe(name);
    expect(what).not.toBe("");
  }
});

describe("the scripts of negotiation", () => {
  it.each([
    ["fair", 0],
    ["stubborn", 0],
    ["naive", 2],
  ] as const)("%s: NashConv %d", (name, value) => {
    for (const spec of ["negotiation", "negotiation:maxQuantity=2:maxTurns=7"]) {
      expect(evaluateExactly(getGame(spec), make(name, getGame(spec)))?.nashConv).toBeCloseTo(value, 12);
    }
  });

  it("stubborn trades nothing; fair does trade, evenly", () => {
    const game = getGame("negotiation");
    const graph = new GameGraph(game);
    const names = (a: string, b: string) => {
      const policies = [make(a, game), make(b, game)] as const;
      const [t] = play([{ graph, episodes: 50, policies, paired: false, chanceKey: 1, actionKey: 2 }]);
      return new Set(
        (t?.infosets ?? []).flatMap(({ state, actions, player }) => {
          const [p] = (player === 0 ? policies[0] : policies[1]).distributions(
            (t?.infosets ?? []).filter((set) => set.state === state),
          );
          return actions.filter((_, slot) => (p?.[slot] as number) > 0).map((a) => game.actionName(state, a));
        }),
      );
    };
    expect([...names("stubborn", "stubborn")]).toEqual(["[Pass]"]);
    const fair = names("fair", "fair");
    expect(fair).toContain("[Accept]");
    for (const name of fair) {
      const offer = /^\[Offer: (\d+) \w+ -> (\d+) /.exec(name);
      if (offer) expect(offer[1]).toBe(offer[2]);
    }
  });
});

describe("sloppy", () => {
  it.each(["kuhn", "ttt", "negotiation"])("%s: stands between an equilibrium and random play", (spec) => {
    const game = getGame(spec);
    const value = (name: string) => evaluateExactly(game, make(name, game))?.nashConv as number;
    expect(value("sloppy")).toBeGreaterThan(value("nash") + 0.05);
    expect(value("sloppy")).toBeLessThan(value("random") - 0.05);
  });

  it("moves at random one time in five", () => {
    const game = getGame("ttt");
    const sets = visited(game);
    const [mixed, pure] = [make("sloppy", game).distributions(sets), make("nash", game).distributions(sets)];
    mixed.forEach((p, i) => {
      p.forEach((x, slot) => {
        assert(Math.abs(x - (0.8 * (pure[i]?.[slot] as number) + 0.2 / p.length)) < 5e-13);
      });
    });
  });
});

it("a table refuses what is not in it", () => {
  const policy = tablePolicy("table", getGame("kuhn"), new Map());
  for (const spec of ["kuhn", "ttt"]) {
    expect(() => policy.distributions(visited(getGame(spec)))).toThrow(`table for kuhn was asked about ${spec}`);
  }
});

it.each([
  ["minimax", minimax, "ttt"],
  ["cfrPolicy", cfrPolicy, "kuhn"],
] as const)("%s solves a game once, and each game by itself", (_, solve, id) => {
  const game = getGame(id);
  const solved = solve(game);
  expect(solve(game)).toBe(solved);
  // The same rules as another game.
  const other = solve({ ...game, id: `${id}-other` });
  expect(other).not.toBe(solved);
  const infosets = visited(game);
  expect(() => other.distributions(infosets)).toThrow(`${id}-other`);
  expect(solve(game).distributions(infosets).length).toBe(infosets.length);
});
