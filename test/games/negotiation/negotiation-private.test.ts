import { describe, expect, it } from "vitest";
import type { Seat } from "../../../src/games/game.ts";
import type { NegotiationPrivateState } from "../../../src/games/negotiation-private.ts";
import { getGame } from "../../../src/games/registry.ts";
import { Rng } from "../../../src/util/rng.ts";
import { chiSquaredZ } from "../../helpers.ts";
import { features, stateAfter } from "../play.ts";

const game = getGame("negotiation-private");
/** A deal from quantities (5 … 25) and values, as chance outcomes. */
const LEAST_VALUES = [5, 8, 12, 20, 32];
const deal = (...hands: { owns: number[]; values: number[] }[]): number[] =>
  hands.flatMap(({ owns, values }) => [
    ...owns.map((n) => n - 5),
    ...values.map((v, r) => v - (LEAST_VALUES[r] as number)),
  ]);

const FIRST = { owns: [12, 18, 8, 10, 7], values: [6, 8, 17, 28, 35] };
const SECOND = { owns: [5, 15, 25, 9, 14], values: [5, 12, 14, 20, 40] };
const returnsOf = (state: unknown) => {
  const turn = game.turn(state);
  return turn.kind === "end" ? turn.returns : undefined;
};

describe("the deal", () => {
  it("is twenty chance moves, uniform over 5–25 of each resource and values within a fifth of the base", () => {
    let state = game.initial();
    const sizes: number[] = [];
    for (let turn = game.turn(state); turn.kind === "chance"; turn = game.turn(state)) {
      sizes.push(turn.actions.length);
      expect(new Set(turn.probabilities)).toEqual(new Set([1 / turn.actions.length]));
      state = game.apply(state, turn.actions.at(-1) as number);
    }
    // Values: 5–6, 8–12, 12–18, 20–30, 32–40.
    const each = [21, 21, 21, 21, 21, 2, 5, 7, 11, 9];
    expect(sizes).toEqual([...each, ...each]);
    expect((state as NegotiationPrivateState).deal.slice(0, 10)).toEqual([25, 25, 25, 25, 25, 6, 12, 18, 30, 40]);
    expect((stateAfter(game, Array(20).fill(0)) as NegotiationPrivateState).deal.slice(10)).toEqual([
      5,
      5,
      5,
      5,
      5,
      ...LEAST_VALUES,
    ]);
  });
});

describe("what a player can tell", () => {
  const moves = [
    "[Offer: 2 Wheat -> 1 Brick]",
    "[Offer: 3 Sheep -> 1 Ore]",
    "[Accept]",
    "[Offer: 1 Wood -> 1 Wheat]",
    "[Deny]",
  ];
  const richer = { owns: [25, 25, 25, 25, 25], values: [6, 8, 12, 30, 32] };

  it.each([0, 1] as const)("player %i sees the same whatever the other was dealt, all game long", (player: Seat) => {
    const [here, there] =
      player === 0 ? [deal(FIRST, SECOND), deal(FIRST, richer)] : [deal(FIRST, SECOND), deal(richer, SECOND)];
    for (let n = 0; n <= moves.length; n++) {
      const [a, b] = [here, there].map((dealt) => stateAfter(game, [...dealt, ...moves.slice(0, n)]));
      expect(game.observe(b, player)).toBe(game.observe(a, player));
      expect(game.infosetKey(b, player)).toBe(game.infosetKey(a, player));
      expect(features(game, b, player)).toEqual(features(game, a, player));
      const [turn, turnThere] = [game.turn(a), game.turn(b)];
      if (turn.kind === "player" && turn.player === player) {
        expect(turnThere).toEqual(turn);
        const all = Array.from({ length: game.actionCount }, (_, action) => game.actionName(a, action));
        for (const text of all) expect(game.parseAction(b, text)).toEqual(game.parseAction(a, text));
      }
    }
  });

  it("may be offered more than it owns, and cannot accept that", () => {
    const poor = { owns: [5, 5, 5, 5, 5], values: SECOND.values };
    const drained = [
      "[Offer: 1 Wheat -> 3 Ore]",
      "[Accept]",
      "[Offer: 1 Wheat -> 2 Ore]",
      "[Accept]",
      "[Offer: 1 Wheat -> 1 Ore]",
    ];
    const state = stateAfter(game, [...deal(FIRST, poor), ...drained]);
    const turn = game.turn(state);
    expect(turn.kind === "player" && turn.actions[0]).toBe(1);
    expect(game.parseAction(state, "[Accept]")).toEqual({
      ok: false,
      reason: "You do not own what the offer asks of you.",
    });
    expect(game.parseAction(state, "[Offer: 1 Ore -> 1 Wood]")).toEqual({ ok: false, reason: "You have only 0 Ore." });
  });

  it("has keys that read as its deal and the public history", () => {
    const state = stateAfter(game, [...deal(FIRST, SECOND), ...moves]);
    expect(game.infosetKey(state, 1)).toBe("5@5,15@12,25@14,9@20,14@40:2Wh>1Br 3Sh>1Or a 1Wo>1Wh d");
  });
});

