/** The betting of Leduc poker as a tree of points, without the cards. */
import type { Seat, Turn } from "../game.ts";
import { outcomesUpTo } from "./outcomes.ts";

const ANTE = 1;
/** Chips of a bet or raise, by round. */
export const BETS = [2, 4] as const;
const MAX_BETS = 2;
/** The most chips that a player can pay: every bet and raise is made and called. */
export const MOST_PAID = ANTE + MAX_BETS * (BETS[0] + BETS[1]);

export const FOLD = 0;
/** Check or call. */
export const CALL = 1;
/** Bet or raise. */
export const RAISE = 2;

/** The state of a hand, without the cards. */
export interface Point {
  /** The actions of each round: k check, b bet, r raise, c call, f fold. The second is undefined before the second round. */
  readonly rounds: readonly [string, string?];
  /** Chips that each seat has paid. */
  readonly paid: readonly [number, number];
  /** At chance nodes, the card that is dealt: 0 and 1 are the private cards, 2 is the public card. */
  readonly deals?: 0 | 1 | 2;
  /** The turn at a decision or after a fold. The turns of chance and showdowns depend on the cards. */
  readonly turn?: Turn;
  /** The index of the next point by action; at chance nodes, only one. */
  readonly next: readonly number[];
}

const endFor = outcomesUpTo(MOST_PAID);

/** All points. First come the deals of the private cards, then the two rounds, depth first. */
export const POINTS: Point[] = [];
POINTS.push(
  { rounds: [""], paid: [ANTE, ANTE], deals: 0, next: [1] },
  { rounds: [""], paid: [ANTE, ANTE], deals: 1, next: [2] },
);
addDecision([""], [ANTE, ANTE]);

/** Adds the decision after these actions and all points after it. Returns its index. */
function addDecision(rounds: readonly [string, string?], paid: readonly [number, number]): number {
  const second = rounds[1] !== undefined;
  const played = rounds[1] ?? rounds[0];
  const player: Seat = played.length % 2 === 0 ? 0 : 1;
  const [own, other] = player === 0 ? paid : [paid[1], paid[0]];
  const facing = own < other;
  const raises = played.replace(/[^br]/g, "").length;
  const next: number[] = [];
  const actions = [...(facing ? [FOLD] : []), CALL, ...(raises < MAX_BETS ? [RAISE] : [])];
  const index = POINTS.push({ rounds, paid, turn: { kind: "player", player, actions }, next }) - 1;

  const after = (letter: string): readonly [string, string?] =>
    second ? [rounds[0], played + letter] : [played + letter];
  const chips = (mine: number): readonly [number, number] => (player === 0 ? [mine, other] : [other, mine]);
  for (const action of actions) {
    if (action === FOLD) {
      next[action] = POINTS.push({ rounds: after("f"), paid, turn: endFor(player === 0 ? -own : own), next: [] }) - 1;
    } else if (action === RAISE) {
      next[action] = addDecision(after(facing ? "r" : "b"), chips(other + BETS[second ? 1 : 0]));
    } else if (!facing && played === "") {
      next[action] = addDecision(after("k"), paid);
    } else {
      next[action] = closeRound(after(facing ? "c" : "k"), chips(other), second);
    }
  }
  return index;
}

/** Adds the point after a round without a fold: the deal of the public card, or the showdown. Returns its index. */
function closeRound(rounds: readonly [string, string?], paid: readonly [number, number], second: boolean): number {
  if (second) return POINTS.push({ rounds, paid, next: [] }) - 1;
  const next: number[] = [];
  const index = POINTS.push({ rounds, paid, deals: 2, next }) - 1;
  next.push(addDecision([rounds[0], ""], paid));
  return index;
}
