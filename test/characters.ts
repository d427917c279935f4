/** Any character of Unicode, for texts of fast-check. */
import fc from "fast-check";

const SURROGATES = { from: 0xd800, count: 0x800 };
const LAST = 0x10ffff;

/**
 * Draws what fast-check's own unit `binary` does, every code point but the surrogates. That one fills a map with a million
 * entries at its first use, which takes a second.
 */
export const character: fc.Arbitrary<string> = fc.nat(LAST - SURROGATES.count).map(
  (i) => String.fromCodePoint(i < SURROGATES.from ? i : i + SURROGATES.count),
  (text) => {
    const code = typeof text === "string" ? (text.codePointAt(0) ?? -1) : -1;
    if (code < 0 || text !== String.fromCodePoint(code)) throw new Error("not one character");
    return code < SURROGATES.from ? code : code - SURROGATES.count;
  },
);
