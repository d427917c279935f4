/** Numbers of weight files as bytes: the copy on a little-endian machine and the conversion one by one agree. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { bytesToFloats, floatsToBytes } from "../../src/nn/float-bytes.ts";

const floats = fc.float32Array({ noNaN: true, maxLength: 50 });

it.runIf(new Uint8Array(Uint16Array.of(1).buffer)[0] === 1)(
  "both ways give the same bytes and the same numbers",
  () => {
    fc.assert(
      fc.property(floats, fc.nat(3), (values, offset) => {
        const bytes = floatsToBytes(values, true);
        expect(bytes).toEqual(floatsToBytes(values, false));
        const unaligned = new Uint8Array(bytes.length + offset).subarray(offset);
        unaligned.set(bytes);
        expect(bytesToFloats(unaligned, true)).toEqual(values);
        expect(bytesToFloats(unaligned, false)).toEqual(values);
      }),
    );
  },
);

it("the bytes are little-endian", () => {
  expect([...floatsToBytes(Float32Array.of(1, -2))]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  expect([...bytesToFloats(Uint8Array.of(0, 0, 0x80, 0x3f))]).toEqual([1]);
});

it("reads and writes a part of a larger array", () => {
  const part = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
  expect([...bytesToFloats(floatsToBytes(part))]).toEqual([2, 3]);
  expect(bytesToFloats(floatsToBytes(part)).buffer.byteLength).toBe(8);
});
