/**
 * What there is to see of a position, as data: terminals, pages and programs draw from it. There are five shapes, and a game
 * takes the one that fits. A view is plain data that survives JSON: numbers, text, lists and `null`, nothing undefined.
 *
 * A view is made for a seat, or for `null`, which sees everything. Where a seat may not see something, `null` stands in its
 * place. At a decision the mover's view is a function of its information set.
 *
 * Pairs `[…, …]` are by seat. Which actions are legal, and their names, is said by `Game.turn` and `Game.actionName`.
 */

/** As in game.ts, which imports this file. */
type Seat = 0 | 1;

export type View = GridView | CardsView | GoodsView | DiceView | ScoreView;

/** Marks on a board of rows and columns. */
export interface GridView {
  readonly kind: "grid";
  /** The mark of seat 0 and of seat 1. */
  readonly seatMarks: readonly [string, string];
  /** By row, the upper one first, and column, the left one first: the mark there, or null. */
  readonly marks: readonly (readonly (string | null)[])[];
  /** Where a move names a cell, by row and column: action `[4]` plays the cell named 4. */
  readonly cellNames: readonly (readonly string[])[] | null;
  /** Where a move names a column: action `[3]` plays the column named 3. */
  readonly columnNames: readonly string[] | null;
}

/** Cards and chips: a hand of poker, or a match of several. */
export interface CardsView {
  readonly kind: "cards";
  /** Each seat's cards as text (`Q`, `Ks`), null for a card that is face down; empty before the deal. */
  readonly cards: readonly [readonly (string | null)[], readonly (string | null)[]];
  /** The cards on the table, in order. Card i is turned up before betting round i + 1 (counted from 0). */
  readonly publicCards: readonly string[];
  /** What was done in each betting round so far. */
  readonly rounds: readonly (readonly BettingAct[])[];
  /** Betting rounds in a whole hand. */
  readonly roundCount: number;
  /** Chips that each seat has put into the pot. */
  readonly pot: readonly [number, number];
  /** The match that the hand belongs to; null where a game is one hand. */
  readonly match: MatchOfHands | null;
}

export interface BettingAct {
  readonly seat: Seat;
  readonly act: "check" | "bet" | "raise" | "call" | "fold";
  /** The size of a bet or raise; 0 for the others. */
  readonly chips: number;
}

export interface MatchOfHands {
  /** The hand in play, from 1; null once all have been played. */
  readonly hand: number | null;
  readonly handCount: number;
  /** Who acts first in this hand. */
  readonly opener: Seat;
  /** Chips won in the hands that are over; they sum to 0. */
  readonly won: readonly [number, number];
}

/** Goods that two players own and trade. Resources are indices into `resources`. */
export interface GoodsView {
  readonly kind: "goods";
  readonly resources: readonly string[];
  /** null where a seat's goods and values are hidden. */
  readonly holdings: readonly [Holdings | null, Holdings | null];
  /** The turn that is being played, from 1; null once all have been played. */
  readonly turn: number | null;
  readonly turnCount: number;
  /** The offer that waits for an answer, and who made it. */
  readonly standing: { readonly seat: Seat; readonly offer: Offer } | null;
  /** Every turn so far; null where the game does not keep them. */
  readonly history: readonly TradeAct[] | null;
  /** Amounts in an offer go from 1 to this. */
  readonly maxQuantity: number;
  /**
   * What the seat may write now, all offers as one pattern: `[Accept]`, `[Deny]`, `[Offer: <give> -> <get>]`. Empty where it
   * is not to move; for `null`, what the player to move may write.
   */
  readonly moves: readonly string[];
}

export interface Holdings {
  /** By resource. */
  readonly owned: readonly number[];
  /** By resource, what one of it is worth to this seat. */
  readonly values: readonly number[];
  /** By how much the value of all that it owns has grown since the start. */
  readonly gain: number;
}

/** The proposer gives `giveAmount` of resource `give` for `getAmount` of resource `get`. */
export interface Offer {
  readonly give: number;
  readonly giveAmount: number;
  readonly get: number;
  readonly getAmount: number;
}

/** What was done in one turn. An offer that follows an offer denies it. */
export type TradeAct =
  | { readonly seat: Seat; readonly act: "offer"; readonly offer: Offer }
  | { readonly seat: Seat; readonly act: "accept" | "deny" | "pass"; readonly offer: null };

/** Dice under cups, and bids on them. */
export interface DiceView {
  readonly kind: "dice";
  /** What each seat has rolled so far, ascending; null for a die under the other's cup. */
  readonly dice: readonly [readonly (number | null)[], readonly (number | null)[]];
  /** How many dice each seat has once all are rolled. */
  readonly dicePerSeat: number;
  /** In order; the last one stands. Once it has been called a lie, it alone. */
  readonly bids: readonly Bid[];
  /** Who has called the last bid a lie. All dice are shown then. */
  readonly caller: Seat | null;
}

/** A claim that at least `quantity` of all dice show `face`. */
export interface Bid {
  readonly seat: Seat;
  readonly quantity: number;
  readonly face: number;
}

/** A race to a score, by turns of several rolls. */
export interface ScoreView {
  readonly kind: "score";
  readonly scores: readonly [number, number];
  /** The score that wins. */
  readonly target: number;
  /** Whose turn it is. */
  readonly mover: Seat;
  /** What the turn has brought so far; it counts once it is held. */
  readonly turnTotal: number;
  /** Rolls by both players together, and how many there may be. */
  readonly rolls: number;
  readonly rollLimit: number;
  /** Whether the die has been thrown and not yet come to rest. */
  readonly rolling: boolean;
}
