import { describe, expect, it } from "vitest";
import { compiledGame } from "../../src/exact/compiled-game.ts";
import { nashConv } from "../../src/exact/nash-conv.ts";
import { strategyOf } from "../../src/exact/strategy.ts";
import type { Game, Seat } from "../../src/games/game.ts";
import { getGame } from "../../src/games/registry.ts";
import { uniform } from "../../src/policies/policy.ts";
import { features, stateAfter } from "./play.ts";

const DEALS = ["J Q", "J K", "Q J", "Q K", "K J", "K Q"];
const RANK: Record<string, number> = { J: 1, Q: 2, K: 3 };
const returnsOf = (game: Game, state: unknown) => {
  const turn = game.turn(state);
  return turn.kind === "end" ? turn.returns : undefined;
};

describe("one hand", () => {
  const game = getGame("kuhn");
  /** Who puts in what: the pot is both antes and every bet and call, and the winner gains what the other put in. */
  const endings: readonly { moves: string[]; paid: number; foldedBy?: Seat }[] = [
    { moves: ["[check]", "[check]"], paid: 1 },
    { moves: ["[check]", "[bet]", "[fold]"], paid: 1, foldedBy: 0 },
    { moves: ["[check]", "[bet]", "[call]"], paid: 2 },
    { moves: ["[bet]", "[fold]"], paid: 1, foldedBy: 1 },
    { moves: ["[bet]", "[call]"], paid: 2 },
  ];

  it.each(endings)("$moves is for $paid, with every deal", ({ moves, paid, foldedBy }) => {
    DEALS.forEach((deal, outcome) => {
      expect(game.actionName(game.initial(), outcome)).toBe(deal);
      const [first = "", second = ""] = deal.split(" ");
      const firstWins = foldedBy === undefined ? (RANK[first] as number) > (RANK[second] as number) : foldedBy === 1;
      expect(returnsOf(game, stateAfter(game, [outcome, ...moves]))).toEqual(firstWins ? [paid, -paid] : [-paid, paid]);
    });
  });

  it("shows a player nothing of the opponent's card", () => {
    // J Q and J K look the same to player 0; J Q and K Q to player 1.
    const cases: readonly [Seat, number, number][] = [
      [0, 0, 1],
      [1, 0, 5],
    ];
    for (const [player, a, b] of cases) {
      for (const moves of [
        [],
        ["[check]"],
        ["[bet]"],
        ["[check]", "[bet]"],
        ["[bet]", "[call]"],
        ["[check]", "[check]"],
      ]) {
        const [here, there] = [stateAfter(game, [a, ...moves]), stateAfter(game, [b, ...moves])];
        expect(game.observe(there, player)).toBe(game.observe(here, player));
        const turn = game.turn(here);
        if (turn.kind !== "player" || turn.player !== player) continue;
        expect(game.infosetKey(there, player)).toBe(game.infosetKey(here, player));
        expect(features(game, there, player)).toEqual(features(game, here, player));
      }
    }
  });

  it.each([
    { text: "[bet]", action: 1 },
    { text: "bet", action: 1 },
    { text: "I could [check] but no: [BET]", action: 1 },
    { text: "[ check ]", action: 0 },
    { text: "[call]", reason: "[call] is not available. Your available actions are: [check], [bet]." },
    {
      text: "I think\nI will bet",
      reason: "Put your action in square brackets. Your available actions are: [check], [bet].",
    },
    { text: "", reason: "Put your action in square brackets. Your available actions are: [check], [bet]." },
  ])("reads $text", ({ text, action, reason }) => {
    const expected = action === undefined ? { ok: false, reason } : { ok: true, action };
    expect(game.parseAction(stateAfter(game, [0]), text)).toEqual(expected);
  });
});

