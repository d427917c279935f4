/** Leduc poker: the rules as a table, what suits may and may not do, and counts and values that OpenSpiel 2.0 gives too. */
import { describe, expect, it } from "vitest";
import { compiledGame } from "../../src/exact/compiled-game.ts";
import { nashConv } from "../../src/exact/nash-conv.ts";
import { strategyOf } from "../../src/exact/strategy.ts";
import type { Game, Seat } from "../../src/games/game.ts";
import { leduc } from "../../src/games/leduc.ts";
import { GameGraph } from "../../src/graph/game-graph.ts";
import { nash } from "../../src/players/opponents.ts";
import { uniform } from "../../src/policies/policy.ts";
import { randomPolicy } from "../helpers.ts";
import { bruteForceNashConv, type ReferencePolicy, uniformReference } from "../reference/brute-force.ts";
import { referenceOf } from "../reference/whole-game.ts";
import { features, stateAfter } from "./play.ts";

const game = leduc as Game;
const [Js, Jh, Qs, Qh, Ks, Kh] = [0, 1, 2, 3, 4, 5] as const;
const [FOLD, CALL, RAISE] = [0, 1, 2] as const;

const legalNames = (state: unknown) => {
  const turn = game.turn(state);
  return turn.kind === "end" ? [] : turn.actions.map((action) => game.actionName(state, action));
};
const returnsOf = (state: unknown) => {
  const turn = game.turn(state);
  return turn.kind === "end" ? turn.returns : undefined;
};

/** Every history: the actions and outcomes from the start, and the state they lead to. */
const all: { moves: number[]; state: unknown }[] = [{ moves: [], state: game.initial() }];
for (const { moves, state } of all) {
  const turn = game.turn(state);
  if (turn.kind === "end") continue;
  for (const action of turn.actions) all.push({ moves: [...moves, action], state: game.apply(state, action) });
}

describe("the deal", () => {
  it("is of one card each, then after the first round of a public one, each of those left alike", () => {
    expect(legalNames(game.initial())).toEqual(["Js", "Jh", "Qs", "Qh", "Ks", "Kh"]);
    expect(legalNames(stateAfter(game, [Qs]))).toEqual(["Js", "Jh", "Qh", "Ks", "Kh"]);
    const open = stateAfter(game, [Qs, Kh, "[check]", "[check]"]);
    expect(legalNames(open)).toEqual(["Js", "Jh", "Qh", "Ks"]);
    expect(game.turn(open)).toMatchObject({ kind: "chance", probabilities: Array(4).fill(1 / 4) });
  });
});

