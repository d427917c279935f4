/** A round of Liar's Dice: who rolls next, whether a bid holds, and how the round is seen and named. */
import type { Seat } from "../game.ts";
import type { Bid, DiceView } from "../view.ts";
import { bidText, diceCount, diceOf, faceOf, type Hand, matching, quantityOf, rolled, shownDice } from "./dice.ts";

export type Hands = readonly [Hand, Hand];

export interface DiceRound {
  /** The dice that each seat has rolled so far. */
  readonly hands: Hands;
  /** The bids in order; after a call, only the last. */
  readonly bids: readonly number[];
  /** Whose decision it is; while the dice are rolled, who bids first; after a call, who called. */
  readonly mover: Seat;
  readonly called: boolean;
}

export const otherOf = (player: Seat): Seat => (player === 0 ? 1 : 0);

/** The seat that rolls next, seat 0 first; undefined once each has rolled as many dice as `left` says. */
export const rollerOf = ([first, second]: Hands, left: readonly [number, number]): Seat | undefined =>
  diceCount(first) < left[0] ? 0 : diceCount(second) < left[1] ? 1 : undefined;

/** Whether at least as many dice as the bid says count for its face. */
export const holds = (bid: number, [first, second]: Hands, isWild: boolean): boolean =>
  matching(first, faceOf(bid), isWild) + matching(second, faceOf(bid), isWild) >= quantityOf(bid);

/** As many dice, rolled with numbers in [0, 1). */
export const rolledAgain = (hand: Hand, uniform: () => number): Hand => rolled(diceCount(hand), uniform);

/** The round as a view. After a call everyone sees all dice. */
export function roundView(
  { hands, bids, mover, called }: DiceRound,
  seat: Seat | null,
  { dicePerSeat, match }: Pick<DiceView, "dicePerSeat" | "match">,
): DiceView {
  const shown = (owner: Seat) => shownDice(hands[owner], seat === null || seat === owner || called);
  const bidder = (i: number): Seat => ((mover + bids.length - i) % 2) as Seat;
  return {
    kind: "dice",
    dice: [shown(0), shown(1)],
    dicePerSeat,
    bids: bids.map((bid, i): Bid => ({ seat: bidder(i), quantity: quantityOf(bid), face: faceOf(bid) })),
    caller: called ? mover : null,
    match,
  };
}

/** The end of a prompt: the bids, and the player's own dice. */
export const roundPrompt = (bids: readonly number[], own: Hand): string =>
  `Bids: ${bids.map(bidText).join(" ") || "none"}. You hold ${diceOf(own).join(" ")}. Action:`;

/** `Player 0 rolls 4`, `[bid 2x5]`, or `[liar]`, which is the action `call`. */
export function roundActionName(roller: Seat | undefined, action: number, call: number): string {
  if (roller !== undefined) return `Player ${roller} rolls ${action}`;
  return action === call ? "[liar]" : `[bid ${bidText(action)}]`;
}
