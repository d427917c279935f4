/** Dice under cups, and bids on them: `2x5` claims that at least two of all dice show a five. */
import type { Parsed, Turn } from "../game.ts";
import { bracketed } from "../text.ts";

export const FACES = [1, 2, 3, 4, 5, 6] as const;
const SIX = 6;

/** A roll of one die. */
export const DIE: Turn = { kind: "chance", actions: FACES, probabilities: FACES.map(() => 1 / FACES.length) };

/**
 * Up to 15 dice of one player, without their order. Four bits for each face count the dice that show it, ones first; the bits
 * above them count all dice.
 */
export type Hand = number;

export const NO_DICE: Hand = 0;
const BITS = 4;
const ALL = BITS * FACES.length;

export const withDie = (hand: Hand, face: number): Hand => hand + (1 << ALL) + (1 << (BITS * (face - 1)));
export const diceCount = (hand: Hand): number => hand >> ALL;
const showing = (hand: Hand, face: number): number => (hand >> (BITS * (face - 1))) & 15;

/** How many dice count for a bid on `face`. If sixes are wild, they count for every face. */
export const matching = (hand: Hand, face: number, isWild: boolean): number =>
  showing(hand, face) + (isWild && face !== SIX ? showing(hand, SIX) : 0);

/** The faces, ascending. */
export const diceOf = (hand: Hand): number[] =>
  FACES.flatMap((face) => Array.from({ length: showing(hand, face) }, () => face));

/** `146`: the faces as text, ascending. */
export function diceText(hand: Hand): string {
  const known = texts.get(hand);
  if (known !== undefined) return known;
  const text = diceOf(hand).join("");
  texts.set(hand, text);
  return text;
}
/** The texts made so far, as the keys of all states are made of them. */
const texts = new Map<Hand, string>();

/** The faces as a view has them: null for each die that is hidden. */
export const shownDice = (hand: Hand, isOpen: boolean): readonly (number | null)[] =>
  isOpen ? diceOf(hand) : Array.from({ length: diceCount(hand) }, () => null);

/** `count` dice rolled with numbers in [0, 1). */
export function rolled(count: number, uniform: () => number): Hand {
  let hand = NO_DICE;
  for (let die = 0; die < count; die++) hand = withDie(hand, 1 + Math.floor(uniform() * FACES.length));
  return hand;
}

/** Bid b of the bids in the order of quantity, then face: at least `quantityOf(b)` dice show `faceOf(b)`. */
export const quantityOf = (bid: number): number => Math.floor(bid / FACES.length) + 1;
export const faceOf = (bid: number): number => (bid % FACES.length) + 1;
/** `2x5` */
export const bidText = (bid: number): string => `${quantityOf(bid)}x${faceOf(bid)}`;

/**
 * Reads a bid or a call, whether or not the bid is higher than the last.
 * @param last the last bid; −1 before the first
 * @param dice all dice on the table
 * @param call the action that calls the last bid a lie
 */
export function parseBidOrCall(text: string, last: number, dice: number, call: number): Parsed {
  const no = (reason: string) => ({ ok: false, reason }) as const;
  const word = bracketed(text);
  if (!word) return no("Put your action in square brackets: [liar], or a bid such as [bid 1x3].");
  // `call` is TextArena's word.
  if (word === "liar" || word === "call" || word === "call liar")
    return last < 0 ? no("There is no bid to call a lie.") : { ok: true, action: call };
  // `bid 2x5`, or variants of it: `2x5`, `bid 2 x 5`, `bid: 2, 5`.
  const [, quantity = "", face = ""] = /^(?:bid ?:? ?)?(\d{1,3}) ?(?:x|,| ) ?(\d{1,3})$/.exec(word.slice(0, 40)) ?? [];
  if (quantity === "") return no(`[${word.slice(0, 40)}] is no action. Write [liar] or a bid such as [bid 1x3].`);
  if (Number(face) < 1 || Number(face) > FACES.length) return no("The faces are 1 to 6.");
  if (Number(quantity) < 1 || Number(quantity) > dice) return no(`There are ${dice} dice: bid 1 to ${dice}.`);
  return { ok: true, action: (Number(quantity) - 1) * FACES.length + Number(face) - 1 };
}
