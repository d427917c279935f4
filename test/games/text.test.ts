/** What counts as being in brackets, against the pattern that says it in a line. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bracketed } from "../../src/games/text.ts";
import { character } from "../characters.ts";

/** The last match of the pattern; a line without brackets is taken whole. */
function byPattern(text: string): string | undefined {
  const last = [...text.matchAll(/\[([^[\]]*)\]/g)].at(-1)?.[1];
  const inside = last ?? (/^[^[\]\n]+$/.test(text.trim()) ? text : undefined);
  return inside?.trim().replace(/\s+/g, " ").toLowerCase();
}

describe("bracketed", () => {
  it.each([
    ["[4]", "4"],
    ["first [1], no: [ Bet ]", "bet"],
    ["[a] then [b", "a"],
    ["[a]]", "a"],
    ["[[a]", "a"],
    ["[a[b]c]", "b"],
    ["a] [b", undefined],
    ["[]", ""],
    ["[offer:  3\n Wood]", "offer: 3 wood"],
    [" Bet ", "bet"],
    ["bet\nor not", undefined],
    ["", undefined],
  ])("%j is %j", (text, word) => {
    expect(bracketed(text)).toBe(word);
    expect(byPattern(text)).toBe(word);
  });

  it("is what the pattern says, whatever the text", () => {
    const texts = fc.oneof(
      fc.string({ unit: fc.constantFrom("[", "]", "a", "B", " ", "\n"), maxLength: 30 }),
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: character }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(bracketed(text)).toBe(byPattern(text));
      }),
      { numRuns: 1000 },
    );
  });
});
