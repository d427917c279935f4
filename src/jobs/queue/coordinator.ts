/**
 * Hands jobs to a queue and takes the results. All state is on the server and in the files of the caller: a coordinator that was
 * killed is run again, reads the results that came meanwhile, and queues only what has neither a result nor a place in the queue.
 */
import { UserError } from "../../util/errors.ts";
import { each } from "../each.ts";
import { type Job, type JobRunner, type RunOptions, WrongAnswer } from "../runner.ts";
import { bell } from "./bell.ts";
import type { Queue } from "./connection.ts";
import { type Demands, groupOf, makeGroup, mendGroup, refusals, takes } from "./groups.ts";
import { presentWorkers } from "./presence.ts";
import { disputesOf, dropResult, hasResult, nextResult, type Result } from "./results.ts";
import { DATA, insisting, JOBS, makeStreams, publishOnce, subjects, token } from "./streams.ts";

/** The work of one command. */
export interface Batch extends Demands {
  /** The same for the same command in the same place. Letters and digits. */
  readonly id: string;
  /** What the command does and where, for people. */
  readonly about: string;
}

/** The batch as the server keeps it. */
export interface BatchRecord extends Batch {
  /** Jobs in all when it was begun. */
  readonly jobs: number;
}

interface QueueOptions<J extends Job> {
  readonly queue: Queue;
  readonly batch: Batch;
  /**
   * Stores a result for good. When it resolves, the server may forget it. It may reject with a WrongAnswer. If the result is only a
   * part of what was wanted, it returns a job for the rest, under another id.
   */
  readonly receive: (job: J, bytes: Uint8Array) => Promise<J | undefined>;
  /** Whether `receive` wants the results in the order of the jobs. */
  readonly inOrder: boolean;
  /** Called with lines for the person who waits. */
  readonly say: (line: string) => void;
}

/** Jobs that are published at once. */
const AT_ONCE = 256;
/** Milliseconds without a message after which the coordinator looks for itself. */
const LOOK_AGAIN = 2000;
/** Bytes of results that wait for earlier ones and are kept; others are read again in their turn. */
const HELD = 16 << 20;

/**
 * Jobs whose worker has failed three times are reported when all others are done. Then, and after the signal, the batch stays on
 * the server; the same command goes on with it.
 */
export function queueRunner<J extends Job>(options: QueueOptions<J>): JobRunner<J> {
  return async (jobs, run) => {
    const { queue, batch } = options;
    await makeStreams(queue);
    await makeGroup(queue, batch);
    await refuseOthers(options);
    const record: BatchRecord = { ...batch, jobs: jobs.length };
    await publishOnce(queue, subjects.batch(batch.id), JSON.stringify(record));
    const outcome = await takeResults(jobs, options, run);
    for (const line of await disputesOf(queue, batch.id)) options.say(line);
    if (outcome.done === jobs.length) await dropBatch(queue, batch);
    return outcome;
  };
}

/**
 * Resolves as soon as a worker is there that takes the jobs; what the others lack is said when all have answered. Throws if there
 * are workers and none of them takes the jobs.
 */
function refuseOthers({ queue, batch, say }: Pick<QueueOptions<Job>, "queue" | "batch" | "say">): Promise<void> {
  return new Promise((resolve, reject) => {
    presentWorkers(queue, (worker) => takes(batch, worker) && resolve()).then((workers) => {
      const lines = refusals(batch, workers).slice(0, 3);
      if (workers.length === 0)
        say(`No worker is there yet. On each machine: spiral worker --queue nats://${queue.url}`);
      if (workers.length === 0 || workers.some((worker) => takes(batch, worker))) {
        for (const line of lines) say(`${line} It gets none of these jobs.`);
        return resolve();
      }
      const having = batch.needs.length === 0 ? "" : ` that have what the jobs need (see spiral worker --help)`;
      const hint = `Start workers of this Spiral${having}, and run the same command. Nothing was queued now.`;
      reject(new UserError(1, [`No worker at ${queue.url} can take these jobs.`, ...lines, hint]));
    }, reject);
  });
}

