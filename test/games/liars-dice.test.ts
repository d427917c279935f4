/** Liar's Dice against a naive count of the dice, against published counts and an LP, and by hand. */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { bestResponseValue } from "../../src/exact/best-response.ts";
import { cfrPlus } from "../../src/exact/cfr.ts";
import { compiledGame } from "../../src/exact/compiled-game.ts";
import { getGame } from "../../src/games/registry.ts";
import type { DiceView } from "../../src/games/view.ts";
import { END } from "../../src/graph/flat-graph.ts";
import { Rng } from "../../src/util/rng.ts";
import { chiSquaredZ } from "../helpers.ts";
import { features, stateAfter } from "./play.ts";

const game = getGame("liars-dice");

/** Who wins when `caller` calls this bid: by counting. */
function naiveReturns(dice: readonly number[], [quantity, face]: readonly [number, number], caller: 0 | 1): number[] {
  let count = 0;
  for (const die of dice) if (die === face || die === 6) count++;
  const callerWins = count < quantity;
  return callerWins === (caller === 0) ? [1, -1] : [-1, 1];
}

describe("one die each", () => {
  const compiled = compiledGame(game);

  it("has 24,576 information sets: six faces, and each set of twelve bids", () => {
    expect(compiled.infosets.length).toBe(6 * 2 ** 12);
    expect(new Set(compiled.infosets.map(({ player, key }) => `${player} ${key}`)).size).toBe(24_576);
    // Odd numbers of bids are player 1's to answer.
    const bids = (key: string): number => key.split(/[: ]/).filter((t) => t.includes("x")).length;
    expect(compiled.infosets.filter(({ player, key }) => bids(key) % 2 !== player)).toEqual([]);
    // 36 deals with each set of bids; chance before either die; at the end only the deal, the last bid and its caller count:
    // the first bid can be called by player 1 alone, each other one by either.
    expect(compiled.kind.length).toBe(36 * 2 ** 12 + 1 + 6 + 36 * (1 + 2 * 11));
  });

  it("is worth −7/258 to the first player, as far as best responses to CFR+ tell", async () => {
    // The value is that of the sequence-form linear program, written from the rules alone: −0.0271317829 = −7/258.
    const solver = cfrPlus(compiled);
    solver.iterate(100);
    const strategy = solver.average();
    const [low, high] = [-bestResponseValue(compiled, strategy, 1), bestResponseValue(compiled, strategy, 0)];
    expect(low).toBeLessThan(-7 / 258);
    expect(high).toBeGreaterThan(-7 / 258);
    expect(high - low).toBeLessThan(0.01);
  });

  it("goes to the bidder where the bid holds, and to the caller where not", () => {
    const counts = { holds: 0, fails: 0 };
    for (let first = 1; first <= 6; first++) {
      for (let second = 1; second <= 6; second++) {
        for (let bid = 0; bid < 12; bid++) {
          const claim = [Math.floor(bid / 6) + 1, (bid % 6) + 1] as const;
          for (const caller of [1, 0] as const) {
            if (caller === 0 && bid === 0) continue;
            const bids = caller === 1 ? [bid] : [0, bid];
            const turn = game.turn(stateAfter(game, [first, second, ...bids, "[liar]"]));
            assert.deepEqual(turn, { kind: "end", returns: naiveReturns([first, second], claim, caller) });
            counts[turn.kind === "end" && turn.returns[caller] === 1 ? "fails" : "holds"]++;
          }
        }
      }
    }
    expect(Math.min(counts.holds, counts.fails)).toBeGreaterThan(200);
    expect(compiled.kind.filter((kind) => kind === END).length).toBe(counts.holds + counts.fails);
  });
});

