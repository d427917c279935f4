/** Liar's Dice over rounds against a naive match on lists of dice, against the game of one round, and by hand. */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { getGame } from "../../src/games/registry.ts";
import { isShowdown } from "../../src/games/showdown.ts";
import type { DiceView } from "../../src/games/view.ts";
import { GameGraph } from "../../src/graph/game-graph.ts";
import { Rng } from "../../src/util/rng.ts";
import { chiSquaredZ } from "../helpers.ts";
import { features, stateAfter } from "./play.ts";

interface Rules {
  readonly dice: number;
  readonly wild: number;
  readonly lowerFace: number;
  readonly loserOpens: number;
}

const RULES = [
  { dice: 2, wild: 1, lowerFace: 1, loserOpens: 1 },
  { dice: 4, wild: 0, lowerFace: 1, loserOpens: 1 },
  { dice: 3, wild: 1, lowerFace: 0, loserOpens: 0 },
  { dice: 3, wild: 1, lowerFace: 1, loserOpens: 0 },
] as const satisfies readonly Rules[];

const onOff = (rule: number): string => (rule ? "on" : "off");

/** Plays a random match on lists of dice, and checks every turn of the game against it. */
function follow({ dice, wild, lowerFace, loserOpens }: Rules, rng: Rng): void {
  const game = getGame(
    `liars-dice-match:dice=${dice},wild=${onOff(wild)},lowerFace=${onOff(lowerFace)},loserOpens=${onOff(loserOpens)}`,
  );
  let state = game.initial();
  const left = [dice, dice];
  let opener = 0;
  for (;;) {
    const table = left.map((count) => Array.from({ length: count }, () => 1 + rng.below(6)));
    for (const die of table.flat()) state = game.apply(state, die);
    let [mover, quantity, face, bids] = [opener, 0, 0, 0];
    for (;;) {
      const legal: string[] = [];
      for (let q = 1; q <= table.flat().length; q++) {
        for (let f = 1; f <= 6; f++) {
          const isHigher = lowerFace
            ? q > quantity || (q === quantity && f > face)
            : q >= quantity && f >= face && q + f > quantity + face;
          if (bids === 0 || isHigher) legal.push(`[bid ${q}x${f}]`);
        }
      }
      if (bids > 0) legal.push("[liar]");
      const turn = game.turn(state);
      if (turn.kind !== "player") throw new Error("no decision");
      const names = turn.actions.map((a) => game.actionName(state, a));
      assert.deepEqual([turn.player, names], [mover, legal]);
      const slot = bids > 0 && rng.next() < 0.4 ? legal.length - 1 : rng.below(Math.min(legal.length, 7));
      state = game.apply(state, turn.actions[slot] as number);
      if (legal[slot] === "[liar]") break;
      [quantity = 0, face = 0] = legal[slot]?.match(/\d+/g)?.map(Number) ?? [];
      mover = 1 - mover;
      bids++;
    }
    const count = table.flat().filter((die) => die === face || (wild && die === 6)).length;
    const loser = count >= quantity ? mover : 1 - mover;
    const turn = game.turn(state);
    if (left[loser] === 1) {
      assert.deepEqual(turn, { kind: "end", returns: loser === 0 ? [-1, 1] : [1, -1] });
      return;
    }
    assert.deepEqual(turn, { kind: "chance", actions: [loser], probabilities: [1] });
    assert.equal(game.actionName(state, loser), `Player ${loser} loses a die`);
    assert.deepEqual([isShowdown(game, turn), isShowdown(game, game.turn(game.initial()))], [true, false]);
    state = game.apply(state, loser);
    left[loser] = (left[loser] as number) - 1;
    opener = loserOpens ? loser : 1 - mover;
  }
}

