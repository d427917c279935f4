/** Leduc poker: counts and values that OpenSpiel 2.0 gives too. */
import { describe, expect, it } from "vitest";
import { compiledGame } from "../../../src/exact/compiled-game.ts";
import { nashConv } from "../../../src/exact/nash-conv.ts";
import { strategyOf } from "../../../src/exact/strategy.ts";
import type { Game } from "../../../src/games/game.ts";
import { leduc } from "../../../src/games/leduc.ts";
import { nash } from "../../../src/players/opponents.ts";
import { uniform } from "../../../src/policies/policy.ts";
import { randomPolicy } from "../../helpers.ts";
import { bruteForceNashConv, type ReferencePolicy, uniformReference } from "../../reference/brute-force.ts";
import { referenceOf } from "../../reference/whole-game.ts";
import { all, returnsOf } from "./histories.ts";

const game = leduc as Game;
const [FOLD, CALL, RAISE] = [0, 1, 2] as const;

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
