/**
 * Takes jobs from a queue and works on them, several at once. Delivery is at least once: a claim that is not renewed lapses, and the
 * job is given to another worker. The result is stored before the job is acknowledged, and only the first result of a job is
 * stored, so the effect is exactly once.
 */
import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsMsg } from "@nats-io/jetstream";
import { UserError } from "../../util/errors.ts";
import type { Job } from "../runner.ts";
import { bell } from "./bell.ts";
import { type Queue, queueError } from "./connection.ts";
import { batchOf } from "./coordinator.ts";
import { type Group, groupsOf, lacking } from "./groups.ts";
import { answerPresence, type Build } from "./presence.ts";
import { type Answer, hasResult, putResult, type WorkersResult } from "./results.ts";
import { RENEW, subjects } from "./streams.ts";

/** A job that has come to no end so often is given up. */
const DELIVERIES = 3;
/** Milliseconds of one request for a job, and before a failed job or request is tried again. */
const ASK = 5000;
/** The shortest request that the client of NATS makes. Workers that take from several groups ask each for so long. */
const SHORTEST = 1000;
const TRY_AGAIN = 500;

export interface WorkOptions {
  readonly queue: Queue;
  readonly build: Build;
  /** What it has of that which jobs may need (groups.ts). */
  readonly has: readonly string[];
  /** `HOST, process 4711`. */
  readonly name: string;
  readonly atOnce: number;
  /** Does a job of a batch. Rejects with a UserError if it cannot be done. */
  readonly work: (job: Job, batch: string) => Promise<Answer>;
  /** No job is taken after it is aborted; those under way are finished. */
  readonly signal: AbortSignal;
  /** Milliseconds without a job after which the worker ends; undefined for never. */
  readonly idle: number | undefined;
  /** Called after each job; `problem`: why it failed, or what is wrong with its answer. */
  readonly onJob?: (job: Job, problem: string | undefined) => void;
  /** Called once for each group of jobs that the worker leaves to others, with what it lacks. */
  readonly onLack?: (what: readonly string[]) => void;
}

/** → the number of jobs that were done. Rejects with a UserError (exit 1) if the server is gone or refuses. */
export async function workAt(options: WorkOptions): Promise<number> {
  const { queue, build, has, name, atOnce, idle, onJob = () => {} } = options;
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  // Every request for a job listens to this signal.
  setMaxListeners(0, signal);
  const askingOf = asking({ ...options, signal });
  const running: string[] = [];
  const count = { done: 0, failed: 0 };
  answerPresence(queue, () => ({ name, build, has, atOnce, running: [...running], ...count }));
  let idleTimer: NodeJS.Timeout | undefined;
  const waitForJobs = (): void => {
    clearTimeout(idleTimer);
    if (idle !== undefined && running.length === 0) idleTimer = setTimeout(() => ended.abort(), idle);
  };
  const told = (job: Job, isDone: boolean, problem: string | undefined): void => {
    count[isDone ? "done" : "failed"]++;
    onJob(job, problem);
  };
  const lane = async (next: ReturnType<typeof askingOf>): Promise<void> => {
    let sending = Promise.resolve();
    while (!signal.aborted) {
      const message = await next(has.length === 0 ? ASK : SHORTEST);
      if (!message) continue;
      const [, , , batch = ""] = message.subject.split(".");
      const before = sending;
      running.push(batch);
      clearTimeout(idleTimer);
      // The result is sent while the next job is done.
      await new Promise<void>((worked) => {
        sending = oneJob(message, batch, options, worked, told);
        sending.catch(() => {});
      });
      running.splice(running.indexOf(batch), 1);
      waitForJobs();
      await before;
    }
    await sending;
  };
  waitForJobs();
  // A lane that fails ends the others.
  const lanes = Array.from({ length: atOnce }, (_, i) => lane(askingOf(i)).finally(() => ended.abort()));
  const outcomes = await Promise.allSettled(lanes);
  clearTimeout(idleTimer);
  const failure = outcomes.find((outcome) => outcome.status === "rejected");
  if (failure) throw failure.reason;
  return count.done;
}

/**
 * → by lane, a function that asks for a job; undefined if there was none in time, the signal was aborted, or the server was away.
 * A lane asks the group that had the last job, and the next one where that has no more.
 */