describe("betting", () => {
  const first = [Qs, Ks];
  const second = [...first, "[check]", "[check]", Jh];
  it.each([
    { moves: [], player: 0, names: ["[check]", "[bet]"] },
    { moves: ["[check]"], player: 1, names: ["[check]", "[bet]"] },
    { moves: ["[bet]"], player: 1, names: ["[fold]", "[call]", "[raise]"] },
    { moves: ["[check]", "[bet]"], player: 0, names: ["[fold]", "[call]", "[raise]"] },
    // Two raises, the bet among them, are all there may be.
    { moves: ["[bet]", "[raise]"], player: 0, names: ["[fold]", "[call]"] },
    { moves: ["[check]", "[bet]", "[raise]"], player: 1, names: ["[fold]", "[call]"] },
  ])("after $moves player $player may $names, in both rounds", ({ moves, player, names }) => {
    for (const before of [first, second]) {
      const state = stateAfter(game, [...before, ...moves]);
      expect(game.turn(state)).toMatchObject({ kind: "player", player });
      expect(legalNames(state)).toEqual(names);
    }
  });

  it("starts anew in the second round with seat 0, whoever acted last", () => {
    for (const moves of [
      ["[check]", "[check]"],
      ["[bet]", "[call]"],
      ["[check]", "[bet]", "[raise]", "[call]"],
    ]) {
      const state = stateAfter(game, [...first, ...moves, Jh]);
      expect(game.turn(state)).toMatchObject({ player: 0 });
      expect(legalNames(state)).toEqual(["[check]", "[bet]"]);
    }
  });

  /** What the loser has put in; the first five end in a fold by the seat given, the others in a showdown. */
  it.each([
    { moves: ["[bet]", "[fold]"], paid: 1, folder: 1 },
    { moves: ["[check]", "[bet]", "[fold]"], paid: 1, folder: 0 },
    { moves: ["[bet]", "[raise]", "[fold]"], paid: 3, folder: 0 },
    { moves: ["[check]", "[bet]", "[raise]", "[fold]"], paid: 3, folder: 1 },
    { moves: ["[bet]", "[call]", Jh, "[check]", "[bet]", "[raise]", "[fold]"], paid: 7, folder: 1 },
    { moves: ["[check]", "[check]", Jh, "[check]", "[check]"], paid: 1 },
    { moves: ["[bet]", "[call]", Jh, "[check]", "[check]"], paid: 3 },
    { moves: ["[check]", "[check]", Jh, "[bet]", "[call]"], paid: 5 },
    { moves: ["[bet]", "[raise]", "[call]", Jh, "[bet]", "[call]"], paid: 9 },
    { moves: ["[bet]", "[raise]", "[call]", Jh, "[check]", "[bet]", "[raise]", "[call]"], paid: 13 },
  ])("$moves is for $paid", ({ moves, paid, folder }) => {
    // Kings against queens: without a fold seat 1 wins the first hand, seat 0 the second.
    const gains = [
      [Qs, Ks],
      [Kh, Qh],
    ].map((cards) => returnsOf(stateAfter(game, [...cards, ...moves])));
    const fold = folder === 0 ? [-paid, paid] : [paid, -paid];
    expect(gains).toEqual(
      folder === undefined
        ? [
            [-paid, paid],
            [paid, -paid],
          ]
        : [fold, fold],
    );
  });
});

describe("the showdown", () => {
  it.each([
    { cards: [Ks, Qs, Jh], winner: 0, why: "the higher rank" },
    { cards: [Jh, Qs, Ks], winner: 1, why: "the higher rank" },
    { cards: [Js, Ks, Jh], winner: 0, why: "a pair beats a king" },
    { cards: [Ks, Qh, Qs], winner: 1, why: "a pair beats a king" },
    { cards: [Ks, Qh, Kh], winner: 0, why: "a pair of kings" },
    { cards: [Js, Jh, Ks], winner: undefined, why: "equal ranks, whatever lies open" },
    { cards: [Kh, Ks, Jh], winner: undefined, why: "equal ranks, whatever their suits" },
  ])("$cards: $why", ({ cards: [first, second, open], winner }) => {
    const end = stateAfter(game, [first ?? 0, second ?? 0, "[bet]", "[call]", open ?? 0, "[check]", "[check]"]);
    expect(returnsOf(end)).toEqual(winner === undefined ? [0, 0] : winner === 0 ? [3, -3] : [-3, 3]);
  });
});

