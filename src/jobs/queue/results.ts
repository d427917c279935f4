/** The answer to a job as the server keeps it: short ones in the message, long ones as a blob. */
import type { MsgHdrs } from "@nats-io/transport-node";
import { type Blob, dropBlob, getBlob, PART, putBlob } from "./blobs.ts";
import type { Queue } from "./connection.ts";
import { DATA, insisting, publishOnce, subjects } from "./streams.ts";

const STATUS = "Spiral-Status";
const HASH = "Spiral-SHA256";
const SIZE = "Spiral-Size";
const ANSWER = "Spiral-Answer";
const WORKER = "Spiral-Worker";

/** What a worker answers to a job. */
export interface Answer {
  readonly bytes: Uint8Array;
  /** Of that in it which is the same wherever the job is done; absent where it may differ, as a language model's words. */
  readonly hash?: string;
}

export type WorkersResult = Answer | { readonly failure: string };

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

/**
 * Stores a result, unless the job has one. → a dispute, in words: the job has another answer already, where it must be the same.
 * Whoever waits is told of it too.
 */
export async function putResult(
  queue: Queue,
  batch: string,
  job: string,
  result: WorkersResult,
  worker: string,
): Promise<string | undefined> {
  const { headers } = await import("@nats-io/transport-node");
  const about = headers();
  about.set(WORKER, worker);
  const put = (data: Uint8Array | string) => publishOnce(queue, subjects.result(batch, job), data, about);
  let isFirst: boolean;
  if ("failure" in result) {
    about.set(STATUS, "failed");
    isFirst = await put(result.failure);
  } else {
    const { bytes, hash } = result;
    about.set(STATUS, "done");
    if (hash !== undefined) about.set(ANSWER, hash);
    if (bytes.length > PART) {
      const blob = await putBlob(queue, batch, bytes);
      about.set(HASH, blob.sha256);
      about.set(SIZE, String(blob.size));
    }
    isFirst = await put(bytes.length > PART ? "" : bytes);
  }
  if (isFirst) {
    queue.nc.publish(subjects.bell(batch));
    return undefined;
  }
  return about.has(ANSWER) ? disputed(queue, batch, job, about) : undefined;
}

async function disputed(queue: Queue, batch: string, job: string, own: MsgHdrs): Promise<string | undefined> {
  const first = (await resultOf(queue, batch, job))?.header;
  if (!first?.has(ANSWER) || first.get(ANSWER) === own.get(ANSWER)) return undefined;
  const who = `${first.get(WORKER)} and ${own.get(WORKER)}`;
  const dispute = `${job}: ${who} give different answers. That of the former is kept. One of them computes otherwise.`;
  await publishOnce(queue, subjects.dispute(batch, job), dispute);
  return dispute;
}

/** The disputes about the jobs of a batch, in words. */
export async function disputesOf(queue: Queue, batch: string): Promise<string[]> {
  const disputes: string[] = [];
  for (let seq = 1; ; ) {
    const query = { next_by_subj: subjects.disputesOf(batch), seq };
    const message = await insisting(queue, () => queue.jsm.direct.getMessage(DATA, query));
    if (!message) return disputes;
    disputes.push(message.string());
    seq = message.seq + 1;
  }
}

/** Whether a job has a result. */
export const hasResult = async (queue: Queue, batch: string, job: string): Promise<boolean> =>
  (await resultOf(queue, batch, job)) !== null;

const resultOf = (queue: Queue, batch: string, job: string) => {
  const query = { last_by_subj: subjects.result(batch, job) };
  return insisting(queue, () => queue.jsm.direct.getMessage(DATA, query));
};

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