describe("a match", () => {
  const game = getGame("kuhn-match:hands=3");
  const [JQ, QJ, KJ] = [0, 2, 4];

  it("alternates who opens: player 0 in hands 1 and 3, player 1 in hand 2", () => {
    const openers = [[KJ], [KJ, 0, 0, KJ], [KJ, 0, 0, KJ, 0, 0, KJ]].map((moves) => game.turn(stateAfter(game, moves)));
    expect(openers.map((turn) => turn.kind === "player" && turn.player)).toEqual([0, 1, 0]);
  });

  it("lets the other seat open where that is wanted, and then everything is the other way round", () => {
    const other = getGame("kuhn-match:hands=3,opener=1");
    const openers = [[KJ], [KJ, 0, 0, KJ], [KJ, 0, 0, KJ, 0, 0, KJ]].map((moves) =>
      other.turn(stateAfter(other, moves)),
    );
    expect(openers.map((turn) => turn.kind === "player" && turn.player)).toEqual([1, 0, 1]);
    expect(other.roles).toEqual(["second", "first"]);
    expect(other.observe(stateAfter(other, [KJ]), 1)).toContain("- Player 1 acts first in the first hand");
    const best = [game, other].map(
      (one) => nashConv(compiledGame(one), strategyOf(compiledGame(one), uniform)).bestResponse,
    );
    expect(best[1]?.toReversed()).toEqual(best[0]?.map((value) => expect.closeTo(value, 12)));
    expect(best[0]?.[0]).not.toBeCloseTo(best[0]?.[1] as number, 3);
  });

  it("moves chips: a called bet is worth 2, a check-down or a fold 1", () => {
    const leads = [
      [KJ, "[bet]", "[call]"],
      [KJ, "[bet]", "[fold]"],
      [KJ, "[check]", "[check]"],
      [JQ, "[check]", "[bet]", "[call]"],
      [KJ, "[bet]", "[call]", KJ, "[bet]", "[call]"],
      [KJ, "[bet]", "[call]", QJ, "[check]", "[check]"],
    ].map((moves) => /Player 0: (\S+), Player 1: (\S+)\./.exec(game.observe(stateAfter(game, moves), 0))?.slice(1));
    expect(leads).toEqual([
      ["+2", "-2"],
      ["+1", "-1"],
      ["+1", "-1"],
      ["-2", "+2"],
      ["0", "0"],
      ["+1", "-1"],
    ]);
  });

  it.each([
    {
      name: "2 − 1 − 0 … the winner of the last hand can lose",
      moves: [KJ, 1, 1, QJ, 0, 0, JQ, 1, 0],
      returns: [1, -1],
    },
    { name: "the last hand lost, the match won", moves: [KJ, 1, 1, JQ, 0, 0, JQ, 0, 0], returns: [1, -1] },
    { name: "the last hand won, the match lost", moves: [JQ, 1, 1, KJ, 1, 1, KJ, 0, 0], returns: [-1, 1] },
    { name: "equal chips draw", moves: [KJ, 1, 1, QJ, 0, 0, JQ, 0, 0], returns: [0, 0] },
  ])("goes to whoever has more chips: $name", ({ moves, returns }) => {
    expect(returnsOf(game, stateAfter(game, moves))).toEqual(returns);
  });

  it("agrees with chips added up outside the engine, over every way to play two hands", () => {
    const hand = getGame("kuhn");
    const match = getGame("kuhn-match:hands=2");
    const plays: { moves: number[]; gain: number }[] = [];
    const walk = (state: unknown, moves: number[]): void => {
      const turn = hand.turn(state);
      if (turn.kind === "end") plays.push({ moves, gain: turn.returns[0] });
      else for (const action of turn.actions) walk(hand.apply(state, action), [...moves, action]);
    };
    walk(hand.initial(), []);
    for (const one of plays) {
      for (const two of plays) {
        const sign = Math.sign(one.gain - two.gain);
        expect(returnsOf(match, stateAfter(match, [...one.moves, ...two.moves]))).toEqual([
          sign,
          sign === 0 ? 0 : -sign,
        ]);
      }
    }
  });

  it("carries nothing of earlier hands but the chips into text and keys", () => {
    // Player 0 wins one chip in the first hand in different ways.
    const ways = [
      [KJ, "[check]", "[check]"],
      [QJ, "[check]", "[check]"],
      [JQ, "[bet]", "[fold]"],
    ].map((first) => stateAfter(game, [...first, 3]));
    expect(new Set(ways.map((state) => game.stateKey(state))).size).toBe(1);
    const state = ways[0];
    // Player 1 opens with the first card dealt, a Q; player 0 has the K.
    expect([game.infosetKey(state, 1), game.infosetKey(state, 0)]).toEqual(["2:-1:Q:", "2:+1:K:"]);
    for (const [player, card] of [
      [0, "K"],
      [1, "Q"],
    ] as const) {
      const situation = game.observe(state, player).split("\n\n")[1] ?? "";
      expect(situation.match(/\b[JQK]\b/g)).toEqual([card]);
    }
  });
});