describe("what a player sees", () => {
  it("is nothing of the opponent's card", () => {
    const plays = [[], ["[check]"], ["[bet]"], ["[bet]", "[call]", Js], ["[check]", "[check]", Js, "[bet]"]];
    for (const moves of plays) {
      for (const player of [0, 1] as const satisfies readonly Seat[]) {
        const [here, ...others] = [Jh, Qh, Ks, Kh].map((other) =>
          stateAfter(game, [...(player === 0 ? [Qs, other] : [other, Qs]), ...moves]),
        );
        const turn = game.turn(here);
        for (const there of others) {
          expect(game.observe(there, player)).toBe(game.observe(here, player));
          if (turn.kind !== "player" || turn.player !== player) continue;
          expect(game.infosetKey(there, player)).toBe(game.infosetKey(here, player));
          expect(features(game, there, player)).toEqual(features(game, here, player));
        }
      }
    }
  });

  it("is named by a key of both rounds", () => {
    const moves = [Qs, Kh, "[check]", "[bet]", "[raise]", "[call]", Jh, "[bet]", "[raise]"];
    const keys = [2, 3, 6, 7, 9].map((n) => {
      const state = stateAfter(game, moves.slice(0, n));
      const turn = game.turn(state);
      return turn.kind === "player" ? game.infosetKey(state, turn.player) : turn.kind;
    });
    expect(keys).toEqual(["Qs:", "Kh:k", "chance", "Qs:kbrc:Jh:", "Qs:kbrc:Jh:br"]);
  });

  it("is told in full", () => {
    const [, situation] = game
      .observe(stateAfter(game, [Qs, Kh, "[bet]", "[raise]", "[call]", Qh, "[check]", "[bet]"]), 0)
      .split("\n\n");
    expect(situation?.split("\n")).toEqual([
      "Your card is: Qs",
      "Round 1: Player 0 bet 2 chips. Player 1 raised by 2 chips. Player 0 called.",
      "The public card is: Qh",
      "Round 2: Player 0 checked. Player 1 bet 4 chips.",
      "Chips in the pot: 5 of yours, 9 of your opponent's.",
      "Your available actions are: [fold], [call], [raise]",
    ]);
  });

  it("is encoded as the page on the game says", () => {
    const state = stateAfter(game, [Qs, Kh, "[bet]", "[raise]", "[call]", Qh, "[check]", "[bet]"]);
    const on = features(game, state, 0).flatMap((x, i) => (x === 1 && i < 22 ? [i] : []));
    // Queen; queen, a pair; bet, raise, call; check, bet.
    expect(on).toEqual([1, 4, 7, 9, 11, 12, 16, 19]);
    expect(features(game, state, 0).slice(22)).toEqual([Math.fround(5 / 13), Math.fround(9 / 13)]);
  });
});

describe("suits", () => {
  /** The same hand with the suits of some ranks exchanged. */
  const relabel = (moves: readonly number[], swaps: number): number[] => {
    let state = game.initial();
    return moves.map((move) => {
      const moved = game.turn(state).kind === "chance" ? move ^ ((swaps >> (move >> 1)) & 1) : move;
      state = game.apply(state, moved);
      return moved;
    });
  };

  it("can be exchanged within a rank: the images of a history have one representative, which is one of them", () => {
    for (const { moves, state } of all) {
      const images = [0, 1, 2, 3, 4, 5, 6, 7].map((swaps) => stateAfter(game, relabel(moves, swaps)));
      const representatives = new Set(images.map((image) => game.canonical?.(image).state));
      expect(representatives.size).toBe(1);
      expect(images).toContain([...representatives][0]);
      expect(returnsOf([...representatives][0])).toEqual(returnsOf(state));
    }
  });

  it("send an information set to one information set, whatever the opponent holds, and 936 to 288", () => {
    const image = new Map<string, string>();
    for (const { state } of all) {
      const turn = game.turn(state);
      if (turn.kind !== "player") continue;
      const [from, to] = [state, game.canonical?.(state).state].map(
        (s) => `${turn.player}${game.infosetKey(s, turn.player)}`,
      ) as [string, string];
      expect(image.get(from) ?? to).toBe(to);
      image.set(from, to);
    }
    expect(image.size).toBe(936);
    expect(new Set(image.values()).size).toBe(288);
    for (const to of image.values()) expect(image.get(to)).toBe(to);
    expect([...image].filter(([from]) => /^0[JQK][sh]:(:|$)/.test(from))).toEqual(
      ["J", "Q", "K"].flatMap((rank) => [
        [`0${rank}s:`, `0${rank}s:`],
        [`0${rank}h:`, `0${rank}s:`],
      ]),
    );
    expect(image.get("1Kh:bc:Ks:k")).toBe("1Ks:bc:Kh:k");
    expect(image.get("1Kh:bc:Jh:k")).toBe("1Ks:bc:Js:k");
  });

  it("are joined by the graph just so", () => {
    const graph = new GameGraph(game);
    graph.expand(10_000);
    expect(graph.infosets.length).toBe(936);
    expect(new Set(graph.infosets.map(({ canonical }) => canonical)).size).toBe(288);
    for (const { canonical, toCanonical, actions } of graph.infosets) {
      expect(canonical.canonical).toBe(canonical);
      expect(canonical.toCanonical).toBeUndefined();
      if (toCanonical) expect([...toCanonical]).toEqual([...actions.keys()]);
    }
  });

  it("do not show in the features", () => {
    const sets = new GameGraph(game);
    sets.expand(10_000);
    const rows = new Set(sets.infosets.map(({ player, state }) => `${player}${features(game, state, player)}`));
    expect(rows.size).toBe(288);
  });
});

