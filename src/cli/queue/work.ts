/** A worker: connects, takes jobs, and does each in a process of its own, so that its claims are renewed while they compute. */
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { connectQueue, type QueueAddress } from "../../jobs/queue/connection.ts";
import { workAt } from "../../jobs/queue/worker.ts";
import type { Job } from "../../jobs/runner.ts";
import { UserError } from "../../util/errors.ts";
import { errnoOf, makeFolders } from "../../util/files.ts";
import { note, warn } from "../terminal/output.ts";
import type { QueuedAnswers } from "./answers-job.ts";
import { answersForQueue } from "./answers-work.ts";
import { ownBuild } from "./build.ts";
import type { QueuedGames } from "./games-job.ts";
import { gamePlayers } from "./games-work.ts";
import { type Endpoints, hasOf } from "./sent-models.ts";
import { type QueuedTraining, trainForQueue } from "./trainings.ts";

/** Every kind of job. */
type QueuedJob = QueuedTraining | QueuedGames | QueuedAnswers;

interface WorkerSettings {
  readonly atOnce: number;
  readonly signal: AbortSignal;
  readonly idle: number | undefined;
  /** The folder in which the worker makes its own. */
  readonly parent: string;
  /** Of language models, and the --players file that they are from. */
  readonly endpoints: Endpoints;
  readonly models: string | undefined;
}

/** Of the folders of workers on this machine; the process id follows. */
const PREFIX = `spiral-worker-${hostname()}-`;

/** Removes what workers of this machine have left that were killed. */
function sweepScratch(parent: string): void {
  for (const name of readdirSync(parent).filter((one) => one.startsWith(PREFIX))) {
    const pid = Number.parseInt(name.slice(PREFIX.length), 10);
    try {
      process.kill(pid, 0); // Signal 0 only checks whether the process exists.
    } catch (error) {
      if (errnoOf(error) === "ESRCH") rmSync(join(parent, name), { recursive: true, force: true });
    }
  }
}

/** → the number of jobs that were done */
export async function workInProcesses(
  address: QueueAddress,
  { atOnce, signal, idle, parent, endpoints, models }: WorkerSettings,
): Promise<number> {
  const queue = await connectQueue(address, "spiral worker");
  makeFolders(parent);
  sweepScratch(parent);
  const scratch = mkdtempSync(join(parent, `${PREFIX}${process.pid}-`));
  const children = new Set<ChildProcess>();
  const endAll = (): void => {
    for (const child of children) child.kill("SIGKILL");
    rmSync(scratch, { recursive: true, force: true });
  };
  process.on("exit", endAll);
  const games = gamePlayers(queue, scratch, children, models);
  try {
    const build = await ownBuild();
    const name = `${hostname()}, process ${process.pid}`;
    note(`Spiral ${build.version}, ${atOnce} at a time, waits for jobs at ${queue.url}. Ctrl-C ends it.`);
    return await workAt({
      ...{ queue, build, has: hasOf(endpoints), name, atOnce, signal, idle },
      work(job, batch) {
        const known = job as Job & Partial<QueuedJob>;
        if (known.kind === "train") return trainForQueue(known as QueuedTraining, scratch, children);
        if (known.kind === "games") return games(known as QueuedGames, batch);
        if (known.kind === "answers") return answersForQueue(known as QueuedAnswers, endpoints);
        throw new UserError(1, "this worker does not know that kind of job");
      },
      onJob: ({ id }, problem) => (problem === undefined ? note(`done: ${id}`) : warn(problem)),
      onLack: (what) => note(`Jobs that need ${what.join(" and ")} go to other workers: this one does not have it.`),
    });
  } finally {
    process.off("exit", endAll);
    endAll();
    await queue.nc.close();
  }
}
