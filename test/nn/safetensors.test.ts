/** Weight files come back to the bit, and a file that is none is an Error with a reason, quickly. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../src/nn/safetensors.ts";
import type { WeightArray } from "../../src/nn/weights.ts";
import { character } from "../characters.ts";

const array = fc
  .tuple(fc.string({ unit: character, maxLength: 12 }), fc.array(fc.nat(4), { maxLength: 3 }), fc.nat(2 ** 31))
  .map(([name, shape, seed]): WeightArray => {
    const length = shape.reduce((a, b) => a * b, 1);
    const bits = Uint32Array.from({ length }, (_, i) => Math.imul(seed + i, 0x9e3779b1));
    // Any bit pattern but the NaNs, of which there are many for one.
    return { name, shape, values: new Float32Array(bits.buffer).map((x) => (Number.isNaN(x) ? Number.NaN : x)) };
  });
const arrays = fc
  .uniqueArray(array, { selector: ({ name }) => name, maxLength: 5 })
  .filter((list) => list.every(({ name }) => name !== "__metadata__"));

const byName = (list: readonly WeightArray[]) =>
  list.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, shape, values }) => ({ name, shape, values }));

const sample: WeightArray[] = [
  { name: "a", shape: [2, 2], values: Float32Array.of(1, -0, 1e-40, Number.NEGATIVE_INFINITY) },
  { name: "b", shape: [3], values: Float32Array.of(5, 6, 7) },
];

/** A file of this header and `floats` numbers. */
function file(header: unknown, floats = 7): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + 4 * floats);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}
const f32 = (shape: unknown, start: unknown, end: unknown) => ({ dtype: "F32", shape, data_offsets: [start, end] });

describe("the round trip", () => {
  it("keeps names, shapes and every bit", () => {
    fc.assert(
      fc.property(arrays, (list) => {
        expect(byName(decodeSafetensors(encodeSafetensors(list)))).toEqual(byName(list));
      }),
    );
  });

  it("keeps the names that objects treat apart", () => {
    const names = ["__proto__", "constructor", "10", "9", "größe", ""];
    const list = names.map((name, i) => ({ name, shape: [1], values: Float32Array.of(i) }));
    expect(byName(decodeSafetensors(encodeSafetensors(list)))).toEqual(byName(list));
  });

  it("aligns the numbers to 8 bytes, whatever the names", () => {
    for (const name of ["a", "bc", "größe", "πρώτο"]) {
      const bytes = encodeSafetensors([{ name, shape: [], values: Float32Array.of(1) }]);
      expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8, name).toBe(0);
    }
  });

  it("reads a file that stands inside a larger buffer, and one with metadata", () => {
    const inner = encodeSafetensors(sample);
    const outer = new Uint8Array(inner.length + 9).fill(255);
    outer.set(inner, 5);
    expect(decodeSafetensors(outer.subarray(5, 5 + inner.length))).toEqual(sample);
    const [only] = decodeSafetensors(file({ __metadata__: { format: "pt" }, x: f32([1], 0, 4) }, 1));
    expect(only?.name).toBe("x");
  });
});

describe("a file that is none", () => {
  it("is refused at every length it may be cut to, and with bytes to spare", () => {
    const whole = encodeSafetensors(sample);
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeSafetensors(whole.subarray(0, length)), `${length} bytes`).toThrow(/short|header/);
    }
    expect(() => decodeSafetensors(Uint8Array.of(...whole, 0))).toThrow("belong to no tensor");
  });

  const hostile: Record<string, [Uint8Array, string]> = {
    "a header of 2⁶⁴ − 1 bytes": [new Uint8Array(64).fill(255), "header is cut short"],
    "a header longer than the file": [file({}).fill(200, 0, 1), "header is cut short"],
    "a header that is not JSON": [file("{"), "not JSON"],
    "a header that is not UTF-8": [file({ a: 1 }).fill(255, 10, 12), "not JSON"],
    "a header that is a list": [file([f32([7], 0, 28)]), "not an object"],
    "a header that is null": [file("null"), "not an object"],
    "an entry that is null": [file({ a: null }), "of type undefined"],
    "another type": [file({ a: { ...f32([7], 0, 28), dtype: "F16" } }), "of type F16, not F32"],
    "no shape": [file({ a: f32("7", 0, 28) }), "no shape"],
    "a negative size": [file({ a: f32([-7], 0, 28) }), "no shape"],
    "half a row": [file({ a: f32([3.5, 2], 0, 28) }), "no shape"],
    "offsets that are none": [file({ a: { dtype: "F32", shape: [7] } }), "does not fit its shape"],
    "offsets backwards": [file({ a: f32([7], 28, 0) }), "does not fit its shape"],
    "a negative offset": [file({ a: f32([7], -4, 24) }), "does not fit its shape"],
    "offsets beyond the file": [file({ a: f32([8], 0, 32) }), "cut short"],
    "fewer bytes than the shape": [file({ a: f32([8], 0, 28) }), "does not fit its shape"],
    "more bytes than the shape": [file({ a: f32([6], 0, 28) }), "does not fit its shape"],
    "a shape too large to count": [file({ a: f32([2 ** 52, 2 ** 52], 0, 28) }), "does not fit its shape"],
    "a huge shape times nothing": [file({ a: f32([...Array(30).fill(2 ** 52), 0], 0, 0) }), "does not fit its shape"],
    "two tensors in one place": [file({ a: f32([7], 0, 28), b: f32([7], 0, 28) }), "overlaps another"],
    "two that overlap": [file({ a: f32([4], 0, 16), b: f32([4], 12, 28) }), "overlaps another"],
    "a gap": [file({ a: f32([3], 0, 12), b: f32([3], 16, 28) }), "follows a gap"],
  };
  it.each(Object.entries(hostile))("%s", (_, [bytes, reason]) => {
    expect(() => decodeSafetensors(bytes)).toThrow(reason);
  });

  it("gives an Error with a reason, or tensors that add up, for any bytes and any altered byte", () => {
    const whole = encodeSafetensors(sample);
    const decodes = (bytes: Uint8Array): void => {
      try {
        for (const { shape, values } of decodeSafetensors(bytes)) {
          expect(shape.reduce((a, b) => a * b, 1)).toBe(values.length);
        }
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect((error as Error).constructor).toBe(Error);
        expect((error as Error).message).not.toBe("");
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), decodes));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => decodes(whole.with(at, byte))),
      { numRuns: 1000 },
    );
    fc.assert(fc.property(fc.json(), (json) => decodes(file(json))));
  });
});