describe("any number of dice", () => {
  it.each([1, 2, 5])("%i each: bids rise, and the last one is counted out", (each) => {
    const of = getGame(`liars-dice:dice=${each}`);
    const rng = new Rng(each);
    for (let play = 0; play < 200; play++) {
      const dice = Array.from({ length: 2 * each }, () => 1 + rng.below(6));
      let state = stateAfter(of, dice);
      let [quantity, face] = [0, 6];
      let bids = 0;
      for (;;) {
        const higher: string[] = [];
        for (let q = 1; q <= 2 * each; q++) {
          for (let f = 1; f <= 6; f++) if (q > quantity || (q === quantity && f > face)) higher.push(`[bid ${q}x${f}]`);
        }
        const names = [...higher, ...(bids > 0 ? ["[liar]"] : [])];
        const turn = of.turn(state);
        if (turn.kind !== "player") throw new Error("no decision");
        assert.equal(turn.player, bids % 2);
        const legal = turn.actions.map((action) => of.actionName(state, action));
        assert.deepEqual(legal, names);
        const call = bids > 0 && (names.length === 1 || rng.next() < 0.3);
        const slot = call ? names.length - 1 : rng.below(Math.min(names.length, 9));
        const name = names[slot] as string;
        state = of.apply(state, turn.actions[slot] as number);
        if (name === "[liar]") break;
        [quantity = 0, face = 0] = name.match(/\d+/g)?.map(Number) ?? [];
        bids++;
      }
      const returns = naiveReturns(dice, [quantity, face], (bids % 2) as 0 | 1);
      assert.deepEqual(of.turn(state), { kind: "end", returns });
    }
  });

  it("draws the other's dice anew as they are rolled, whatever was bid", () => {
    const two = getGame("liars-dice:dice=2");
    const state = stateAfter(two, [3, 5, 1, 1, "[bid 1x2]", "[bid 2x2]"]);
    const viewed = (of: unknown) => two.view?.(of, null) as DiceView;
    const { bids } = viewed(state);
    const rng = new Rng(2);
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 4000; draw++) {
      const drawn = viewed(two.resample?.(state, 0, () => rng.next()));
      assert.deepEqual([drawn.dice[0], drawn.bids], [[3, 5], bids]);
      const pair = drawn.dice[1].join("");
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
    const pairs = [...counts.keys()];
    expect(pairs.length).toBe(21);
    const expected = pairs.map(([a, b]) => (4000 * (a === b ? 1 : 2)) / 36);
    expect(chiSquaredZ([...counts.values()], expected)).toBeLessThan(4);
  });

  it("does not tell the order in which dice fell", () => {
    const two = getGame("liars-dice:dice=2");
    const [here, there] = [stateAfter(two, [5, 3, 2, 4]), stateAfter(two, [3, 5, 4, 2])];
    expect(two.stateKey(there)).toBe(two.stateKey(here));
    expect(two.observe(there, 0)).toContain("Your dice: 3, 5.");
  });

  it("has features for the own dice and for who made which bid", () => {
    const two = getGame("liars-dice:dice=2");
    const state = stateAfter(two, [6, 6, 2, 4, "[bid 1x3]", "[bid 2x1]", "[bid 4x6]"]);
    const bids = { 2: 1, 6: -1, 23: 1 };
    const list = (sign: number) => Array.from({ length: 24 }, (_, bid) => sign * (bids[bid as 2] ?? 0) + 0);
    expect(features(two, state, 0)).toEqual([0, 0, 0, 0, 0, 1, ...list(1)]);
    expect(features(two, state, 1)).toEqual([0, 0.5, 0, 0.5, 0, 0, ...list(-1)].map((x) => Math.fround(x)));
  });

  it.each([
    { text: "[bid 2x1]", action: 6 },
    { text: "I think [liar], no: [ Bid:  2, 1 ]", action: 6 },
    { text: "1 x 6", action: 5 },
    { text: "[LIAR]", action: 12 },
    { text: "[bid 1x4]", reason: "A bid must be higher than 1x4." },
    { text: "[bid 3x4]", reason: "There are 2 dice: bid 1 to 2." },
    { text: "[bid 0x4]", reason: "There are 2 dice: bid 1 to 2." },
    { text: "[bid 2x7]", reason: "The faces are 1 to 6." },
    { text: "[Call]", action: 12 },
    { text: "[call liar]", action: 12 },
    { text: "[raise]", reason: "[raise] is no action. Write [liar] or a bid such as [bid 1x3]." },
    { text: "a\nb", reason: "Put your action in square brackets: [liar], or a bid such as [bid 1x3]." },
  ])("reads $text", ({ text, action, reason }) => {
    const expected = action === undefined ? { ok: false, reason } : { ok: true, action };
    expect(game.parseAction(stateAfter(game, [2, 3, "[bid 1x4]"]), text)).toEqual(expected);
  });

  it("cannot call a lie before there is a bid", () => {
    expect(game.parseAction(stateAfter(game, [2, 3]), "[liar]")).toEqual({
      ok: false,
      reason: "There is no bid to call a lie.",
    });
  });
});
