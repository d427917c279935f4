/**
 * How much of what is said in a game its record keeps. A log has a game in one line, and a line that is longer than its
 * reader takes (src/replay/log.ts) would spoil the file: so long answers, many of them, are cut, and at last left out.
 */
import { wellFormed } from "../util/printable.ts";
import type { Utterance } from "./episode.ts";

/** Bytes, as the log writes them, up to which answers of one game are kept as they are, and up to which by their end. */
const WHOLE = 6 << 20;
const MOST = 8 << 20;
/** Characters of the end, where the decision is. */
const END = 200;
const encoder = new TextEncoder();

/** Takes a game's answers as they come, decision by decision; returns what is to be kept of them. */
export function wordsKeeper(): (answers: readonly Utterance[]) => Utterance[] {
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
      const whole = fits(answer, WHOLE);
      return whole.length > 0 ? whole : fits(short(), MOST);
    });
}

const end = (text: string): string => (text.length > END ? `[…]${wellFormed(text.slice(-END))}` : text);
