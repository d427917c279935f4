/**
 * What players say to each other beside their actions, in games with talk. The words are the players' own, so they are made harmless
 * before the other side reads them: they are one line of printable text, and hold no quotation mark that could end the quotation
 * that they stand in, and no square bracket that could make them look like an action.
 */
import type { Seat } from "../games/game.ts";
import { oneLine, wellFormed } from "../util/printable.ts";

/** What a player said to the other with its action at a ply. */
export interface Spoken {
  readonly ply: number;
  readonly seat: Seat;
  /** As `heard` gives it; never empty. */
  readonly text: string;
}

/** Characters that are heard of what is said with one action: the last ones, as those before an action are meant for it. */
const LONGEST_HEARD = 1000;
const CUT = "… ";

/** What the other side hears of a text; "" if it has no letter, digit or picture. `heard(heard(text))` is `heard(text)`. */
export function heard(text: string): string {
  const plain = oneLine(text, Number.POSITIVE_INFINITY)
    .replaceAll(/["“”„‟«»＂]/g, "'")
    .replaceAll("[", "(")
    .replaceAll("]", ")");
  if (!/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(plain)) return "";
  return wellFormed(plain.length > LONGEST_HEARD ? CUT + plain.slice(CUT.length - LONGEST_HEARD).trim() : plain);
}

/** What was said so far as the player in `seat` reads it: a line for each. */
export const talkLines = (talk: readonly Spoken[], seat: Seat): string[] =>
  talk.map(({ seat: speaker, text }) => `${speaker === seat ? "You" : "Your opponent"}: ${quoted(text)}`);

/** Words as they are shown. They hold no quotation mark themselves. */
export const quoted = (text: string): string => `"${text}"`;
