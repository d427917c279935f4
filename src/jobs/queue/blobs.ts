/** What is too long for a message: stored in parts under its SHA-256, and checked when it is read. */
import { createHash } from "node:crypto";
import { UserError } from "../../util/errors.ts";
import { each } from "../each.ts";
import type { Queue } from "./connection.ts";
import { DATA, insisting, publishOnce, subjects } from "./streams.ts";

/** Bytes of a part; a server takes messages of 1 MiB by default. */
export const PART = 512 * 1024;
/** Bytes of a blob at most. */
const LONGEST = 1 << 30;
/** Parts that are under way at once. */
const AT_ONCE = 8;

export interface Blob {
  readonly sha256: string;
  readonly size: number;
}

const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

export async function putBlob(queue: Queue, batch: string, bytes: Uint8Array): Promise<Blob> {
  if (bytes.length > LONGEST) {
    throw new UserError(1, `A result of ${bytes.length} bytes is too long for the queue, which takes ${LONGEST}.`);
  }
  const hash = sha256(bytes);
  await eachPart(bytes.length, async (part) => {
    await publishOnce(queue, subjects.blob(batch, hash, part), bytes.subarray(part * PART, (part + 1) * PART));
  });
  return { sha256: hash, size: bytes.length };
}

/** Undefined if the server does not have it any more. Throws a UserError (exit 1) if its bytes are not those that were stored. */
export async function getBlob(queue: Queue, batch: string, { sha256: hash, size }: Blob): Promise<Buffer | undefined> {
  if (!/^[0-9a-f]{64}$/.test(hash) || !Number.isInteger(size) || size < 0 || size > LONGEST) {
    throw new UserError(1, `The queue names a blob of ${size} bytes, which is none of Spiral's.`);
  }
  const bytes = Buffer.alloc(size);
  let isWhole = true;
  await eachPart(size, async (part) => {
    const subject = subjects.blob(batch, hash, part);
    const message = await insisting(queue, () => queue.jsm.direct.getMessage(DATA, { last_by_subj: subject }));
    if (message) bytes.set(message.data.subarray(0, size - part * PART), part * PART);
    else isWhole = false;
  });
  if (!isWhole) return undefined;
  if (sha256(bytes) === hash) return bytes;
  throw new UserError(1, `The queue at ${queue.url} has altered a blob: its SHA-256 is not ${hash}.`);
}

const eachPart = (size: number, action: (part: number) => Promise<void>): Promise<void> =>
  each(Math.max(1, Math.ceil(size / PART)), AT_ONCE, action);

/** Removes a blob. */
export async function dropBlob(queue: Queue, batch: string, { sha256: hash }: Blob): Promise<void> {
  const filter = `spiral.blobs.${batch}.${hash}.*`;
  await insisting(queue, () => queue.jsm.streams.purge(DATA, { filter }));
}