async function takeResults<J extends Job>(
  given: readonly J[],
  { queue, batch, receive, inOrder, say }: QueueOptions<J>,
  { signal, onDone }: RunOptions<J>,
) {
  const jobs = [...given];
  const places = new Map(jobs.map(({ id }, place) => [token(id), place]));
  /** By job: what is known of its result, until it was received. */
  const known = new Map<number, Result | { readonly seq: number }>();
  const answered = new Uint8Array(jobs.length);
  const problems: string[] = [];
  let [seq, done, missing, next, held] = [0, 0, jobs.length, 0, 0];
  const doorbell = bell();
  const subscription = queue.nc.subscribe(subjects.bell(batch.id), { callback: doorbell.ring });
  signal.addEventListener("abort", doorbell.ring);

  const take = async (place: number, result: Result): Promise<void> => {
    const job = jobs[place] as J;
    const bytes = await result.bytes();
    if (!bytes) {
      // Its parts were lost, or another command has taken them: it is done once more.
      await dropResult(queue, batch.id, token(job.id));
      answered[place] = 0;
      missing++;
      return;
    }
    let rest: J | undefined;
    try {
      rest = await receive(job, bytes);
    } catch (error) {
      if (error instanceof WrongAnswer) await dropResult(queue, batch.id, token(job.id));
      throw error;
    }
    await result.dropParts();
    if (rest) {
      jobs[place] = rest;
      places.delete(token(job.id));
      places.set(token(rest.id), place);
      answered[place] = 0;
      missing++;
      // Where an earlier command has queued the rest, its result may have been passed over.
      if (await hasResult(queue, batch.id, rest.id)) seq = 0;
      else await putJobs(queue, batch, [rest]);
      return;
    }
    done++;
    onDone(job, done);
  };

  const enter = async (result: Result): Promise<void> => {
    const place = places.get(result.job);
    if (place === undefined || answered[place]) return;
    answered[place] = 1;
    missing--;
    if (result.failure !== undefined) {
      problems.push(result.failure);
      await dropResult(queue, batch.id, result.job);
    } else if (!inOrder) await take(place, result);
    else {
      const isKept = held + result.size <= HELD;
      if (isKept) held += result.size;
      known.set(place, isKept ? result : { seq: result.seq });
      for (let ready = known.get(next); ready; ready = known.get(next)) {
        known.delete(next);
        if ("size" in ready) held -= ready.size;
        const whole = "bytes" in ready ? ready : await nextResult(queue, batch.id, ready.seq);
        if (whole) await take(next, whole);
        if (!answered[next]) break;
        next++;
      }
    }
  };

  try {
    let lookedFor = 0;
    let isQueued = false;
    while (missing > 0 && !signal.aborted) {
      const result = await nextResult(queue, batch.id, seq + 1);
      if (result) {
        seq = result.seq;
        await enter(result);
        continue;
      }
      if (!isQueued || (lookedFor > 1 && !(await hasJobs(queue, batch)))) {
        if (!(await batchOf(queue, batch.id))) {
          throw new UserError(1, "Its jobs were withdrawn (spiral queue --drop). The same command queues them again.");
        }
        if (isQueued) {
          // Before they are queued again: results may have been passed over, where the server counts them anew (mendGroup).
          isQueued = false;
          seq = 0;
          continue;
        }
        await putJobs(queue, batch, jobs, (place) => !answered[place] && !signal.aborted);
        isQueued = true;
        lookedFor = 0;
        continue;
      }
      const rang = await doorbell.wait(LOOK_AGAIN);
      lookedFor = rang ? 0 : lookedFor + 1;
      if (lookedFor === 5) await tellIfAlone(queue, batch, say);
      if (lookedFor > 0 && lookedFor % 5 === 0) await mendGroup(queue, batch);
    }
  } finally {
    signal.removeEventListener("abort", doorbell.ring);
    subscription.unsubscribe();
  }
  return { done, problems };
}

/** Says that nobody works, if it is so. */
async function tellIfAlone(queue: Queue, batch: Batch, say: (line: string) => void): Promise<void> {
  const workers = await presentWorkers(queue);
  if (workers.some((worker) => takes(batch, worker))) return;
  say(`No worker takes these jobs at present. They wait at ${queue.url}.`);
  for (const line of refusals(batch, workers).slice(0, 3)) say(line);
}

/** Whether a job of the batch is in the queue, taken or not. */
async function hasJobs(queue: Queue, batch: Batch): Promise<boolean> {
  const query = { next_by_subj: subjects.jobsOf(groupOf(batch), batch.id), seq: 1 };
  return (await insisting(queue, () => queue.jsm.direct.getMessage(JOBS, query))) !== null;
}

async function putJobs(
  queue: Queue,
  batch: Batch,
  jobs: readonly Job[],
  isWanted: (place: number) => boolean = () => true,
): Promise<void> {
  const group = groupOf(batch);
  await each(jobs.length, AT_ONCE, async (place) => {
    const job = jobs[place] as Job;
    if (isWanted(place)) await publishOnce(queue, subjects.job(group, batch.id, job.id), JSON.stringify(job));
  });
}

/** The batch of this id; undefined if it was finished or withdrawn. */
export async function batchOf(queue: Queue, id: string): Promise<BatchRecord | undefined> {
  const query = { last_by_subj: subjects.batch(id) };
  const message = await insisting(queue, () => queue.jsm.direct.getMessage(DATA, query));
  // An earlier version knows no needs.
  return message
    ? { ...message.json<BatchRecord>(), needs: message.json<Partial<BatchRecord>>().needs ?? [] }
    : undefined;
}

/** Removes all that the server has of a batch. */
export async function dropBatch(queue: Queue, batch: Batch): Promise<void> {
  const { jsm } = queue;
  const purge = (stream: string, filter: string) => insisting(queue, () => jsm.streams.purge(stream, { filter }));
  await purge(JOBS, subjects.jobsOf(groupOf(batch), batch.id));
  await purge(DATA, subjects.resultsOf(batch.id));
  await purge(DATA, subjects.disputesOf(batch.id));
  await purge(DATA, `spiral.blobs.${batch.id}.>`);
  await purge(DATA, subjects.batch(batch.id));
}
