/**
 * An executor that plays in this thread and in worker threads. Each plan's episodes are partitioned over the threads
 * (partition.ts). Workers receive jobs and send results, both as plain data (job.ts). The random draws of an episode depend
 * on its number alone, so the trajectories are the same, byte for byte, for any number of workers.
 *
 * Starting workers and sending jobs cost time. With a `clock`, the workers are started only once playing has taken as long as a
 * start, and where batches are alike, the pool measures whether the workers save more than sending costs.
 *
 * If a worker dies, its jobs are played again in this thread, and another worker is started.
 */
import { Worker } from "node:worker_threads";
import { MAX_CACHED_NODES } from "../graph/game-graph.ts";
import type { BackendName } from "../nn/backend.ts";
import { FasterOfTwo } from "../util/faster-of-two.ts";
import { assemble, type Part } from "./assemble.ts";
import { InfosetIds, type JobResult, jobOf } from "./job.ts";
import { partition, type Share } from "./partition.ts";
import type { Executor, Plan, Trajectories } from "./plan.ts";
import { SentRecipes } from "./recipes.ts";
import { newSlice, playSlices } from "./slice.ts";
import type { WorkerBatch, WorkerSettings } from "./worker-messages.ts";

export interface PoolOptions {
  /** Number of worker threads, beside this thread. */
  readonly workers: number;
  /** The backend that this thread uses. Its logits for a row must not depend on the other rows of a batch. */
  readonly backend: BackendName;
  /** Called once if no worker can run; the pool then plays everything in this thread. */
  readonly warn: (message: string) => void;
  /** Tells milliseconds. Without one, the workers are started after the first batch. */
  readonly clock?: () => number;
  /** Whether batches are of similar size: with a clock they are timed, and played in this thread alone as long as that is faster. */
  readonly areAlike?: boolean;
  /** Between batches, a worker replaces a graph larger than this by an empty one. */
  readonly maxNodes?: number;
  /** Replaces worker.ts, in tests. */
  readonly program?: URL;
}

/** Number of deaths, without a batch played in between, after which no more workers are started. */
const MAX_DEATHS = 3;
/** About the milliseconds that the start of a worker takes. */
const START = 100;
/** A worker's new objects are short-lived, so a small young generation suffices and saves memory. */
const RESOURCES = { maxYoungGenerationSizeMb: 8 };

interface Thread {
  readonly worker: Worker;
  isReady: boolean;
  readonly infosetIds: InfosetIds;
  /** Settles the current batch; called without results if the worker died. */
  done: ((results?: readonly JobResult[]) => void) | undefined;
}

export class WorkerPool implements Executor {
  readonly #options: PoolOptions;
  #threads: Thread[] = [];
  readonly #faster: FasterOfTwo | undefined;
  #deaths = 0;
  #isStarted = false;
  /** Milliseconds of play before the workers are started. */
  #played = 0;
  #isClosed = false;
  #whenReady: (() => void)[] = [];

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#faster = options.clock && options.areAlike ? new FasterOfTwo(options.clock) : undefined;
  }

  /** Starts the workers once, after a batch, so that its result does not wait until they are loaded. */
  #startAll(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    for (let i = 0; i < this.#options.workers; i++) this.#start();
  }

  /** Number of workers, whether ready or still starting. */
  get size(): number {
    return this.#threads.length;
  }

  /** Resolves when every worker is ready or has failed. `play` does not wait for it. */
  async ready(): Promise<void> {
    this.#startAll();
    if (this.#threads.some(({ isReady }) => !isReady)) await new Promise<void>((done) => this.#whenReady.push(done));
  }

  async play(plans: readonly Plan[]): Promise<Trajectories[]> {
    const { clock } = this.#options;
    const began = this.#isStarted ? 0 : (clock?.() ?? 0);
    const ready = this.#threads.filter(({ isReady }) => isReady);
    // Batches are timed only once all workers are ready.
    const faster = ready.length > 0 && ready.length === this.#threads.length ? this.#faster : undefined;
    const threads = faster?.begin() === 0 ? [] : ready;
    const [own, ...others] = partition(plans, threads.length + 1);
    const recipes = new SentRecipes();
    const pending = others.map((shares, k) => playThere(threads[k], shares, recipes));
    const parts: Part[][] = plans.map(() => []);
    const keep = (shares: readonly Share[], played: readonly Part[]) =>
      shares.forEach(({ place }, i) => {
        parts[place].push(played[i]);
      });
    keep(own, playHere(own));
    for (const [k, shares] of others.entries()) keep(shares, (await pending[k]) ?? playHere(shares));
    const trajectories = plans.map((plan, place) => assemble(plan, parts[place]));
    faster?.end();
    if (!this.#isStarted) this.#played += clock ? clock() - began : START;
    if (this.#played >= START) this.#startAll();
    return trajectories;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #start(): void {
    const here = import.meta.url;
    const program = this.#options.program ?? new URL(here.endsWith(".ts") ? "./worker.ts" : "./worker.js", here);
    const { backend, maxNodes = MAX_CACHED_NODES } = this.#options;
    const workerData: WorkerSettings = { backend, maxNodes };
    const worker = new Worker(program, { workerData, resourceLimits: RESOURCES });
    const thread: Thread = { worker, isReady: false, infosetIds: new InfosetIds(), done: undefined };
    let reason = "";
    // An idle worker must not keep the process alive.
    worker.unref();
    worker.on("message", (message: "ready" | readonly JobResult[]) => {
      if (message === "ready") {
        thread.isReady = true;
        this.#settleReady();
        return;
      }
      this.#deaths = 0;
      worker.unref();
      thread.done?.(message);
    });
    worker.on("error", (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on("exit", (code) => {
      if (this.#isClosed) return;
      this.#threads = this.#threads.filter((other) => other !== thread);
      this.#deaths += 1;
      if (this.#deaths < MAX_DEATHS) this.#start();
      else if (this.#deaths === MAX_DEATHS) {
        this.#options.warn(
          `Worker threads stop (${reason || `exit code ${code}`}); everything is played in the main thread, with the same results.`,
        );
      }
      this.#settleReady();
      thread.done?.();
    });
    this.#threads.push(thread);
  }

  #settleReady(): void {
    if (this.#threads.some(({ isReady }) => !isReady)) return;
    for (const done of this.#whenReady) done();
    this.#whenReady = [];
  }
}

/** The parts that the worker plays; undefined if it dies. */
async function playThere(thread: Thread, shares: readonly Share[], recipes: SentRecipes): Promise<Part[] | undefined> {
  if (shares.length === 0) return [];
  const jobs = shares.map(({ plan, from, to }) => jobOf(plan, from, to, recipes));
  const results = await send(thread, { jobs, weights: recipes.weights });
  return results && shares.map(({ plan }, i) => thread.infosetIds.partOf(plan, results[i]));
}

function send(thread: Thread, batch: WorkerBatch): Promise<readonly JobResult[] | undefined> {
  return new Promise((resolve) => {
    thread.done = (results) => {
      thread.done = undefined;
      resolve(results);
    };
    thread.worker.ref();
    thread.worker.postMessage(batch);
  });
}

function playHere(shares: readonly Share[]): Part[] {
  return playSlices(shares.map(({ plan, from, to }) => newSlice(plan, from, to)));
}
