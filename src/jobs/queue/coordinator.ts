/**
 * Hands jobs to a queue and takes the results. All state is on the server and in the files of the caller: a coordinator that was
 * killed is run again, reads the results that came meanwhile, and queues only what has neither a result nor a place in the queue.
 */
import { UserError } from "../../util/errors.ts";
import type { Job, JobRunner, RunOptions } from "../runner.ts";
import type { Queue } from "./connection.ts";
import { type Build, presentWorkers, refusals } from "./presence.ts";
import { dropResult, nextResult, type Result } from "./results.ts";
import {
  DATA,
  dropBatch,
  insisting,
  JOBS,
  makeConsumer,
  makeStreams,
  publishOnce,
  subjects,
  token,
} from "./streams.ts";

/** The work of one command. */
export interface Batch {
  /** The same for the same command in the same place. Letters and digits. */
  readonly id: string;
  /** What the command does and where, for people. */
  readonly about: string;
  readonly build: Build;
}

/** The batch as the server keeps it. */
export interface BatchRecord extends Batch {
  /** Jobs in all when it was begun. */
  readonly jobs: number;
}

interface QueueOptions<J extends Job> {
  readonly queue: Queue;
  readonly batch: Batch;
  /** Stores a result for good. When it resolves, the server may forget it. */
  readonly receive: (job: J, bytes: Uint8Array) => Promise<void>;
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
    await makeConsumer(queue, batch.build.id);
    await refuseOthers(options);
    const record: BatchRecord = { ...batch, jobs: jobs.length };
    await publishOnce(queue, subjects.batch(batch.id), JSON.stringify(record));
    const outcome = await takeResults(jobs, options, run);
    if (outcome.done === jobs.length) await dropBatch(queue, batch.build.id, batch.id);
    return outcome;
  };
}

/** Throws if there are workers and none of them can take the jobs. */
async function refuseOthers({ queue, batch: { build }, say }: Pick<QueueOptions<Job>, "queue" | "batch" | "say">) {
  const workers = await presentWorkers(queue);
  const others = workers.filter((worker) => worker.build.id !== build.id);
  if (workers.length === 0) say(`No worker is there yet. On each machine: spiral worker --queue nats://${queue.url}`);
  const lines = refusals(build, others);
  if (others.length === 0 || others.length < workers.length) {
    for (const line of lines.slice(0, 3)) say(`${line} It gets none of these jobs.`);
    return;
  }
  const hint = "Start workers of this Spiral, and run the same command. Nothing was queued now.";
  throw new UserError(1, [`No worker at ${queue.url} can take these jobs.`, ...lines.slice(0, 3), hint]);
}

async function takeResults<J extends Job>(
  jobs: readonly J[],
  { queue, batch, receive, inOrder, say }: QueueOptions<J>,
  { signal, onDone }: RunOptions<J>,
) {
  const places = new Map(jobs.map(({ id }, place) => [token(id), place]));
  /** By job: what is known of its result, until it was received. */
  const known = new Map<number, Result | { readonly seq: number }>();
  const answered = new Uint8Array(jobs.length);
  const problems: string[] = [];
  let [seq, done, missing, next, held] = [0, 0, jobs.length, 0, 0];
  const doorbell = bell();
  const subscription = queue.nc.subscribe(subjects.resultsOf(batch.id), { callback: doorbell.ring });
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
    await receive(job, bytes);
    await result.dropParts();
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
        await putJobs(queue, batch, jobs, (place) => !answered[place] && !signal.aborted);
        isQueued = true;
        lookedFor = 0;
        continue;
      }
      const rang = await doorbell.wait(LOOK_AGAIN);
      lookedFor = rang ? 0 : lookedFor + 1;
      if (lookedFor === 5) await tellIfAlone(queue, batch.build, say);
    }
  } finally {
    signal.removeEventListener("abort", doorbell.ring);
    subscription.unsubscribe();
  }
  return { done, problems };
}

/** Says once in a while that nobody works. */
async function tellIfAlone(queue: Queue, build: Build, say: (line: string) => void): Promise<void> {
  const workers = await presentWorkers(queue);
  if (workers.some((worker) => worker.build.id === build.id)) return;
  say(`No worker takes these jobs at present. They wait at ${queue.url}.`);
  for (const line of refusals(build, workers).slice(0, 3)) say(line);
}

/** Whether a job of the batch is in the queue, taken or not. */
async function hasJobs(queue: Queue, { id, build }: Batch): Promise<boolean> {
  const query = { next_by_subj: subjects.jobsOf(build.id, id), seq: 1 };
  return (await insisting(queue, () => queue.jsm.direct.getMessage(JOBS, query))) !== null;
}

async function putJobs(
  queue: Queue,
  { id, build }: Batch,
  jobs: readonly Job[],
  isWanted: (place: number) => boolean,
): Promise<void> {
  let place = 0;
  const lane = async (): Promise<void> => {
    while (place < jobs.length) {
      const mine = place++;
      const job = jobs[mine] as Job;
      if (isWanted(mine)) await publishOnce(queue, subjects.job(build.id, id, job.id), JSON.stringify(job));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, jobs.length) }, lane));
}

/** The batch of this id; undefined if it was finished or withdrawn. */
export async function batchOf(queue: Queue, id: string): Promise<BatchRecord | undefined> {
  const query = { last_by_subj: subjects.batch(id) };
  const message = await insisting(queue, () => queue.jsm.direct.getMessage(DATA, query));
  return message ? (message.json() as BatchRecord) : undefined;
}

/** Something to wait for that may ring before anybody waits. */
function bell() {
  let rang = false;
  let wake = (): void => {};
  return {
    ring: (): void => {
      rang = true;
      wake();
    },
    /** → whether it rang within the time */
    async wait(milliseconds: number): Promise<boolean> {
      if (!rang) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      const did = rang;
      rang = false;
      return did;
    },
  };
}
