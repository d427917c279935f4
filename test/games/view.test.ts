/** The view of every game: plain data, a function of what its seat knows, complete for a seat of `null`. */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { drawPosition } from "../../src/games/drawing.ts";
import type { Game, Seat } from "../../src/games/game.ts";
import { availableTrades } from "../../src/games/parts/trade.ts";
import { gameIds, getGame } from "../../src/games/registry.ts";
import { isShowdown } from "../../src/games/showdown.ts";
import type { View } from "../../src/games/view.ts";
import { Rng } from "../../src/util/rng.ts";
import { deepFreeze, play, specs, stateAfter } from "./play.ts";

const SEATS = [0, 1] as const;
const GAMES = 30;
/** At most so many states of all games together. */
const MOST = 300;

/** States of some random games. */
function visited(game: Game): unknown[] {
  const rng = new Rng(`view ${game.id}`);
  const states = Array.from({ length: GAMES }, () => {
    const picks = Array.from({ length: Math.min(game.maxPlies, 200) }, () => rng.below(1_000_000));
    return play(game, picks).states;
  }).flat();
  return states.filter((_, i) => i % Math.ceil(states.length / MOST) === 0);
}

function viewOf(game: Game, state: unknown, seat: Seat | null): View {
  const view = game.view?.(state, seat);
  if (!view) throw new Error(`${game.id} has no view`);
  return view;
}

/** What is hidden from a seat, as it would stand in the view. */
function hidden(view: View, seat: Seat): unknown {
  const other = seat === 0 ? 1 : 0;
  switch (view.kind) {
    case "cards":
      return view.cards[other];
    case "goods":
      return view.holdings[other];
    case "dice":
      return view.dice[other];
    case "grid":
    case "score":
      return undefined;
  }
}

it("is there for every game that comes with Spiral", () => {
  const shapes = gameIds.map((id) => [id, getGame(id).view?.(getGame(id).initial(), null).kind]);
  expect(Object.fromEntries(shapes)).toMatchObject({
    ttt: "grid",
    "ttt-draw": "grid",
    "connect-four": "grid",
    kuhn: "cards",
    "kuhn-match": "cards",
    leduc: "cards",
    "liars-dice": "dice",
    "liars-dice-match": "dice",
    pig: "score",
    negotiation: "goods",
    "negotiation-private": "goods",
  });
});

describe.each(specs.filter((spec) => getGame(spec).view))("%s", (spec) => {
  const game = getGame(spec);
  const states = visited(game);

  it("survives JSON, and is the same each time", () => {
    for (const state of states) {
      for (const seat of [...SEATS, null]) {
        const view = viewOf(game, deepFreeze(state), seat);
        assert.deepEqual(JSON.parse(JSON.stringify(view)), view);
        assert.deepEqual(viewOf(game, state, seat), view);
      }
    }
  });

  it("is one for all states of an information set, and no two sets look the same", () => {
    const rng = new Rng(spec);
    const [views, keys] = [new Map<string, string>(), new Map<string, string>()];
    for (const state of states) {
      const turn = game.turn(state);
      if (turn.kind !== "player") continue;
      const { player } = turn;
      const key = `${player} ${game.infosetKey(state, player)}`;
      const view = JSON.stringify(viewOf(game, state, player));
      assert.equal(views.get(key) ?? view, view);
      views.set(key, view);
      assert.equal(keys.get(`${player} ${view}`) ?? key, key);
      keys.set(`${player} ${view}`, key);
      const other = game.resample?.(state, player, () => rng.next());
      if (other !== undefined) assert.equal(JSON.stringify(viewOf(game, other, player)), view);
    }
    expect(views.size).toBeGreaterThan(0);
  });

  it("shows everything to a seat of null, and to a seat the same but for what is hidden from it", () => {
    const [whole, byKey] = [new Map<string, string>(), new Map<string, string>()];
    let concealed = 0;
    for (const state of states) {
      const turn = game.turn(state);
      const all = viewOf(game, state, null);
      const text = JSON.stringify(all);
      // Equal views have equal subgames: what there is to know is in them.
      if (turn.kind === "player") {
        const key = game.stateKey(state);
        assert.equal(whole.get(text) ?? key, key);
        whole.set(text, key);
        assert.equal(byKey.get(key) ?? text, text);
        byKey.set(key, text);
      }
      for (const seat of SEATS) {
        const seen = viewOf(game, state, seat);
        assert.equal(seen.kind, all.kind);
        const [mine, full] = [hidden(seen, seat), hidden(all, seat)];
        if (JSON.stringify(mine) === JSON.stringify(full)) continue;
        assert(!isShowdown(game, turn), "what is shown is shown to both");
        concealed++;
        assert(Array.isArray(mine) ? mine.every((value) => value === null) : mine === null);
        const names = { cards: "cards", goods: "holdings", dice: "dice", grid: "", score: "" };
        const rest = (view: View) => ({ ...view, [names[view.kind]]: null, moves: null });
        assert.deepEqual(rest(seen), rest(all));
      }
    }
    expect(concealed > 0).toBe(!game.perfectInformation);
  });

  it("and the rules make the text of every observation, the moves apart", () => {
    for (const state of states) {
      for (const seat of SEATS) {
        const position = drawPosition(viewOf(game, state, seat), seat).join("\n");
        const text = game.observe(state, seat);
        const start = `${game.rules?.(seat)}\n\n${position}${position === "" ? "" : "\n"}`;
        assert.equal(text.slice(0, start.length), start);
        assert.match(text.slice(start.length).trim(), /^\S.*$/);
      }
    }
  });
});

