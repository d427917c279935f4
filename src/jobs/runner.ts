/** The seam between a command that has many pieces of work and what does them: this machine (local.ts) or a queue (queue/). */
import { UserError } from "../util/errors.ts";

/** A piece of work that depends on no other. It is plain data, so that another process or machine can run it. */
export interface Job {
  /** Unique in a list of jobs. */
  readonly id: string;
}

export interface RunOptions<J extends Job> {
  /** No job is started after it is aborted. */
  readonly signal: AbortSignal;
  /** Called after each job, with the number of jobs that are done. */
  readonly onDone: (job: J, done: number) => void;
}

interface Outcome {
  readonly done: number;
  /** Why jobs failed. */
  readonly problems: readonly string[];
}

/** Starts the jobs in their order. Resolves when all are done, some have failed, or the signal is aborted. */
export type JobRunner<J extends Job> = (jobs: readonly J[], options: RunOptions<J>) => Promise<Outcome>;

/** What a worker has sent is no answer to its job. It is thrown away, so that the job can be done again. */
export class WrongAnswer extends UserError {}
