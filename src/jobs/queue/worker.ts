/**
 * Takes jobs from a queue and works on them, several at once. Delivery is at least once: a claim that is not renewed lapses, and the
 * job is given to another worker. The result is stored before the job is acknowledged, and only the first result of a job is
 * stored, so the effect is exactly once.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Consumer, JsMsg } from "@nats-io/jetstream";
import { UserError } from "../../util/errors.ts";
import type { Job } from "../runner.ts";
import { type Queue, queueError } from "./connection.ts";
import { batchOf } from "./coordinator.ts";
import { answerPresence, type Build } from "./presence.ts";
import { hasResult, putResult } from "./results.ts";
import { JOBS, makeConsumer, makeStreams, RENEW } from "./streams.ts";

/** A job that has come to no end so often is given up. */
const DELIVERIES = 3;
/** Milliseconds of one request for a job, and before a failed job is tried again. */
const ASK = 5000;
const TRY_AGAIN = 500;

export interface WorkOptions {
  readonly queue: Queue;
  readonly build: Build;
  /** `HOST, process 4711`. */
  readonly name: string;
  readonly atOnce: number;
  /** Does a job of a batch. Rejects with a UserError if it cannot be done. */
  readonly work: (job: Job, batch: string) => Promise<Uint8Array>;
  /** No job is taken after it is aborted; those under way are finished. */
  readonly signal: AbortSignal;
  /** Milliseconds without a job after which the worker ends; undefined for never. */
  readonly idle: number | undefined;
  /** Called after each job. */
  readonly onJob?: (job: Job, failure: string | undefined) => void;
}

/** → the number of jobs that were done. Rejects with a UserError (exit 1) if the server is gone or refuses. */
export async function workAt(options: WorkOptions): Promise<number> {
  const { queue, build, name, atOnce, signal, idle } = options;
  await makeStreams(queue);
  await makeConsumer(queue, build.id);
  const running: string[] = [];
  const count = { done: 0, failed: 0 };
  answerPresence(queue, () => ({ name, build, atOnce, running: [...running], ...count }));
  const ended = new AbortController();
  let quiet = 0;
  const stopped = new Promise<undefined>((resolve) => {
    signal.addEventListener("abort", () => resolve(undefined));
  });
  const lane = async (): Promise<void> => {
    const next = asking(queue, build);
    while (!signal.aborted && !ended.signal.aborted) {
      const asked = idle === undefined ? ASK : Math.min(ASK, Math.max(1000, idle));
      const answer = next(asked);
      // What comes after the signal is given back.
      answer.then((late) => signal.aborted && late?.nak()).catch(() => {});
      const message = await Promise.race([answer, stopped]);
      if (!message || signal.aborted) {
        if (running.length === 0) quiet += asked / atOnce;
        if (idle !== undefined && quiet >= idle) return;
        continue;
      }
      quiet = 0;
      const [, , , batch = ""] = message.subject.split(".");
      running.push(batch);
      try {
        const failed = await oneJob(message, batch, options);
        if (failed !== undefined) count[failed ? "failed" : "done"]++;
      } finally {
        running.splice(running.indexOf(batch), 1);
      }
    }
  };
  const lanes = Array.from({ length: atOnce }, () =>
    lane().catch((error: unknown) => {
      ended.abort();
      throw error;
    }),
  );
  const outcomes = await Promise.allSettled(lanes);
  const failure = outcomes.find((outcome) => outcome.status === "rejected");
  if (failure) throw failure.reason;
  return count.done;
}

/** → a function that asks for a job; undefined if there was none in time, or the server was away */
function asking(queue: Queue, build: Build): (milliseconds: number) => Promise<JsMsg | undefined> {
  let consumer: Consumer | undefined;
  return async (milliseconds) => {
    try {
      consumer ??= await queue.js.consumers.get(JOBS, build.id);
      return (await consumer.next({ expires: milliseconds })) ?? undefined;
    } catch (error) {
      if (queue.nc.isClosed()) throw queueError(error, queue.url);
      consumer = undefined;
      await sleep(TRY_AGAIN);
      return undefined;
    }
  };
}

/** → whether it failed; undefined if it was somebody else's, or is tried again */
async function oneJob(message: JsMsg, batch: string, options: WorkOptions): Promise<boolean | undefined> {
  const { queue, work, onJob = () => {} } = options;
  const job = jobIn(message);
  if (!job || !(await batchOf(queue, batch))) {
    message.term();
    return undefined;
  }
  const nth = message.info.deliveryCount;
  if (nth > 1 && (await hasResult(queue, batch, job.id))) {
    message.ack();
    return undefined;
  }
  const claim = setInterval(() => message.working(), RENEW);
  try {
    const result = nth > DELIVERIES ? { failure: abandoned(job) } : await outcomeOf(work, job, batch);
    if ("failure" in result && nth < DELIVERIES) {
      message.nak(TRY_AGAIN);
      return undefined;
    }
    await putResult(queue, batch, job.id, result);
    await message.ackAck().catch(() => {});
    const failure = "failure" in result ? result.failure : undefined;
    onJob(job, failure);
    return failure !== undefined;
  } finally {
    clearInterval(claim);
  }
}

const abandoned = ({ id }: Job): string =>
  `${id} was begun ${DELIVERIES} times, and each time its worker was gone before it had ended.`;

async function outcomeOf(work: WorkOptions["work"], job: Job, batch: string) {
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
