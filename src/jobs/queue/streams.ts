/**
 * What the server keeps, in two streams.
 *
 *   SPIRAL_JOBS   spiral.jobs.GROUP.BATCH.JOB   a job, until a worker has acknowledged it (groups.ts)
 *   SPIRAL_DATA   spiral.batches.BATCH          what a batch is (a batch is the work of one command)
 *                 spiral.needs.GROUP            what a worker must have for the jobs of a group
 *                 spiral.results.BATCH.JOB      the answer to a job: the first one, as later ones are refused
 *                 spiral.disputes.BATCH.JOB     that a job was answered twice and not alike, in words
 *                 spiral.blobs.BATCH.SHA256.N   a part of something long: weights, archives
 *
 * A subject holds one message and takes no second one. So a job that is queued twice is queued once, a result that is delivered
 * twice counts once, and the server decides which was first.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { StreamConfig } from "@nats-io/jetstream";
import type { MsgHdrs } from "@nats-io/transport-node";
import { PATIENCE, type Queue, queueError } from "./connection.ts";

export const JOBS = "SPIRAL_JOBS";
export const DATA = "SPIRAL_DATA";

/** Milliseconds after which a job is given to another worker, unless its worker renews its claim; and how often it does. */
export const CLAIM = 5000;
export const RENEW = 1500;

/** In nanoseconds, the unit of NATS. */
export const MILLISECOND = 1e6;
/** What is left over from batches that nobody has finished is kept so long. */
export const KEEP = 30 * 24 * 3600 * 1000 * MILLISECOND;

/** Any text as one word of a subject. */
export const token = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[.!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);

export const subjects = {
  job: (group: string, batch: string, job: string) => `spiral.jobs.${group}.${batch}.${token(job)}`,
  jobsOf: (group: string, batch: string) => `spiral.jobs.${group}.${batch}.*`,
  needs: (group: string) => `spiral.needs.${group}`,
  batch: (batch: string) => `spiral.batches.${batch}`,
  result: (batch: string, job: string) => `spiral.results.${batch}.${token(job)}`,
  resultsOf: (batch: string) => `spiral.results.${batch}.*`,
  dispute: (batch: string, job: string) => `spiral.disputes.${batch}.${token(job)}`,
  disputesOf: (batch: string) => `spiral.disputes.${batch}.*`,
  /** Of messages that are not stored: a command has come; a result was stored. */
  begun: (build: string) => `spiral.begun.${build}`,
  bell: (batch: string) => `spiral.bells.${batch}`,
  blob: (batch: string, sha256: string, part: number) => `spiral.blobs.${batch}.${sha256}.${part}`,
};

/** Makes the streams if they are not there. */
export async function makeStreams(queue: Queue): Promise<void> {
  const { streams } = queue.jsm;
  const common = {
    max_msgs_per_subject: 1,
    discard: "new",
    discard_new_per_subject: true,
    allow_direct: true,
    max_age: KEEP,
  } as Partial<StreamConfig>;
  const work = { retention: "workqueue" } as Partial<StreamConfig>;
  const jobs = { name: JOBS, subjects: ["spiral.jobs.>"], ...common, ...work };
  const names = ["batches.*", "needs.*", "results.*.*", "disputes.*.*", "blobs.*.*.*"];
  const data = { name: DATA, subjects: names.map((name) => `spiral.${name}`), ...common };
  for (const config of [jobs, data]) {
    const there = () => streams.info(config.name);
    const { config: found } = await insisting(queue, () =>
      there().catch((error) => ifMissing(error, () => streams.add(config))),
    );
    // Made by an earlier version.
    const isOld = config.subjects.some((subject) => !found.subjects.includes(subject));
    if (isOld) await insisting(queue, () => streams.update(config.name, { subjects: config.subjects }));
  }
}

/** What to do where the server does not have it. Asking first is quick, making is not. */
export function ifMissing<T>(error: unknown, make: () => Promise<T>): Promise<T> {
  if (/not found/i.test((error as Error).message)) return make();
  throw error;
}

/** Code of the server's refusal of a second message on a subject. */
const IS_THERE = 10077;
const isTwice = (error: unknown): boolean => (error as { code?: unknown }).code === IS_THERE;
/** What is worth another attempt: the server may be starting again. */
const passes = (error: unknown): boolean =>
  /timeout|disconnect|no responders|not available|503/i.test(`${(error as Error).name} ${(error as Error).message}`);

/** Asks the server, again and again while it is gone. Throws a UserError (exit 1) for anything else, or if it stays away. */
export async function insisting<T>({ url, nc }: Queue, ask: () => Promise<T>): Promise<T> {
  for (let waited = 0; ; ) {
    try {
      return await ask();
    } catch (error) {
      if (isTwice(error) || !passes(error) || waited >= PATIENCE || nc.isClosed()) {
        throw isTwice(error) ? error : queueError(error, url);
      }
      await sleep(1000);
      // A call that times out has waited 5 s.
      waited += 6000;
    }
  }
}

/** Stores a message, unless its subject has one. → whether it had none */
export async function publishOnce(
  queue: Queue,
  subject: string,
  data: Uint8Array | string,
  headers?: MsgHdrs,
): Promise<boolean> {
  try {
    await insisting(queue, () => queue.js.publish(subject, data, headers ? { headers } : {}));
    return true;
  } catch (error) {
    if (isTwice(error)) return false;
    throw error;
  }
}
