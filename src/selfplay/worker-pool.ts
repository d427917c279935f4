/**
 * Self-play over worker threads. A plan's episodes are cut into slices for this thread and the workers that are ready
 * (partition.ts). What a game draws depends on its number alone, so the trajectories are the same, byte for byte, for any
 * number of workers. Jobs go out and results come back as plain data (job.ts).
 *
 * Sending jobs takes time, too: with a `clock` the pool finds out whether it pays.
 *
 * A worker that dies costs nothing but time: its jobs are played again here, and another worker takes its place.
 */
import { Worker } from "node:worker_threads";
import { MAX_CACHED_NODES } from "../graph/game-graph.ts";
import type { BackendName } from "../nn/backend.ts";
import { Quicker } from "../util/quicker.ts";
import { assemble, type Part } from "./assemble.ts";
import { type JobResult, jobOf, Translation } from "./job.ts";
import { partition, type Share } from "./partition.ts";
import type { Executor, Plan, Trajectories } from "./plan.ts";
import { SentRecipes } from "./policy-makers.ts";
import { newSlice, playSlices } from "./slice.ts";
import type { WorkerBatch, WorkerSettings } from "./worker.ts";

export interface PoolOptions {
  /** Threads beside this one. */
  readonly workers: number;
  /** The one that runs in this thread; its logits must not depend on which rows are asked about together. */
  readonly backend: BackendName;
  /** Told, once, where workers cannot be had; the pool then plays everything in this thread. */
  readonly warn: (message: string) => void;
  /** Where batches are alike: times them, and plays them in this thread alone as long as that is quicker. */
  readonly clock?: () => number;
  /** A worker's graph larger than this is begun anew between batches. */
  readonly maxNodes?: number;
  /** Another program for the workers, to test with. */
  readonly program?: URL;
}

/** Deaths in a row, no batch played in between, after which no more workers are made. */
const MAX_DEATHS = 3;
/** New objects live briefly here; a small nursery keeps a worker's memory small. */
const RESOURCES = { maxYoungGenerationSizeMb: 8 };

interface Thread {
  readonly worker: Worker;
  isReady: boolean;
  readonly translation: Translation;
  /** Settles the batch under way; called without results where the worker died. */
  done: ((results?: readonly JobResult[]) => void) | undefined;
}

export class WorkerPool implements Executor {
  readonly #options: PoolOptions;
  #threads: Thread[] = [];
  readonly #quicker: Quicker | undefined;
  #deaths = 0;
  #isStarted = false;
  #isClosed = false;
  #whenReady: (() => void)[] = [];

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#quicker = options.clock && new Quicker(options.clock);
  }

  /** Starts the workers, once: after the first batch, whose result need not wait while they load. */
  #startAll(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    for (let i = 0; i < this.#options.workers; i++) this.#start();
  }

  /** Workers there are, ready or about to be. */
  get size(): number {
    return this.#threads.length;
  }

  /** When every worker is ready, or known not to be had. Nothing needs to wait for this. */
  async ready(): Promise<void> {
    this.#startAll();
    if (this.#threads.some(({ isReady }) => !isReady)) await new Promise<void>((done) => this.#whenReady.push(done));
  }

  async play(plans: readonly Plan[]): Promise<Trajectories[]> {
    const ready = this.#threads.filter(({ isReady }) => isReady);
    // Timed once all are there.
    const quicker = ready.length > 0 && ready.length === this.#threads.length ? this.#quicker : undefined;
    const threads = quicker?.begin() === 0 ? [] : ready;
    const [own, ...others] = partition(plans, threads.length + 1) as [Share[], ...Share[][]];
    const recipes = new SentRecipes();
    const pending = others.map((shares, k) => playThere(threads[k] as Thread, shares, recipes));
    const parts: Part[][] = plans.map(() => []);
    const keep = (shares: readonly Share[], played: readonly Part[]) =>
      shares.forEach(({ place }, i) => {
        parts[place]?.push(played[i] as Part);
      });
    keep(own, playHere(own));
    for (const [k, shares] of others.entries()) keep(shares, (await pending[k]) ?? playHere(shares));
    const trajectories = plans.map((plan, place) => assemble(plan, parts[place] as Part[]));
    quicker?.end();
    this.#startAll();
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
    const thread: Thread = { worker, isReady: false, translation: new Translation(), done: undefined };
    let reason = "";
    // An idle worker keeps no process alive.
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

/** The worker's parts; undefined where it died. */
async function playThere(thread: Thread, shares: readonly Share[], recipes: SentRecipes): Promise<Part[] | undefined> {
  if (shares.length === 0) return [];
  const jobs = shares.map(({ plan, from, to }) => jobOf(plan, from, to, recipes));
  const results = await send(thread, { jobs, weights: recipes.weights });
  return results && shares.map(({ plan }, i) => thread.translation.translated(plan, results[i] as JobResult));
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
