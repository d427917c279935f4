import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { quoted } from "../../src/util/shell.ts";

const HOSTILE = [
  'q"$(touch hacked)"',
  "it's; `id`",
  "a b",
  "*",
  "~",
  "=ls",
  "",
  "$HOME",
  "a\nb\tc",
  "\x1b]0;t'\x07 \\ \x9b2J",
  "\u202e",
  "ü漢",
  "-n",
  "a&b|c>d",
  "!x",
];

describe.skipIf(process.platform === "win32")("a quoted word", () => {
  it("is read back by a shell as it was", () => {
    const script = `printf '%s\\0' ${HOSTILE.map((word) => quoted(word)).join(" ")}`;
    const out = execFileSync("bash", ["-c", script], { encoding: "utf8", env: { ...process.env, LC_ALL: "C.UTF-8" } });
    expect(out.split("\0").slice(0, -1)).toEqual(HOSTILE);
  });
});

it("is plain where it can be, and holds no control character", () => {
  for (const word of ["runs/first", "kuhn-match:hands=3", "2026-11-26_a.b", "latest@000100:greedy"]) {
    expect(quoted(word, "linux")).toBe(word);
  }
  expect(quoted("a b", "linux")).toBe("'a b'");
  expect(quoted("C:\\runs\\a b", "win32")).toBe('"C:\\runs\\a b"');
  for (const word of HOSTILE) expect(quoted(word, "linux")).not.toMatch(/[^\P{C}]/u);
});
