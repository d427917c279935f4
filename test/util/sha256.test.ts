import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { sha256 } from "../../src/util/sha256.ts";
import { character } from "../characters.ts";

const hex = (text: string): string =>
  [...sha256(text)].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
const nodes = (text: string): string => createHash("sha256").update(text).digest("hex");

it("gives the digests of FIPS 180-4's examples", () => {
  expect(hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).toBe(
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  );
});

it("gives node's, at every length near a block's end and of every character", () => {
  for (let length = 0; length < 200; length++)
    expect(hex("x".repeat(length)), `${length}`).toBe(nodes("x".repeat(length)));
  // Longer than the memory that is kept, then short again.
  for (const text of ["七".repeat(100_000), "a", "x".repeat(5000), ""]) expect(hex(text)).toBe(nodes(text));
  fc.assert(fc.property(fc.string({ unit: character }), (text) => hex(text) === nodes(text)));
  // Half a character, which UTF-8 does not have.
  expect(hex("\ud83c")).toBe(nodes("\ud83c"));
});
