/** Seeded mutations of a file: of its bytes, its lines, its JSON, its encoding, or the header of its tensors. */
import type { Rng } from "../../src/util/rng.ts";

/** Texts that stand in for a value of JSON or YAML. */
const VALUES = [
  ...["null", "true", "{}", "[]", '""', '"x"', "-1", "0", "1.5", "1e999", "-0", "9007199254740993", "NaN", "[[]]"],
  ...['"\\u001b[2J"', '"\\u0000"', '"__proto__"', '{"__proto__": 1}', '"\\ud800"', "1e-400", "01", "0x10", "~", "*a"],
];
const TEXTS = [
  "\r\n",
  "\n",
  "\0",
  "\x1b[2J",
  "\ufeff",
  "---\n",
  "&a ",
  "{",
  "}",
  "[",
  "]",
  '"',
  ",",
  ":",
  "#",
  ";",
  "%",
  "\\",
  "é",
];

type Mutation = (bytes: Uint8Array, rng: Rng, others: readonly Uint8Array[]) => Uint8Array;

const one = <T>(items: readonly T[], rng: Rng): T => items[rng.below(items.length)];
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

function splice(bytes: Uint8Array, from: number, to: number, middle: Uint8Array): Uint8Array {
  return Buffer.concat([bytes.subarray(0, from), middle, bytes.subarray(to)]);
}

/** A span of up to 40 bytes. */
function span(bytes: Uint8Array, rng: Rng): [number, number] {
  const from = rng.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + 1 + rng.below(40))];
}

const flip: Mutation = (bytes, rng) => {
  const copy = Uint8Array.from(bytes);
  for (let n = rng.below(4); n >= 0 && copy.length > 0; n--) copy[rng.below(copy.length)] ^= 1 << rng.below(8);
  return copy;
};
const drop: Mutation = (bytes, rng) => splice(bytes, ...span(bytes, rng), Buffer.alloc(0));
const repeat: Mutation = (bytes, rng) => {
  const [from, to] = span(bytes, rng);
  return splice(bytes, to, to, Buffer.concat(Array(1 + rng.below(50)).fill(bytes.subarray(from, to))));
};
const cut: Mutation = (bytes, rng) => bytes.subarray(0, rng.below(bytes.length + 1));
const insert: Mutation = (bytes, rng) => {
  const at = rng.below(bytes.length + 1);
  return splice(bytes, at, at, Buffer.from(one(TEXTS, rng)));
};
const nest: Mutation = (bytes, rng) => {
  const at = rng.below(bytes.length + 1);
  return splice(
    bytes,
    at,
    at,
    Buffer.from(one(["[", "{", '{"a":', "{a: ", "- ", "("], rng).repeat(1 + rng.below(3000))),
  );
};
const graft: Mutation = (bytes, rng, others) => {
  const other = one(others, rng);
  return splice(bytes, ...span(bytes, rng), other.subarray(...span(other, rng)));
};
const lines: Mutation = (bytes, rng) => {
  const all = textOf(bytes).split("\n");
  const [i, j] = [rng.below(all.length), rng.below(all.length)];
  const how = rng.below(3);
  if (how === 0) [all[i], all[j]] = [all[j], all[i]];
  else if (how === 1) all.splice(i, 1);
  else all.splice(j, 0, all[i]);
  return Buffer.from(all.join("\n"));
};
/** A number, word or quoted text becomes another value. */
const value: Mutation = (bytes, rng) => {
  const text = textOf(bytes);
  const found = [...text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:e[-+]?\d+)?|\b[a-z]+\b/gi)];
  if (found.length === 0) return bytes;
  const { index, 0: old } = one(found, rng);
  return Buffer.from(text.slice(0, index) + one(VALUES, rng) + text.slice(index + old.length));
};
const encoding: Mutation = (bytes, rng) => {
  const text = textOf(bytes);
  const how = rng.below(4);
  if (how === 0) return Buffer.from(text.replaceAll("\n", "\r\n"));
  if (how === 1) return Buffer.from(`\ufeff${text}`);
  const utf16 = Buffer.from(`\ufeff${text}`, "utf16le");
  return how === 2 ? utf16 : utf16.swap16();
};

const MUTATIONS: readonly Mutation[] = [
  flip,
  drop,
  repeat,
  cut,
  insert,
  nest,
  graft,
  lines,
  value,
  value,
  value,
  encoding,
];

/** One to three mutations of `bytes`. `others` give the pieces that are grafted. */
export function mutate(bytes: Uint8Array, rng: Rng, others: readonly Uint8Array[]): Uint8Array {
  let mutated = bytes;
  for (let n = rng.below(3); n >= 0; n--) mutated = one(MUTATIONS, rng)(mutated, rng, others);
  return mutated;
}

/** A file of safetensors with another header: its entries in another order, one more or less, or one entry altered. */
export function mutateTensors(bytes: Uint8Array, rng: Rng): Uint8Array {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(textOf(bytes.subarray(8, 8 + length))) as Record<string, Record<string, unknown>>;
  let body = Uint8Array.from(bytes.subarray(8 + length));
  let entries = Object.entries(header);
  const [i, j] = [rng.below(entries.length), rng.below(entries.length)];
  const [name, entry] = entries[i];
  const end = body.length;
  switch (rng.below(8)) {
    case 0:
      entries = entries.toReversed();
      break;
    case 1:
      [entries[i], entries[j]] = [entries[j], entries[i]];
      break;
    case 2:
      entries.splice(j, 0, [`${name}x`, { dtype: "F32", shape: [1], data_offsets: [end, end + 4] }]);
      body = Buffer.concat([body, Buffer.alloc(4)]);
      break;
    case 3:
      entries.splice(i, 1);
      break;
    case 4:
      entries[i] = [one([entries[j][0], "__metadata__", "__proto__", "layer9.weight"], rng), entry];
      break;
    case 5: {
      const key = one(["dtype", "shape", "data_offsets"], rng);
      entries[i] = [
        name,
        { ...entry, [key]: one([entries[j][1][key], null, [0, -4], [1e300, 2], "F64", [0, 4]], rng) },
      ];
      break;
    }
    case 6:
      [entries[i], entries[j]] = [
        [name, entries[j][1]],
        [entries[j][0], entry],
      ];
      break;
    default:
      new DataView(body.buffer, body.byteOffset).setFloat32(
        4 * rng.below(end / 4),
        one([NaN, 1 / 0, -1 / 0], rng),
        true,
      );
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([size, json, body]);
}
