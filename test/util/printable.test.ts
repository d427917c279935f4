import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapedControls, oneLine, printable, printableInColor } from "../../src/util/printable.ts";

describe("printable", () => {
  it.each<[string, string]>([
    ["plain [4] \\boxed{[4]} ü 漢 🂡", "plain [4] \\boxed{[4]} ü 漢 🂡"],
    ["two\nlines\tand a tab", "two\nlines\tand a tab"],
    ["\r\n, \r and \n", "\n, \n and \n"],
    ["\x1b[31mred\x1b[0m", "red"],
    ["\x1b[2J\x1b[1;1H\x1b[?25lgone", "gone"],
    ["\x9b31mone byte", "one byte"],
    ["\x1b]0;title\x07text", "text"],
    ["\x1b]8;;http://a.example\x1b\\link\x1b]8;;\x1b\\", "link"],
    ["\x1bP1$r0m\x1b\\text", "text"],
    ["\x1bcreset \x1b(0graphics", "reset graphics"],
    ["bell\x07 back\bspace nul\0 del\x7f c1\x85", "bell backspace nul del c1"],
    ["\u202eevil\u202c \u2066x\u2069 \u200e", "evil x "],
    ["cut off \x1b[3", "cut off 3"],
    ["", ""],
  ])("%j → %j", (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it("leaves nothing that a terminal acts on, and plain text as it is", () => {
    const hostile = fc.string({
      unit: fc.constantFrom("\x1b", "[", "]", "3", ";", "m", "\x07", "\\", "\x9b", "P", "a", "\r", "\u202e"),
    });
    fc.assert(fc.property(hostile, (text) => !/[^\P{C}\n\t]/u.test(printable(text))));
    fc.assert(fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => printable(text) === text));
  });

  it("takes no longer than the text is long", () => {
    for (const unit of ["\x1b]", "\x1b[", "\x1b[1;", "\x9b ", "\r"])
      expect(printable(unit.repeat(300_000)).length).toBeLessThan(1e6);
  });
});

it("oneLine cuts", () => {
  expect(oneLine("  a\n\tb \x1b[1mc\x1b[0m ", 10)).toBe("a b c");
  expect(oneLine("abcdefgh", 4)).toBe("abc…");
  expect(oneLine("abcd", 4)).toBe("abcd");
});

describe("printable in colour", () => {
  const RED = "\x1b[31mred\x1b[39m";

  it.each<[string, string]>([
    [RED, RED],
    [`${RED} \x1b]0;title\x07\x1b[2J\x1b[38;5;1mx`, `${RED} x`],
    // A sequence that one of our colours splits is none any more.
    ["\x1b]0;\x1b[1mtitle\x07\x1b[22m", "\x1b[1mtitle\x1b[22m"],
    ["\x1b\x1b[1m[2J\x1b[22m", "\x1b[1m[2J\x1b[22m"],
    ["\x1b[31mopen", "\x1b[31mopen\x1b[22m\x1b[39m"],
  ])("%j → %j", (text, expected) => {
    expect(printableInColor(text, true)).toBe(expected);
  });

  it("keeps none where there are no colours", () => {
    expect(printableInColor(RED, false)).toBe("red");
  });

  it("leaves no other sequence", () => {
    const hostile = fc.string({
      unit: fc.constantFrom("\x1b", "[", "]", "1", "m", "\x1b[1m", "\x1b[22m", ";", "\x07", "\x9b", "P", "J", "\u202e"),
    });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
    const OURS = /\x1b\[(?:1|2|22|31|32|33|36|39)m/g;
    const isClean = (text: string) => !/[^\P{C}\n\t]/u.test(printableInColor(text, true).replaceAll(OURS, ""));
    fc.assert(fc.property(hostile, isClean));
  });
});

it("JSON keeps its values and holds no control character", () => {
  const value = { "a\x9b2J": "\x7f\u202e\u2028ü\x1b[2J" };
  const text = escapedControls(JSON.stringify(value));
  expect(JSON.parse(text)).toEqual(value);
  expect(text).not.toMatch(/[^\P{C}]/u);
});