describe("the shapes", () => {
  const view = (spec: string, moves: readonly (number | string)[], seat: Seat | null): View =>
    viewOf(getGame(spec), stateAfter(getGame(spec), moves), seat);

  it("a grid whose moves name cells, and one whose moves name columns", () => {
    expect(view("ttt", ["[4]", "[0]"], 0)).toEqual({
      kind: "grid",
      seatMarks: ["X", "O"],
      marks: [
        ["O", null, null],
        [null, "X", null],
        [null, null, null],
      ],
      cellNames: [
        ["0", "1", "2"],
        ["3", "4", "5"],
        ["6", "7", "8"],
      ],
      columnNames: null,
    });
    const four = view("connect-four:rows=4:columns=4", ["[1]", "[1]", "[3]"], null);
    expect(four).toMatchObject({ cellNames: null, columnNames: ["0", "1", "2", "3"] });
    expect(four.kind === "grid" && four.marks.slice(2)).toEqual([
      [null, "O", null, null],
      [null, "X", null, "X"],
    ]);
  });

  it("cards and chips", () => {
    const hand = ["[check]", "[bet]", "[call]"];
    expect(view("kuhn", [4, ...hand], 0)).toEqual({
      kind: "cards",
      cards: [["K"], [null]],
      publicCards: [],
      rounds: [
        [
          { seat: 0, act: "check", chips: 0 },
          { seat: 1, act: "bet", chips: 1 },
          { seat: 0, act: "call", chips: 0 },
        ],
      ],
      roundCount: 1,
      pot: [2, 2],
      match: null,
    });
    // In the second hand of a match seat 1 acts first.
    expect(view("kuhn-match", [4, ...hand, 5, "[bet]"], null)).toMatchObject({
      cards: [["Q"], ["K"]],
      rounds: [[{ seat: 1, act: "bet", chips: 1 }]],
      pot: [1, 2],
      match: { hand: 2, handCount: 5, opener: 1, won: [2, -2] },
    });
    expect(view("kuhn-match:hands=1", [4, ...hand], 1)).toMatchObject({
      cards: [[], []],
      pot: [0, 0],
      match: { hand: null },
    });
    expect(view("leduc", [0, 2, "[bet]", "[raise]", "[call]", 5, "[check]"], 1)).toEqual({
      kind: "cards",
      cards: [[null], ["Qs"]],
      publicCards: ["Kh"],
      rounds: [
        [
          { seat: 0, act: "bet", chips: 2 },
          { seat: 1, act: "raise", chips: 2 },
          { seat: 0, act: "call", chips: 0 },
        ],
        [{ seat: 0, act: "check", chips: 0 }],
      ],
      roundCount: 2,
      pot: [5, 5],
      match: null,
    });
  });

  it("goods and offers", () => {
    const game = getGame("negotiation");
    const state = stateAfter(game, ["[Offer: 3 Wood -> 2 Gold]", "[Accept]", "[Offer: 1 Gold -> 1 Wood]"]);
    const seen = viewOf(game, state, 1);
    expect(seen).toEqual({
      kind: "goods",
      resources: ["Wood", "Gold"],
      holdings: [
        { owned: [7, 12], values: [5, 15], gain: 15 },
        { owned: [13, 8], values: [15, 5], gain: 35 },
      ],
      turn: 4,
      turnCount: 10,
      standing: { seat: 0, offer: { give: [0, 1], get: [1, 0] } },
      history: null,
      maxQuantity: 3,
      moves: ["[Accept]", "[Deny]", "[Offer: <give> -> <get>]"],
    });
    expect(availableTrades(game, state, 1)).toContain(seen.kind === "goods" && seen.moves.join(", "));
    expect(viewOf(game, state, 0)).toMatchObject({ moves: [] });
    const dealt = Array(20).fill(0);
    expect(view("negotiation-private", [...dealt, "[Offer: 1 Wood -> 2 Ore]", "[Deny]"], 0)).toMatchObject({
      holdings: [{ owned: [5, 5, 5, 5, 5], values: [5, 8, 12, 20, 32], gain: 0 }, null],
      turn: 3,
      standing: null,
      history: [
        { seat: 0, act: "offer", offer: { give: [0, 1, 0, 0, 0], get: [0, 0, 0, 0, 2] } },
        { seat: 1, act: "deny", offer: null },
      ],
    });
  });

  it("dice and bids, open once the last bid is called", () => {
    const moves = [5, 3, 2, 2, "[bid 1x3]", "[bid 2x2]"];
    expect(view("liars-dice:dice=2", moves, 0)).toEqual({
      kind: "dice",
      dice: [
        [3, 5],
        [null, null],
      ],
      dicePerSeat: 2,
      bids: [
        { seat: 0, quantity: 1, face: 3 },
        { seat: 1, quantity: 2, face: 2 },
      ],
      caller: null,
      match: null,
    });
    expect(view("liars-dice:dice=2", [...moves, "[liar]"], 0)).toMatchObject({
      dice: [
        [3, 5],
        [2, 2],
      ],
      bids: [{ seat: 1, quantity: 2, face: 2 }],
      caller: 0,
    });
  });

  it("dice of a match, open after a call and rolled anew, one less, in the next round", () => {
    // Three fours against a bid of four: seat 1's bid fails, so that it has two dice left and bids first.
    const moves = [1, 2, 4, 4, 4, 5, "[bid 1x3]", "[bid 4x4]", "[liar]"];
    const called = { dicePerSeat: 3, bids: [{ seat: 1, quantity: 4, face: 4 }], caller: 0 };
    expect(view("liars-dice-match", moves, 0)).toMatchObject({
      ...called,
      dice: [
        [1, 2, 4],
        [4, 4, 5],
      ],
      match: { round: 1, left: [3, 3] },
    });
    expect(view("liars-dice-match", [...moves, 1, 6, 5, 5, 2, 3, "[bid 1x2]"], 0)).toEqual({
      kind: "dice",
      dice: [
        [5, 5, 6],
        [null, null],
      ],
      dicePerSeat: 3,
      bids: [{ seat: 1, quantity: 1, face: 2 }],
      caller: null,
      match: { round: 2, left: [3, 2] },
    });
  });

  it("scores", () => {
    expect(view("pig", ["[roll]", 6, "[hold]", "[roll]", 4, "[roll]"], 0)).toEqual({
      kind: "score",
      scores: [6, 0],
      target: 100,
      mover: 1,
      turnTotal: 4,
      rolls: 3,
      rollLimit: 600,
      rolling: true,
    });
  });
});
