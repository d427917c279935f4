/**
 * Weight files in the safetensors format: 8 bytes of header length (little endian), a JSON header that gives each
 * tensor's type, shape and byte range, then the numbers. Only 32-bit floats are written and read here.
 */
import { bytesToFloats, floatsToBytes } from "./float-bytes.ts";
import type { WeightArray } from "./weights.ts";

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

export function encodeSafetensors(arrays: readonly WeightArray[]): Uint8Array {
  let end = 0;
  const entries = arrays.map(({ name, shape, values }): [string, Entry] => {
    const start = end;
    end += values.byteLength;
    return [name, { dtype: "F32", shape: [...shape], data_offsets: [start, end] }];
  });
  // The header is padded with spaces to a multiple of 8 bytes, which keeps the numbers aligned.
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const head = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  head.set(json);
  const file = new Uint8Array(8 + head.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(head.length), true);
  file.set(head, 8);
  let at = 8 + head.length;
  for (const { values } of arrays) {
    file.set(floatsToBytes(values), at);
    at += values.byteLength;
  }
  return file;
}

/** The tensors of a file, as copies. Throws an Error with the reason if it is no safetensors file, or is cut short. */
export function decodeSafetensors(file: Uint8Array): WeightArray[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 8) throw new Error("it is too short to be a safetensors file");
  const headLength = Number(view.getBigUint64(0, true));
  if (headLength > file.length - 8) throw new Error("its header is cut short, or it is no safetensors file");
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file.subarray(8, 8 + headLength)));
  } catch {
    throw new Error("its header is not JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw new Error("its header is not an object");
  }
  const body = file.subarray(8 + headLength);
  const tensors = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => ({ name, ...checkEntry(name, entry, body.length) }));
  checkRanges(tensors, body.length);
  return tensors.map(({ name, shape, start, length }) => ({
    name,
    shape,
    values: bytesToFloats(body.subarray(start, start + 4 * length)),
  }));
}

/** The format demands that the byte ranges follow one another without overlap or gap, to the end of the file. */
function checkRanges(tensors: readonly { name: string; start: number; length: number }[], bodyLength: number): void {
  let end = 0;
  for (const { name, start, length } of tensors.toSorted((a, b) => a.start - b.start || a.length - b.length)) {
    if (start !== end) throw new Error(`tensor ${name} ${start < end ? "overlaps another" : "follows a gap"}`);
    end = start + 4 * length;
  }
  if (end !== bodyLength) throw new Error(`${bodyLength - end} bytes belong to no tensor`);
}

function checkEntry(
  name: string,
  entry: unknown,
  bodyLength: number,
): { shape: number[]; start: number; length: number } {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<Entry>;
  const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (dtype !== "F32") throw new Error(`tensor ${name} is of type ${String(dtype)}, not F32`);
  if (!Array.isArray(shape) || !shape.every(isCount)) throw new Error(`tensor ${name} has no shape`);
  const [start, end] = Array.isArray(offsets) ? offsets : [];
  const length = shape.reduce((product, n) => product * n, 1);
  if (!isCount(start) || !isCount(end) || end - start !== 4 * length) {
    throw new Error(`tensor ${name} has a byte range that does not fit its shape`);
  }
  if (end > bodyLength) throw new Error(`tensor ${name} is cut short`);
  return { shape, start, length };
}
