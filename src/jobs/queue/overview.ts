/** What is at a queue: its batches, how far each is, and its workers. */
import type { Queue } from "./connection.ts";
import { type BatchRecord, batchOf } from "./coordinator.ts";
import { type Presence, presentWorkers } from "./presence.ts";
import { disputesOf } from "./results.ts";
import { DATA, insisting, makeStreams, subjects } from "./streams.ts";

export interface BatchStatus extends BatchRecord {
  /** Jobs that have a result. */
  readonly done: number;
  readonly running: number;
  readonly waiting: number;
  /** Jobs a second, between the first result and the last; null if there are fewer than two. */
  readonly throughput: number | null;
  /** That jobs were answered twice and not alike, in words. */
  readonly disputes: readonly string[];
}

export interface Overview {
  readonly batches: readonly BatchStatus[];
  readonly workers: readonly Presence[];
}

export async function overviewOf(queue: Queue): Promise<Overview> {
  await makeStreams(queue);
  const prefix = subjects.batch("");
  const ask = { subjects_filter: `${prefix}*` };
  const [{ state }, workers] = await Promise.all([
    insisting(queue, () => queue.jsm.streams.info(DATA, ask)),
    presentWorkers(queue),
  ]);
  const ids = Object.keys(state.subjects ?? {}).map((subject) => subject.slice(prefix.length));
  const batches = await Promise.all(ids.sort().map((id) => statusOf(queue, id, workers)));
  return { batches: batches.flatMap((batch) => batch ?? []), workers };
}

async function statusOf(queue: Queue, id: string, workers: readonly Presence[]): Promise<BatchStatus | undefined> {
  const batch = await batchOf(queue, id);
  if (!batch) return undefined;
  const filter = subjects.resultsOf(id);
  const [done, disputes, first, last] = await Promise.all([
    resultsIn(queue, filter),
    disputesOf(queue, id),
    insisting(queue, () => queue.jsm.direct.getMessage(DATA, { next_by_subj: filter, seq: 1 })),
    insisting(queue, () => queue.jsm.direct.getMessage(DATA, { last_by_subj: filter })),
  ]);
  const running = workers.flatMap((worker) => worker.running).filter((of) => of === id).length;
  const seconds = first && last ? (last.time.getTime() - first.time.getTime()) / 1000 : 0;
  const throughput = seconds > 0 ? (done - 1) / seconds : null;
  // A job that was answered in parts has several results.
  const ended = Math.min(done, batch.jobs);
  return { ...batch, done: ended, running, waiting: Math.max(0, batch.jobs - ended - running), throughput, disputes };
}

/** The number of results: what a consumer would still have to read. */
async function resultsIn(queue: Queue, filter: string): Promise<number> {
  const config = { ack_policy: "none", filter_subject: filter, mem_storage: true, inactive_threshold: 5e9 } as const;
  const consumer = await insisting(queue, () => queue.jsm.consumers.add(DATA, config));
  await queue.jsm.consumers.delete(DATA, consumer.name);
  return consumer.num_pending;
}
