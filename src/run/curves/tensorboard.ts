/**
 * Event files that TensorBoard reads. A file is a sequence of TFRecords; the data of each is a message `Event` in the wire format
 * of protocol buffers.
 *
 *   record   length: uint64, mask(crc32c(length)): uint32, data, mask(crc32c(data)): uint32; all little-endian
 *   mask     mask(c) = rotate right of c by 15 bits, + 0xa282ead8
 *   Event    1 wall_time: double, 2 step: int64, 3 file_version: string "brain.Event:2" (in the first), 5 summary: Summary
 *   Summary  1 value: repeated Value
 *   Value    1 tag: string, 2 simple_value: float
 *
 * Sources: tensorflow/core/lib/io/record_writer.h, tensorflow/core/lib/hash/crc32c.h, tensorflow/core/util/event.proto and
 * tensorflow/core/framework/summary.proto of TensorFlow; the wire format: protobuf.dev/programming-guides/encoding.
 */

export interface Scalars {
  /** Seconds since 1970. */
  readonly time: number;
  readonly step: number;
  /** By tag. Values are rounded to 32 bits. */
  readonly values: readonly (readonly [tag: string, value: number])[];
}

/** The bytes of an event file. */
export function eventFile(started: number, events: readonly Scalars[]): Buffer {
  const version = Buffer.concat([double(1, started), bytes(3, Buffer.from("brain.Event:2"))]);
  return Buffer.concat([version, ...events.map(event)].map(record));
}

function event({ time, step, values }: Scalars): Buffer {
  const summary = values.map(([tag, value]) => bytes(1, Buffer.concat([bytes(1, Buffer.from(tag)), float(2, value)])));
  return Buffer.concat([double(1, time), integer(2, step), bytes(5, Buffer.concat(summary))]);
}

function record(data: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, maskedCrc(length), data, maskedCrc(data)]);
}

function maskedCrc(data: Uint8Array): Buffer {
  const crc = crc32c(data);
  const masked = Buffer.alloc(4);
  masked.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return masked;
}

/** By byte: eight steps of the division by the polynomial of Castagnoli, reflected. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** CRC-32C (RFC 3720, section 12.1). */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff];
  return ~crc >>> 0;
}

// Fields of protocol buffers: a key, which is the number of the field and its type, and the value.

function double(field: number, value: number): Buffer {
  const buffer = Buffer.alloc(9);
  buffer[0] = (field << 3) | 1;
  buffer.writeDoubleLE(value, 1);
  return buffer;
}

function float(field: number, value: number): Buffer {
  const buffer = Buffer.alloc(5);
  buffer[0] = (field << 3) | 5;
  buffer.writeFloatLE(value, 1);
  return buffer;
}

const integer = (field: number, value: number): Buffer => Buffer.from([field << 3, ...varint(value)]);

const bytes = (field: number, value: Buffer): Buffer =>
  Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(value.length)]), value]);

/** A whole number from 0 to 2⁵³, seven bits a byte, the lowest first. */
function varint(value: number): number[] {
  const low = value % 128;
  return value < 128 ? [value] : [low | 128, ...varint((value - low) / 128)];
}
