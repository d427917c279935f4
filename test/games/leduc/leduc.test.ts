/** Leduc poker: the rules as a table, and what suits may and may not do. */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import type { Game, Seat } from "../../../src/games/game.ts";
import { leduc } from "../../../src/games/leduc.ts";
import { GameGraph } from "../../../src/graph/game-graph.ts";
import { features, stateAfter } from "../play.ts";
import { all, returnsOf } from "./histories.ts";

const game = leduc as Game;
const [Js, Jh, Qs, Qh, Ks, Kh] = [0, 1, 2, 3, 4, 5] as const;

const legalNames = (state: unknown) => {
  const turn = game.turn(state);
  return turn.kind === "end" ? [] : turn.actions.map((action) => game.actionName(state, action));
};
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
      assert.equal(representatives.size, 1);
      assert(images.includes([...representatives][0]));
      assert.deepEqual(returnsOf([...representatives][0]), returnsOf(state));
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
      assert.equal(image.get(from) ?? to, to);
      image.set(from, to);
    }
    expect(image.size).toBe(936);
    expect(new Set(image.values()).size).toBe(288);
    for (const to of image.values()) assert.equal(image.get(to), to);
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
      assert.equal(canonical.canonical, canonical);
      assert.equal(canonical.toCanonical, undefined);
      if (toCanonical) assert.deepEqual([...toCanonical], [...actions.keys()]);
    }
  });

  it("do not show in the features", () => {
    const sets = new GameGraph(game);
    sets.expand(10_000);
    const rows = new Set(sets.infosets.map(({ player, state }) => `${player}${features(game, state, player)}`));
    expect(rows.size).toBe(288);
  });
});