describe("the other's deal, drawn anew", () => {
  const large = getGame("negotiation-private:maxQuantity=5:maxTurns=15");
  const moves = [
    "[Offer: 1 Wheat -> 5 Ore]",
    "[Accept]",
    "[Offer: 1 Wheat -> 5 Ore]",
    // Player 1 has paid 10 Ore (and will pay another) …
    "[Accept]",
    "[Pass]",
    "[Offer: 5 Wheat -> 1 Wood]",
    "[Accept]",
    // … and offers 4 Wheat more than the 3 it is down by.
    "[Offer: 4 Wheat -> 1 Wood]",
    "[Offer: 1 Sheep -> 5 Brick]",
    "[Deny]",
    "[Offer: 5 Brick -> 1 Ore]",
    "[Accept]",
    "[Offer: 2 Brick -> 1 Ore]",
  ];
  const dealt = deal(
    { owns: [9, 12, 8, 10, 7], values: [6, 8, 17, 28, 35] },
    { owns: [9, 15, 25, 9, 14], values: [5, 12, 14, 20, 40] },
  );

  /** Whether every one of the moves is legal after this deal. */
  function possible(outcomes: readonly number[]): boolean {
    let state = stateAfter(large, outcomes);
    for (const move of moves) {
      const parsed = large.parseAction(state, move);
      if (!parsed.ok) return false;
      state = large.apply(state, parsed.action);
    }
    return true;
  }

  it.each([
    { player: 0, least: [7, 5, 5, 5, 11] },
    { player: 1, least: [5, 5, 5, 7, 5] },
  ] as const)("is uniform over all that player $player can think possible", ({ player, least }) => {
    const state = stateAfter(large, [...dealt, ...moves]) as NegotiationPrivateState;
    const rng = new Rng(player);
    const draws = Array.from(
      { length: 2000 },
      () => large.resample?.(state, player, () => rng.next()) as NegotiationPrivateState,
    );
    const start = player === 0 ? 10 : 0;
    for (let i = start; i < start + 10; i++) {
      // Each number by itself: every outcome after which the moves would have been legal.
      const turn = large.turn(stateAfter(large, dealt.slice(0, i)));
      if (turn.kind !== "chance") throw new Error("no deal");
      const outcomes = turn.actions.filter((o) => possible([...dealt.slice(0, i), o, ...dealt.slice(i + 1)]));
      const lowest = (state.deal[i] as number) - (dealt[i] as number);
      const counts = outcomes.map((o) => draws.filter((drawn) => drawn.deal[i] === lowest + o).length);
      expect(counts.reduce((a, b) => a + b, 0)).toBe(draws.length);
      expect(chiSquaredZ(counts, Array(outcomes.length).fill(draws.length / outcomes.length))).toBeLessThan(5);
      if (i < start + 5) expect(lowest + (outcomes[0] as number)).toBe(least[i - start]);
    }
    for (const drawn of draws.slice(0, 100)) {
      expect(possible(drawn.deal.map((n, i) => n - ((state.deal[i] as number) - (dealt[i] as number))))).toBe(true);
      expect([drawn.moves, drawn.traded]).toEqual([state.moves, state.traded]);
    }
  });
});

describe("the end", () => {
  const rest = (n: number): string[] => Array(n).fill("[Pass]");

  it.each([
    { name: "no trade", moves: rest(10), returns: [0, 0] },
    // 2 Wheat for 1 Brick: −12 + 28 for player 0, +10 − 20 for player 1.
    { name: "player 0 gains more", moves: ["[Offer: 2 Wheat -> 1 Brick]", "[Accept]", ...rest(8)], returns: [1, -1] },
    // 1 Sheep for 1 Wood: −17 + 8 for player 0, +14 − 12 for player 1.
    { name: "player 1 gains more", moves: ["[Offer: 1 Sheep -> 1 Wood]", "[Accept]", ...rest(8)], returns: [-1, 1] },
    {
      name: "a denied offer moves nothing",
      moves: ["[Offer: 1 Sheep -> 1 Wood]", "[Deny]", ...rest(8)],
      returns: [0, 0],
    },
  ])("$name", ({ moves, returns }) => {
    const state = stateAfter(game, [...deal(FIRST, SECOND), ...moves]);
    expect(returnsOf(state)).toEqual(returns);
  });

  it("is a draw when both gain the same by their own values", () => {
    // 3 Wheat for 1 Sheep: −15 + 17 for player 0, +15 − 13 for player 1.
    const first = { owns: FIRST.owns, values: [5, 10, 17, 25, 40] };
    const second = { owns: SECOND.owns, values: [5, 12, 13, 25, 36] };
    const even = stateAfter(game, [...deal(first, second), "[Offer: 3 Wheat -> 1 Sheep]", "[Accept]", ...rest(8)]);
    expect(game.observe(even, 0)).toContain("Your gain so far: +2.");
    expect(game.observe(even, 1)).toContain("Your gain so far: +2.");
    expect(returnsOf(even)).toEqual([0, 0]);
  });
});

