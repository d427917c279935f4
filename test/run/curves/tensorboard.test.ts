/** The encoder of event files, against the check value of CRC-32C, the bytes of TensorBoard's own writer, and a plain reader. */
import { describe, expect, it } from "vitest";
import { crc32c, eventFile } from "../../../src/run/curves/tensorboard.ts";

describe("CRC-32C", () => {
  it.each([
    ["the check value of the catalogue of CRCs", Buffer.from("123456789"), 0xe3069283],
    // RFC 3720, B.4.
    ["32 bytes of 0", Buffer.alloc(32), 0x8a9136aa],
    ["32 bytes of 255", Buffer.alloc(32, 255), 0x62a8ab43],
    ["0 … 31", Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
  ])("%s", (_, data, crc) => {
    expect(crc32c(data)).toBe(crc);
  });
});

describe("an event file", () => {
  it("has the bytes that TensorBoard 2.21 writes", () => {
    const values = [["kuhn/nashConv", 0.1] as const, ["loss", -2.5] as const];
    expect(eventFile(1.5, [{ time: 1700000000.25, step: 300, values }]).toString("hex")).toBe(
      "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a322a28646c" +
        "31000000000000009d8383e90900001040fc54d94110ac022a230a140a0d6b75686e2f6e617368436f6e7615cdcccc3d" +
        "0a0b0a046c6f737315000020c0cd61d529",
    );
  });

  it("holds large steps and long tags", () => {
    const tag = "ü".repeat(100);
    const file = eventFile(0, [{ time: 0, step: 10_000_000, values: [[tag, 1]] }]);
    // 10,000,000 = 0b100_1100010_0101101_0000000, seven bits a byte, the lowest first.
    expect(file.includes(Buffer.from([0x10, 0x80, 0xad, 0xe2, 0x04, 0x2a]))).toBe(true);
    expect(file.includes(Buffer.concat([Buffer.from([0x0a, 200, 1]), Buffer.from(tag), Buffer.from([0x15])]))).toBe(
      true,
    );
  });
});
