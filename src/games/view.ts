/**
 * A view is the visible part of a position as data. Terminals, pages and programs draw from it. There are five shapes, of which a
 * game uses one. A view is plain data that JSON preserves: numbers, text, lists and `null`, never undefined.
 *
 * A view is made for a seat, or for `null`, which sees everything. `null` replaces what the seat may not see. At a decision the
 * mover's view is a function of its information set.
 *
 * Pairs `[…, …]` are by seat. The legal actions and their names are not in a view: see `Game.turn` and `Game.actionName`.
 */

/** As in game.ts, which imports this file. */
type Seat = 0 | 1;

export type View = GridView | CardsView | GoodsView | DiceView | ScoreView;

/** Marks on a board of rows and columns. */
export interface GridView {
  readonly kind: "grid";
  /** The mark of seat 0 and of seat 1. */
  readonly seatMarks: readonly [string, string];
  /** The mark of each cell, or null, by row from the top and column from the left. */
  readonly marks: readonly (readonly (string | null)[])[];
  /** Names of cells by row and column, if moves name cells: action `[4]` plays the cell named 4. */
  readonly cellNames: readonly (readonly string[])[] | null;
  /** Names of columns, if moves name columns: action `[3]` plays the column named 3. */
  readonly columnNames: readonly string[] | null;
}

/** Cards and chips: a hand of poker, or a match of several. */
export interface CardsView {
  readonly kind: "cards";
  /** Each seat's cards as text (`Q`, `Ks`), null for a card that is face down; empty before the deal. */
  readonly cards: readonly [readonly (string | null)[], readonly (string | null)[]];
  /** The cards on the table, in order. Card i is shown before betting round i + 1; both are counted from 0. */
  readonly publicCards: readonly string[];
  /** The acts of each betting round so far. */
  readonly rounds: readonly (readonly BettingAct[])[];
  /** Betting rounds in a whole hand. */
  readonly roundCount: number;
  /** Chips that each seat has put into the pot. */
  readonly pot: readonly [number, number];
  /** The match that the hand belongs to; null if the game is one hand. */
  readonly match: MatchOfHands | null;
}

export interface BettingAct {
  readonly seat: Seat;
  readonly act: "check" | "bet" | "raise" | "call" | "fold";
  /** The size of a bet or raise; 0 for the others. */
  readonly chips: number;
}

export interface MatchOfHands {
  /** The number of the hand in play, from 1; null after the last. */
  readonly hand: number | null;
  readonly handCount: number;
  /** The seat that acts first in this hand. */
  readonly opener: Seat;
  /** Chips won in the hands that are over; they sum to 0. */
  readonly won: readonly [number, number];
}

/** Goods that two players own and trade. A resource is an index into `resources`. */
export interface GoodsView {
  readonly kind: "goods";
  readonly resources: readonly string[];
  /** Each seat's goods and values; null if they are hidden. */
  readonly holdings: readonly [Holdings | null, Holdings | null];
  /** The number of the turn in play, from 1; null after the last. */
  readonly turn: number | null;
  readonly turnCount: number;
  /** The offer that waits for an answer, and the seat that made it. */
  readonly standing: { readonly seat: Seat; readonly offer: Offer } | null;
  /** The acts of all turns so far; null if the game does not store them. */
  readonly history: readonly TradeAct[] | null;
  /** The largest amount of a resource in an offer. The smallest is 1. */
  readonly maxQuantity: number;
  /**
   * The legal actions of the seat, all offers as one pattern: `[Accept]`, `[Deny]`, `[Offer: <give> -> <get>]`. Empty if it is not
   * to move. A view for `null` has those of the player to move.
   */
  readonly moves: readonly string[];
}

export interface Holdings {
  /** Amounts by resource. */
  readonly owned: readonly number[];
  /** The value to this seat of one item, by resource. */
  readonly values: readonly number[];
  /** The growth since the start of the value of all its goods. */
  readonly gain: number;
}

/** What the proposer gives, and what it gets for it: amounts by resource. Each resource is on one side at most. */
export interface Offer {
  readonly give: readonly number[];
  readonly get: readonly number[];
}

/** The act of one turn. An offer that follows an offer denies it. */
export type TradeAct =
  | { readonly seat: Seat; readonly act: "offer"; readonly offer: Offer }
  | { readonly seat: Seat; readonly act: "accept" | "deny" | "pass"; readonly offer: null };

/** Dice under cups, and bids on them. */
export interface DiceView {
  readonly kind: "dice";
  /** The dice that each seat has rolled so far, ascending; null for a hidden die. */
  readonly dice: readonly [readonly (number | null)[], readonly (number | null)[]];
  /** The number of dice of each seat when all are rolled; in a match, in its first round. */
  readonly dicePerSeat: number;
  /** All bids in order; after a call, only the last. */
  readonly bids: readonly Bid[];
  /** The seat that has called the last bid a lie, or null. After a call, all dice are shown. */
  readonly caller: Seat | null;
  /** The match that the round belongs to; null if the game is one round. */
  readonly match: MatchOfRounds | null;
}

interface MatchOfRounds {
  /** The number of the round in play, from 1. */
  readonly round: number;
  /** The dice that each seat has in this round. */
  readonly left: readonly [number, number];
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
  /** The seat whose turn it is. */
  readonly mover: Seat;
  /** The points of this turn so far. They are added to the score when the player holds. */
  readonly turnTotal: number;
  /** Rolls by both players together. */
  readonly rolls: number;
  /** The number of rolls after which the game is a draw. */
  readonly rollLimit: number;
  /** Whether the die was thrown and chance is to act. */
  readonly rolling: boolean;
}
