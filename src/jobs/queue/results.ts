/** The answer to a job as the server keeps it: short ones in the message, long ones as a blob. */
import type { MsgHdrs } from "@nats-io/transport-node";
import { type Blob, dropBlob, getBlob, PART, putBlob } from "./blobs.ts";
import type { Queue } from "./connection.ts";
import { DATA, insisting, publishOnce, subjects } from "./streams.ts";

const STATUS = "Spiral-Status";
const HASH = "Spiral-SHA256";
const SIZE = "Spiral-Size";

export interface Result {
  /** Its place in the order of the server. */
  readonly seq: number;
  /** The subject's last word: the job. */
  readonly job: string;
  /** Why it failed; undefined if it did not. */
  readonly failure: string | undefined;
  /** Undefined if the server has lost it. */
  readonly bytes: () => Promise<Uint8Array | undefined>;
  /** Removes the parts of a long one. The result itself stays, so that the job counts as done. */
  readonly dropParts: () => Promise<void>;
  /** Bytes in the message itself. */
  readonly size: number;
}

/** Stores a result, unless the job has one. → whether it had none */
export async function putResult(
  queue: Queue,
  batch: string,
  job: string,
  result: Uint8Array | { readonly failure: string },
): Promise<boolean> {
  const { headers } = await import("@nats-io/transport-node");
  const about = headers();
  const subject = subjects.result(batch, job);
  if ("failure" in result) {
    about.set(STATUS, "failed");
    return publishOnce(queue, subject, result.failure, about);
  }
  about.set(STATUS, "done");
  if (result.length <= PART) return publishOnce(queue, subject, result, about);
  const blob = await putBlob(queue, batch, result);
  about.set(HASH, blob.sha256);
  about.set(SIZE, String(blob.size));
  return publishOnce(queue, subject, "", about);
}

/** Whether a job has a result. */
export async function hasResult(queue: Queue, batch: string, job: string): Promise<boolean> {
  const query = { last_by_subj: subjects.result(batch, job) };
  return (await insisting(queue, () => queue.jsm.direct.getMessage(DATA, query))) !== null;
}

/** The first result of a batch from a place in the server's order on; undefined if there is none yet. */
export async function nextResult(queue: Queue, batch: string, seq: number): Promise<Result | undefined> {
  const query = { next_by_subj: subjects.resultsOf(batch), seq };
  const message = await insisting(queue, () => queue.jsm.direct.getMessage(DATA, query));
  if (!message) return undefined;
  const { header, data, subject } = message;
  const blob = blobIn(header);
  return {
    seq: message.seq,
    job: subject.slice(subject.lastIndexOf(".") + 1),
    failure: header.get(STATUS) === "failed" ? message.string() : undefined,
    bytes: async () => (blob ? getBlob(queue, batch, blob) : data),
    dropParts: async () => (blob ? dropBlob(queue, batch, blob) : undefined),
    size: data.length,
  };
}

/** Removes a result, so that the job can be done again. `job` is the last word of its subject. */
export async function dropResult(queue: Queue, batch: string, job: string): Promise<void> {
  const filter = `spiral.results.${batch}.${job}`;
  await insisting(queue, () => queue.jsm.streams.purge(DATA, { filter }));
}

const blobIn = (header: MsgHdrs): Blob | undefined =>
  header.has(HASH) ? { sha256: header.get(HASH), size: Number(header.get(SIZE)) } : undefined;