function asking(options: WorkOptions) {
  const { queue, build, signal } = options;
  const groupsNow = lookingFor(options);
  const begun = bell();
  // All lanes wait for one look, and where there is nothing for one bell.
  const look = async (milliseconds: number): Promise<readonly Group[]> => {
    const groups = await groupsNow();
    if (groups.length === 0) await begun.wait(milliseconds);
    return groups;
  };
  let looking: Promise<readonly Group[]> | undefined;
  queue.nc.subscribe(subjects.begun(build.id), { callback: begun.ring });
  signal.addEventListener("abort", begun.ring);
  return (lane: number) => {
    let turn = lane;
    return async (milliseconds: number): Promise<JsMsg | undefined> => {
      looking ??= look(milliseconds);
      const looked = looking;
      const groups = await looked;
      const group = groups[turn % groups.length];
      try {
        if (group && !signal.aborted) {
          const message = await unlessAborted(group.consumer.next({ expires: milliseconds }), signal);
          if (message) return message;
          turn++;
        }
      } catch (error) {
        if (queue.nc.isClosed()) throw queueError(error, queue.url);
        await sleep(TRY_AGAIN);
      }
      // There may be other groups now, or these were lost, as after a start with another store.
      if (looking === looked) looking = undefined;
      return undefined;
    };
  };
}

/** → a function that finds the groups that the worker takes from, and tells of others once */
function lookingFor({ queue, build, has, onLack = () => {} }: WorkOptions) {
  const known = new Map<string, readonly string[]>();
  const told = new Set<string>();
  return async (): Promise<readonly Group[]> => {
    const groups = await groupsOf(queue, build.id, known);
    return groups.filter(({ needs }) => {
      const lack = lacking(needs, has);
      if (lack.length > 0 && !told.has(lack.join())) onLack(lack);
      told.add(lack.join());
      return lack.length === 0;
    });
  };
}

/** A job that comes after the signal is given back. */
async function unlessAborted(asked: Promise<JsMsg | null>, signal: AbortSignal): Promise<JsMsg | undefined> {
  let stop = (): void => {};
  const stopped = new Promise<null>((resolve) => {
    stop = () => resolve(null);
    signal.addEventListener("abort", stop);
  });
  try {
    const message = await Promise.race([asked, stopped]);
    if (signal.aborted) asked.then((late) => late?.nak()).catch(() => {});
    return (signal.aborted ? undefined : message) ?? undefined;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Does a job, calls `worked`, and sends the result. */
async function oneJob(
  message: JsMsg,
  batch: string,
  { queue, work, name }: WorkOptions,
  worked: () => void,
  told: (job: Job, isDone: boolean, problem: string | undefined) => void,
): Promise<void> {
  const claim = setInterval(() => message.working(), RENEW);
  try {
    const job = jobIn(message);
    if (!job) return message.term();
    const nth = message.info.deliveryCount;
    // Delivered again after all, or queued again by a command just as the result came.
    if (await hasResult(queue, batch, job.id)) return message.ack();
    const result = nth > DELIVERIES ? { failure: abandoned(job) } : await outcomeOf(work, job, batch);
    worked();
    if ("failure" in result && nth < DELIVERIES) return message.nak(TRY_AGAIN);
    // The batch may have been withdrawn meanwhile.
    if (!(await batchOf(queue, batch))) return message.term();
    const dispute = await putResult(queue, batch, job.id, result, name);
    await message.ackAck().catch(() => {});
    const failure = "failure" in result ? result.failure : undefined;
    told(job, failure === undefined, failure ?? dispute);
  } finally {
    clearInterval(claim);
    worked();
  }
}

const abandoned = ({ id }: Job): string =>
  `${id} was begun ${DELIVERIES} times, and each time its worker was gone before it had ended.`;

async function outcomeOf(work: WorkOptions["work"], job: Job, batch: string): Promise<WorkersResult> {
  try {
    return await work(job, batch);
  } catch (error) {
    if (!(error instanceof UserError)) return { failure: `${job.id}: internal error: ${String(error)}` };
    return { failure: `${job.id}: ${error.problems.join(" ")}` };
  }
}

function jobIn(message: JsMsg): Job | undefined {
  try {
    const job = message.json() as Job;
    return typeof job.id === "string" ? job : undefined;
  } catch {
    return undefined;
  }
}
