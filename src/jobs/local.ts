/** Runs jobs on this machine, several at once, until all are done, one has failed or a signal is aborted. */
import { UserError } from "../util/errors.ts";

/** A piece of work that depends on no other. It is plain data, so that another process or machine can run it. */
export interface Job {
  /** Unique in a list of jobs. */
  readonly id: string;
}

export interface LocalOptions<J extends Job> {
  /** How many jobs run at once. */
  readonly atOnce: number;
  /** Runs one job. Rejects with a UserError if it fails. The owner of `signal` stops the jobs that are running. */
  readonly run: (job: J) => Promise<void>;
  /** No job is started after it is aborted. */
  readonly signal: AbortSignal;
  /** Called after each job, with the number of jobs that are done. */
  readonly onDone: (job: J, done: number) => void;
}

export interface Outcome {
  readonly done: number;
  /** Why jobs failed. No job is started after the first failure. */
  readonly problems: readonly string[];
}

/** Starts the jobs in their order. Resolves when none is running. Rejects at once if `run` throws anything but a UserError. */
export async function runLocally<J extends Job>(
  jobs: readonly J[],
  { atOnce, run, signal, onDone }: LocalOptions<J>,
): Promise<Outcome> {
  const queue = [...jobs];
  const problems: string[] = [];
  let done = 0;
  const worker = async (): Promise<void> => {
    while (problems.length === 0 && !signal.aborted) {
      const job = queue.shift();
      if (!job) return;
      try {
        await run(job);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        // A job that ends because of the signal has not failed.
        if (!signal.aborted) problems.push(...error.problems);
        return;
      }
      done++;
      onDone(job, done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, jobs.length) }, worker));
  return { done, problems };
}
