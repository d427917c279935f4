/**
 * Limits the size of the answers in a game's record. A log holds a game in one line, and its reader (replay/log.ts) refuses a
 * line that is too long. So once a game's answers are large, later answers are cut to their end, and finally left out.
 */
import { wellFormed } from "../util/printable.ts";
import type { Utterance } from "./episode.ts";

/** In bytes. No line of a log is longer; a longer line is another kind of file. */
export const LONGEST_LINE = 1 << 24;

/** Bytes of JSON for the answers of one game: up to the first limit answers are kept whole, up to the second their ends. */
const MAX_WHOLE = 6 << 20;
const MAX_BYTES = 8 << 20;
/** Characters that are kept of an end. A player names its move at the end. */
const END_LENGTH = 200;
const encoder = new TextEncoder();

/** A function for one game. It takes the answers of each decision in turn, and returns those to keep. */
export function answerLimiter(): (answers: readonly Utterance[]) => Utterance[] {
  let bytes = 0;
  return (answers) =>
    answers.flatMap((answer) => {
      const short = (): Utterance => ({
        ...answer,
        text: end(answer.text),
        ...(answer.illegal === undefined ? {} : { illegal: end(answer.illegal) }),
      });
      const fits = (kept: Utterance, limit: number): Utterance[] => {
        if (bytes + kept.text.length > limit) return [];
        const size = encoder.encode(JSON.stringify(kept)).length;
        if (bytes + size > limit) return [];
        bytes += size;
        return [kept];
      };
      const whole = fits(answer, MAX_WHOLE);
      return whole.length > 0 ? whole : fits(short(), MAX_BYTES);
    });
}

const end = (text: string): string => (text.length > END_LENGTH ? `[…]${wellFormed(text.slice(-END_LENGTH))}` : text);