describe("bundles", () => {
  const bundles = getGame("negotiation-private:bundles=on");
  const state = stateAfter(bundles, deal({ owns: [5, 2, 8, 10, 7], values: [6, 8, 17, 28, 35] }, SECOND));
  const nameOf = (text: string): string => {
    const parsed = bundles.parseAction(state, text);
    return parsed.ok ? bundles.actionName(state, parsed.action) : parsed.reason;
  };

  it.each([
    [1, 180],
    [2, 2640],
    [3, 14_760],
  ])("are all ways to give, get or leave each resource, in amounts up to %i", (most, count) => {
    const names = new Set<string>();
    const amounts = Array.from({ length: 2 * most + 1 }, (_, i) => i - most);
    const game = getGame(`negotiation-private:bundles=on,maxQuantity=${most}`);
    const rich = stateAfter(game, deal(FIRST, SECOND));
    expect(game.actionCount).toBe(2 + count);
    for (let action = 2; action < game.actionCount; action++) names.add(game.actionName(rich, action));
    expect(names.size).toBe(count);
    // Counted anew: of all changes, those that give something and ask for something.
    let changes = amounts.map((n) => [n]);
    for (let r = 1; r < 5; r++) changes = changes.flatMap((change) => amounts.map((n) => [...change, n]));
    expect(changes.filter((change) => Math.max(...change) > 0 && Math.min(...change) < 0)).toHaveLength(count);
  });

  it("are read in several spellings, and named in one", () => {
    expect(nameOf("[Offer: 2 Wheat + 1 Ore -> 3 Brick]")).toBe("[Offer: 2 Wheat + 1 Ore -> 3 Brick]");
    expect(nameOf("[Offer: I give 3 Sheeps, 2 Ore and 1 Wheat -> 2 Bricks & 1 wood.]")).toBe(
      "[Offer: 1 Wheat + 3 Sheep + 2 Ore -> 1 Wood + 2 Brick]",
    );
    expect(nameOf("[1 Ore + 1 Ore for 1 Wheat]")).toBe("[Offer: 2 Ore -> 1 Wheat]");
  });

  it.each([
    ["[Offer: 3 Sheep, 2 Ore -> 3 Brick, 2 Sheep]", /Sheep is on both sides/],
    ["[Offer: 2 Wheat + 3 Wood -> 1 Ore]", /You have only 2 Wood\./],
    ["[Offer: 4 Wheat -> 1 Ore]", /from 1 to 3/],
    ["[Offer: 0 Wheat -> 1 Ore]", /from 1 to 3/],
    ["[Offer: 1 Wheat + -> 1 Ore]", /such as \[Offer: 1 Wheat \+ 1 Wood -> 1 Sheep\]/],
    [`[Offer: ${"1 Wheat + ".repeat(5000)}1 Ore -> 1 Wood]`, /is no action/],
  ])("%s is refused", (text, reason) => expect(nameOf(text)).toMatch(reason));

  it("move every good, and raise what the other can have been dealt", () => {
    const after = stateAfter(bundles, [
      ...deal({ owns: [5, 6, 8, 10, 7], values: [6, 8, 17, 28, 35] }, SECOND),
      "[Offer: 2 Wheat + 1 Ore -> 3 Wood]",
      "[Accept]",
      "[Offer: 3 Wheat + 2 Sheep -> 1 Brick + 1 Ore]",
    ]);
    const view = bundles.view?.(after, null);
    const owned = view?.kind === "goods" ? view.holdings.map((side) => side?.owned) : [];
    expect(owned).toEqual([
      [3, 9, 8, 10, 6],
      [7, 12, 25, 9, 15],
    ]);
    expect(bundles.infosetKey(after, 1)).toMatch(/:2Wh\+1Or>3Wo a 3Wh\+2Sh>1Br\+1Or$/);
    // Seat 0 has 5 Wheat at least: it gave 2 and offers 3.
    const dealt = Array.from({ length: 40 }, (_, i) => {
      const rng = new Rng(`bundles ${i}`);
      const drawn = bundles.resample?.(after, 1, () => rng.next()) as NegotiationPrivateState | undefined;
      return drawn?.deal.slice(0, 5) ?? [];
    });
    expect(Math.min(...dealt.map(([wheat = 0]) => wheat))).toBeGreaterThanOrEqual(5);
    // What seat 1 received and paid by the first turn, and what it would by the third.
    const turns = features(bundles, after, 1).slice(29);
    const thirds = (numbers: readonly number[]): number[] => numbers.map((x) => Math.round(3 * x));
    expect(thirds(turns.slice(0, 6))).toEqual([0, 2, -3, 0, 0, 1]);
    expect(thirds(turns.slice(12, 18))).toEqual([0, 3, 0, 2, -1, -1]);
  });

  it("are of amounts up to 3, as every offer is an action", () => {
    expect(() => getGame("negotiation-private:bundles=on,maxQuantity=4")).toThrow(/takes maxQuantity up to 3/);
  });
});
