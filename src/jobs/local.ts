/** Runs jobs on this machine, several at once, until all are done, one has failed or a signal is aborted. */
import { UserError } from "../util/errors.ts";
import type { Job, JobRunner } from "./runner.ts";

interface LocalOptions<J extends Job> {
  /** How many jobs run at once. */
  readonly atOnce: number;
  /** Runs one job. Rejects with a UserError if it fails. The owner of the signal stops the jobs that are running. */
  readonly run: (job: J) => Promise<void>;
}

/**
 * No job is started after the first failure; the runner resolves when none is running. It rejects at once if `run` throws
 * anything but a UserError.
 */
export function localRunner<J extends Job>({ atOnce, run }: LocalOptions<J>): JobRunner<J> {
  return async (jobs, { signal, onDone }) => {
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
  };
}
