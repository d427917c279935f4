/** Pig by hand, against plain recurrences, and against the published value at 100. */
import { describe, expect, it } from "vitest";
import { type PigState, pig } from "../../src/games/pig.ts";
import { getGame } from "../../src/games/registry.ts";
import { reachable } from "../reference/brute-force.ts";
import { features, stateAfter } from "./play.ts";

/** What follows a position: 2 · index of the next one, + 1 where it is the same player's turn; or one of these. */
const [LOST, WON, NONE] = [-1, -2, -3];
/** Of every position (i, j, k), what the six faces of a roll lead to and what a hold leads to; all NONE where it does not come up. */
type Follows = Int32Array; // [target³, 7]

const indexIn = (target: number, i: number, j: number, k: number): number =>
  i + k >= target ? -1 : (i * target + j) * target + k;

const codeOf = (index: number, isMine: boolean): number =>
  index < 0 ? (isMine ? WON : LOST) : 2 * index + (isMine ? 1 : 0);

/**
 * P(win) of a player with score i against j at turn total k, both playing perfectly, without a limit of rolls:
 *
 *   P(i, j, k) = max( (1 − P(j, i, 0) + Σ_{f = 2…6} P(i, j, k + f)) / 6,  1 − P(j, i + k, 0) ),   1 where i + k ≥ target
 *
 * from high scores to low, each pair of scores until it stands still.
 */
function perfectPlay(target: number, follows: Follows): number {
  const P = new Float64Array(target ** 3).fill(0.5);
  const worth = (code: number): number => {
    if (code < 0) return code === WON ? 1 : 0;
    const p = P[code >> 1] as number;
    return code % 2 === 1 ? p : 1 - p;
  };
  for (let sum = 2 * (target - 1); sum >= 0; sum--) {
    for (let i = Math.max(0, sum - target + 1); i <= sum - i; i++) {
      const j = sum - i;
      const positions: number[] = [];
      for (const [own, other] of [
        [i, j],
        [j, i],
      ] as const)
        for (let k = target - own - 1; k >= 0; k--) {
          const at = indexIn(target, own, other, k);
          if (follows[7 * at] !== NONE) positions.push(at);
        }
      for (let change = 1; change > 1e-9; ) {
        change = 0;
        for (const at of positions) {
          let value = 0;
          for (let face = 0; face < 6; face++) value += worth(follows[7 * at + face] as number) / 6;
          const hold = follows[7 * at + 6] as number;
          if (hold !== NONE) value = Math.max(value, worth(hold));
          change = Math.max(change, Math.abs(value - (P[at] as number)));
          P[at] = value;
        }
      }
    }
  }
  return P[0] as number;
}

/** The rules once more. */
function byRules(target: number): Follows {
  const follows = new Int32Array(7 * target ** 3).fill(NONE);
  for (let i = 0; i < target; i++) {
    for (let j = 0; j < target; j++) {
      for (let k = 0; k < target - i; k++) {
        const rolls = [2, 3, 4, 5, 6].map((f) => codeOf(indexIn(target, i, j, k + f), true));
        const hold = k === 0 ? NONE : codeOf(indexIn(target, j, i + k, 0), false);
        follows.set([codeOf(indexIn(target, j, i, 0), false), ...rolls, hold], 7 * indexIn(target, i, j, k));
      }
    }
  }
  return follows;
}

/** The same from the engine: every (i, j, k) that it can be brought to by `apply`, and what follows by `turn` and `apply`. */
function byEngine(target: number): Follows {
  const game = pig({ target });
  const at = ({ scores, mover, total }: PigState): number =>
    indexIn(target, scores[mover], scores[1 - mover] as number, total);
  const follows = new Int32Array(7 * target ** 3).fill(NONE);
  const isSeen = new Uint8Array(target ** 3);
  const open = [game.initial()];
  const place = (next: PigState, s: PigState): number => {
    const index = at(next);
    if (index >= 0 && isSeen[index] === 0 && game.turn(next).kind === "player") {
      isSeen[index] = 1;
      open.push(next);
    }
    return codeOf(index, next.mover === s.mover);
  };
  for (let s = open.pop(); s; s = open.pop()) {
    const turn = game.turn(s);
    if (turn.kind !== "player" || turn.player !== s.mover) throw new Error(`no turn at ${game.stateKey(s)}`);
    const rolling = turn.actions.includes(0) ? game.apply(s, 0) : undefined;
    const die = rolling && game.turn(rolling);
    if (!rolling || die?.kind !== "chance" || die.probabilities.some((p) => p !== 1 / 6)) throw new Error("no die");
    if (die.actions.length !== 6) throw new Error("not six faces");
    const from = 7 * at(s);
    for (const [face, outcome] of die.actions.entries()) follows[from + face] = place(game.apply(rolling, outcome), s);
    if (turn.actions.includes(1)) follows[from + 6] = place(game.apply(s, 1), s);
  }
  return follows;
}