describe("OpenSpiel's figures", () => {
  const compiled = compiledGame(game);
  /** The first of these actions that is legal. */
  const always =
    (...wanted: readonly number[]): ReferencePolicy =>
    (_key, _player, count, state) => {
      const turn = game.turn(state);
      const legal = turn.kind === "player" ? turn.actions : [];
      const slot = legal.indexOf(wanted.find((action) => legal.includes(action)) as number);
      return Array.from({ length: count }, (_, s) => (s === slot ? 1 : 0));
    };

  it("9,457 histories: 3,780 decisions, 157 deals, 5,520 ends; none longer than maxPlies", () => {
    const of = (kind: string) => all.filter(({ state }) => game.turn(state).kind === kind);
    expect([of("player").length, of("chance").length, of("end").length]).toEqual([3780, 157, 5520]);
    expect(Math.max(...all.map(({ moves }) => moves.length))).toBe(game.maxPlies);
    expect(new Set(all.map(({ state }) => game.stateKey(state))).size).toBe(9457);
    const gains = new Map<number, number>();
    for (const { state } of of("end")) {
      const [gain] = returnsOf(state) as readonly [number, number];
      gains.set(gain, (gains.get(gain) ?? 0) + 1);
    }
    expect([...gains].sort(([a], [b]) => a - b)).toEqual([
      [-13, 192],
      [-11, 192],
      [-9, 528],
      [-7, 432],
      [-5, 552],
      [-3, 366],
      [-1, 198],
      [0, 600],
      [1, 198],
      [3, 366],
      [5, 552],
      [7, 432],
      [9, 528],
      [11, 192],
      [13, 192],
    ]);
  });

  it("uniform play: NashConv 4.7472, value −0.078125", () => {
    const expected = bruteForceNashConv(game, uniformReference);
    expect(expected.nashConv).toBeCloseTo(4.747222222222222, 10);
    expect(expected.bestResponse).toEqual([expect.closeTo(2.0875, 10), expect.closeTo(2.6597222222, 9)]);
    expect(expected.value).toBeCloseTo(-0.078125, 12);
    const found = nashConv(compiled, strategyOf(compiled, uniform));
    expect(found.nashConv).toBeCloseTo(expected.nashConv, 10);
    expect(found.bestResponse).toEqual(expected.bestResponse.map((x) => expect.closeTo(x, 10)));
  });

  it.each([
    { name: "check and call", wanted: [CALL], expected: 44 / 15 },
    { name: "check and fold", wanted: [FOLD, CALL], expected: 2 },
    { name: "bet, raise and call", wanted: [RAISE, CALL], expected: 71 / 15 },
  ])("always $name: NashConv $expected", ({ wanted, expected }) => {
    const { nashConv: found, bestResponse, value } = bruteForceNashConv(game, always(...wanted));
    expect(found).toBeCloseTo(expected, 10);
    expect(bestResponse).toEqual([expect.closeTo(expected / 2, 10), expect.closeTo(expected / 2, 10)]);
    expect(value).toBeCloseTo(0, 12);
  });

  it("policies at random: the evaluator and brute force agree", () => {
    for (const seed of [1, 2]) {
      const policy = randomPolicy(seed);
      const expected = bruteForceNashConv(game, referenceOf(game, policy));
      const found = nashConv(compiled, strategyOf(compiled, policy));
      expect(found.bestResponse).toEqual(expected.bestResponse.map((x) => expect.closeTo(x, 10)));
    }
  });

  it("the value lies about −0.0856 to seat 0: between what best responses to `nash` leave each seat", () => {
    const [first, second] = nashConv(compiled, strategyOf(compiled, nash(game))).bestResponse;
    expect(first + second).toBeLessThan(0.01);
    expect(first).toBeGreaterThan(-0.0856065);
    expect(-second).toBeLessThan(-0.0856063);
  });
});
