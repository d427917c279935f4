/** Runs jobs on this machine, some at a time, until all are done, one has failed or a signal says to stop. */
import { UserError } from "../util/errors.ts";

/** A piece of work that depends on no other, as plain data: another process or machine can take it. */
export interface Job {
  /** No other job of the list has it. */
  readonly id: string;
}

export interface LocalOptions<J extends Job> {
  /** Jobs under way at once. */
  readonly atOnce: number;
  /** Does one; rejects with a UserError where that fails. Whoever aborts the signal ends what is under way. */
  readonly run: (job: J) => Promise<void>;
  /** Once it is aborted no more jobs are begun. */
  readonly signal: AbortSignal;
  /** Called as each job is done; `done` jobs are by then. */
  readonly onDone: (job: J, done: number) => void;
}

export interface Outcome {
  readonly done: number;
  /** Of the jobs that failed. After the first no more are begun. */
  readonly problems: readonly string[];
}

/** Runs the jobs in their order. Resolves when none is under way any longer; rejects at once where `run` has a bug. */
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