describe("a match", () => {
  it.each(RULES)(
    "goes as one on lists of dice: $dice dice, wild $wild, lower $lowerFace, loser $loserOpens",
    (rules) => {
      const rng = new Rng(JSON.stringify(rules));
      for (let match = 0; match < 40; match++) follow(rules, rng);
    },
  );

  it("of one die each is the game of one round", () => {
    const [match, round] = [getGame("liars-dice-match:dice=1"), getGame("liars-dice")];
    const rng = new Rng("one die each");
    for (let game = 0; game < 100; game++) {
      let [here, there] = [match.initial(), round.initial()];
      for (let turn = round.turn(there); turn.kind !== "end"; turn = round.turn(there)) {
        expect(match.turn(here)).toEqual(turn);
        const action = turn.actions[rng.below(turn.actions.length)] as number;
        [here, there] = [match.apply(here, action), round.apply(there, action)];
      }
      expect(match.turn(here)).toEqual(round.turn(there));
    }
    expect([match.maxPlies, match.walkable]).toEqual([round.maxPlies, true]);
  });

  it("can be walked with one die each only: with bids that lower nothing, six faces with each list of bids", () => {
    const graph = new GameGraph(getGame("liars-dice-match:dice=1:lowerFace=off"));
    graph.expand(20_000);
    /** Lists of bids after one of this quantity and face, the empty list included. */
    const listsAfter = (quantity: number, face: number): number => {
      let lists = 1;
      for (let q = quantity; q <= 2; q++) {
        for (let f = face; f <= 6; f++) if (q > quantity || f > face) lists += listsAfter(q, f);
      }
      return lists;
    };
    // A first bid may be anything: it is as if it came after a bid that is lower than all.
    let lists = 1;
    for (let q = 1; q <= 2; q++) for (let f = 1; f <= 6; f++) lists += listsAfter(q, f);
    expect(graph.infosets.length).toBe(6 * lists);
    expect(getGame("liars-dice-match:dice=2:lowerFace=off").walkable).toBe(false);
  });

  it("has as many plies as it says, if every bid is made and the loser changes each time", () => {
    const game = getGame("liars-dice-match:dice=2:loserOpens=off");
    let state = game.initial();
    let plies = 0;
    for (let turn = game.turn(state); turn.kind !== "end"; turn = game.turn(state)) {
      // Sixes only, so that the highest bid holds and its caller loses.
      const action = turn.kind === "chance" ? turn.actions.at(-1) : turn.actions[0];
      state = game.apply(state, action as number);
      plies++;
    }
    expect([plies, game.maxPlies]).toEqual([4 + 24 + 2 + (3 + 18 + 2) + (2 + 12 + 1), 68]);
  });
});

describe("a player of a match", () => {
  const game = getGame("liars-dice-match:dice=2");
  // The bid of four fives fails: player 1 goes on with one die, and opens.
  const second = [6, 6, 2, 4, "[bid 1x3]", "[bid 4x5]", "[liar]", 1, 5, 3, 1];

  it("has features for its dice, for the dice left, and for who made which bid", () => {
    const state = stateAfter(game, [...second, "[bid 1x4]", "[bid 3x6]"]);
    const bids = (sign: number) => Array.from({ length: 24 }, (_, bid) => ({ 3: sign, 17: -sign })[bid] ?? 0);
    expect(features(game, state, 1)).toEqual([0.5, 0, 0, 0, 0, 0, 0.5, 1, ...bids(1)]);
    expect(features(game, state, 0)).toEqual([0, 0, 0.5, 0, 0.5, 0, 1, 0.5, ...bids(-1)]);
    expect(game.infosetKey(state, 1)).toBe("1v2:1x4 3x6");
    expect(game.prompt?.(state, 1)).toBe(
      "Liars Dice Match. You are player 1, against 2 dice. Bids: 1x4 3x6. You hold 1. Action:",
    );
  });

  it("gets the other's dice anew, as many as are left, and nothing else", () => {
    const state = stateAfter(game, [...second, "[bid 1x4]"]);
    const viewed = (of: unknown) => game.view?.(of, null) as DiceView;
    const rng = new Rng(2);
    const counts = new Map<number, number>();
    for (let draw = 0; draw < 1200; draw++) {
      const drawn = viewed(game.resample?.(state, 0, () => rng.next()));
      expect({ ...drawn, dice: drawn.dice[0] }).toEqual({ ...viewed(state), dice: [3, 5] });
      expect(drawn.dice[1].length).toBe(1);
      counts.set(drawn.dice[1][0] as number, (counts.get(drawn.dice[1][0] as number) ?? 0) + 1);
    }
    expect(chiSquaredZ([...counts.values()], Array(6).fill(200))).toBeLessThan(4);
  });

  it.each([
    ["liars-dice-match:dice=2", "[bid 4x1]", "There are 3 dice: bid 1 to 3."],
    ["liars-dice-match:dice=2", "[bid 1x4]", "A bid must be higher than 1x4."],
    ["liars-dice-match:dice=2", "[bid 2x1]", 6],
    ["liars-dice-match:dice=2", "[Call]", 24],
    [
      "liars-dice-match:dice=2:lowerFace=off",
      "[bid 2x1]",
      "A bid must raise the quantity or the face, and lower neither, of 1x4.",
    ],
    ["liars-dice-match:dice=2:lowerFace=off", "[Bid: 1, 5]", 4],
  ] as const)("%s reads %s", (spec, text, expected) => {
    const of = getGame(spec);
    const parsed = of.parseAction(stateAfter(of, [...second, "[bid 1x4]"]), text);
    expect(parsed.ok ? parsed.action : parsed.reason).toBe(expected);
  });

  it("cannot call before there is a bid, nor move while the dice are rolled", () => {
    const say = (moves: readonly (number | string)[], text: string) => game.parseAction(stateAfter(game, moves), text);
    expect(say(second, "[liar]")).toEqual({ ok: false, reason: "There is no bid to call a lie." });
    expect(say(second.slice(0, 8), "[bid 1x1]")).toEqual({ ok: false, reason: "It is no player's turn." });
  });
});