describe("perfect play", () => {
  it("wins 53.06 % for the first player at 100, by value iteration over the engine's own moves", () => {
    expect(perfectPlay(100, byEngine(100))).toBeCloseTo(0.5306, 4);
  });

  it.each([2, 3, 7, 20])("is worth the same by the engine's moves and by the rules, at %i", (target) => {
    expect(perfectPlay(target, byEngine(target))).toBeCloseTo(perfectPlay(target, byRules(target)), 8);
  });

  it("wins 6 times in 7 at 2, where the first not to roll a 1 wins", () => {
    expect(perfectPlay(2, byRules(2))).toBeCloseTo(6 / 7, 8);
  });

  it.each([2, 5, 7])("is hardly touched by the limit of rolls, at %i", (target) => {
    const values = new Map<string, number>();
    for (const { key, turn, children } of [...reachable(getGame(`pig:target=${target}`))].reverse()) {
      const below = children.map((child) => values.get(child.key) as number);
      if (turn.kind === "end") values.set(key, turn.returns[0]);
      else if (turn.kind === "chance") values.set(key, below.reduce((sum, value) => sum + value, 0) / 6);
      else values.set(key, turn.player === 0 ? Math.max(...below) : Math.min(...below));
    }
    expect(values.get("0-0:0+0@0")).toBeCloseTo(2 * perfectPlay(target, byRules(target)) - 1, 8);
  });
});

describe("a game of Pig", () => {
  const game = getGame("pig:target=10");
  const turnAfter = (...moves: (number | string)[]) => game.turn(stateAfter(game, moves));

  it("begins with a roll, and goes on by rolling or holding", () => {
    expect(turnAfter()).toEqual({ kind: "player", player: 0, actions: [0] });
    expect(turnAfter("[roll]")).toMatchObject({ kind: "chance", actions: [1, 2, 3, 4, 5, 6] });
    expect(turnAfter("[roll]", 4)).toEqual({ kind: "player", player: 0, actions: [0, 1] });
  });

  it("loses the turn total, and the score not, by a 1", () => {
    const state = stateAfter(game, ["[roll]", 3, "[hold]", "[roll]", 1, "[roll]", 4, "[roll]", 1]) as PigState;
    expect(state).toEqual({ scores: [3, 0], mover: 1, total: 0, rolls: 4, rolling: false });
  });

  it("banks the turn total by holding", () => {
    const state = stateAfter(game, ["[roll]", 3, "[roll]", 6, "[hold]"]) as PigState;
    expect(state).toEqual({ scores: [9, 0], mover: 1, total: 0, rolls: 2, rolling: false });
  });

  it("is won by holding with the target or more, not before", () => {
    const moves = ["[roll]", 5, "[roll]", 5];
    expect(turnAfter(...moves)).toEqual({ kind: "player", player: 0, actions: [1] });
    expect(turnAfter(...moves, "[hold]")).toEqual({ kind: "end", returns: [1, -1] });
    const second = ["[roll]", 6, "[hold]", "[roll]", 6, "[hold]", "[roll]", 1, "[roll]", 6, "[hold]"];
    expect(turnAfter(...second)).toEqual({ kind: "end", returns: [-1, 1] });
    // 6 and 3 are not 10.
    expect(turnAfter("[roll]", 6, "[hold]", "[roll]", 1, "[roll]", 3, "[hold]").kind).toBe("player");
  });

  it("is drawn after six rolls a point, unless the last of them wins", () => {
    const rolls = (n: number) => Array(n).fill(["[roll]", 1]).flat();
    expect(turnAfter(...rolls(59)).kind).toBe("player");
    expect(turnAfter(...rolls(60))).toEqual({ kind: "end", returns: [0, 0] });
    expect(turnAfter(...rolls(59), "[roll]", 6)).toEqual({ kind: "end", returns: [0, 0] });
    const won = [...rolls(58), "[roll]", 6, "[roll]", 4];
    expect(turnAfter(...won)).toEqual({ kind: "player", player: 0, actions: [1] });
    expect(turnAfter(...won, "[hold]")).toEqual({ kind: "end", returns: [1, -1] });
  });

  it("can be as long as it says, and no longer", () => {
    // At 4: each player banks 2 once, all other rolls but the last are 1.
    const small = getGame("pig:target=4");
    const bank = ["[roll]", 2, "[hold]"];
    const moves = [...bank, ...bank, ...Array(21).fill(["[roll]", 1]).flat(), ...bank];
    expect(moves.length).toBe(small.maxPlies);
    expect(small.turn(stateAfter(small, moves)).kind).toBe("end");
  });

  it("is seen from the mover's side", () => {
    const state = stateAfter(game, ["[roll]", 3, "[hold]", "[roll]", 5, "[roll]", 2]);
    const seen = [0, 0.3, 7 / 15, 7 / 15, 3 / 60, 0];
    features(game, state, 1).forEach((x, i) => {
      expect(x).toBeCloseTo(seen[i] as number, 6);
    });
  });
});
