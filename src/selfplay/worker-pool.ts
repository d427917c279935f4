/**
 * Self-play over worker threads. A plan's episodes are cut into equal slices, one for this thread and one for each
 * worker that is ready, or dealt to one thread whole; everything a game draws depends on its number alone, so the
 * trajectories are the same, byte for byte, for any number of workers, ready or not. Weights go out once a batch, and moves come back, in shared memory.
 *
 * The way to a worker and back takes time, too: with a `clock` the pool finds out whether it pays.
 *
 * A worker that dies costs nothing but time: its slices are played again here, and another takes its place.
 */
import { Worker } from "node:worker_threads";
import { type GameGraph, type Infoset, MAX_CACHED_NODES } from "../graph/game-graph.ts";
import type { BackendName } from "../nn/backend.ts";
import type { SentSource } from "../players/source.ts";
import type { Policy, PolicySource, SourceArray } from "../policies/policy.ts";
import { Quicker } from "../util/quicker.ts";
import { type Part, partsOf } from "./partition.ts";
import {
  assemble,
  type Cells,
  type Executor,
  newCells,
  type Plan,
  type Played,
  playedHere,
  type Trajectories,
} from "./play.ts";
import { newSlice, playSlices } from "./slice.ts";
import type { PlayedSlice, SentBatch, SentSlice, WorkerSettings } from "./worker.ts";

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
  /** Our graph's ids of information sets, by the worker's. */
  readonly graphs: WeakMap<GameGraph, { readonly generation: number; readonly ids: number[] }>;
  /** Settles the batch under way. */
  done: ((slices: readonly PlayedSlice[] | undefined) => void) | undefined;
}

export class WorkerPool implements Executor {
  readonly #options: PoolOptions;
  #threads: Thread[] = [];
  readonly #graphNumbers = new WeakMap<GameGraph, number>();
  #graphCount = 0;
  /** By the plan's place in the batch. */
  readonly #cells: Cells[] = [];
  /** By the network's place among a batch's sources. */
  readonly #weights: SourceArray[][] = [];
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
    const cells = plans.map((plan, i) => this.#cellsFor(plan, i));
    const ready = this.#threads.filter(({ isReady }) => isReady);
    // Timed once all are there.
    const quicker = ready.length > 0 && ready.length === this.#threads.length ? this.#quicker : undefined;
    const threads = quicker?.begin() === 0 ? [] : ready;
    const [own, ...others] = partsOf(plans, cells, threads.length + 1) as [Part[], ...Part[][]];
    const policies = [...new Set(others.flat().flatMap(({ plan }) => plan.policies))];
    const sources = policies.map((policy, place) => this.#sent(policy.source as PolicySource, place));
    const graphs = plans.map(({ graph }) => this.#numberOf(graph));
    const pending = others.flatMap((parts, k) => {
      if (parts.length === 0) return [];
      const thread = threads[k] as Thread;
      const slices = parts.map((part) => this.#sentSlice(part, policies));
      return [{ thread, parts, answer: send(thread, { sources, graphs, slices }) }];
    });
    const played: Played[][] = plans.map(() => []);
    const keep = (parts: readonly Part[], done: readonly Played[]) =>
      parts.forEach(({ place }, j) => {
        played[place]?.push(done[j] as Played);
      });
    keep(own, playHere(own));
    for (const { thread, parts, answer } of pending) {
      const results = await answer;
      const done = results
        ? parts.map((part, j) => received(thread, part, results[j] as PlayedSlice))
        : playHere(parts.map(begunAnew));
      keep(parts, done);
    }
    const trajectories = plans.map((plan, i) => assemble(plan, cells[i] as Cells, played[i] as Played[]));
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
    const thread: Thread = { worker, isReady: false, graphs: new WeakMap(), done: undefined };
    let reason = "";
    // An idle worker keeps no process alive.
    worker.unref();
    worker.on("message", (message: "ready" | readonly PlayedSlice[]) => {
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
      thread.done?.(undefined);
    });
    this.#threads.push(thread);
  }

  #settleReady(): void {
    if (this.#threads.some(({ isReady }) => !isReady)) return;
    for (const done of this.#whenReady) done();
    this.#whenReady = [];
  }

  #numberOf(graph: GameGraph): number {
    const number = this.#graphNumbers.get(graph) ?? this.#graphCount++;
    this.#graphNumbers.set(graph, number);
    return number;
  }

  #sentSlice({ plan, cells, from, to }: Part, policies: readonly Policy[]): SentSlice {
    const { graph, episodes, paired, chanceKey, actionKey } = plan;
    const [first, second] = plan.policies;
    return {
      cells,
      from,
      to,
      graph: this.#numberOf(graph),
      game: graph.game.id,
      episodes,
      policies: [policies.indexOf(first), policies.indexOf(second)],
      paired,
      chanceKey,
      actionKey,
    };
  }

  #sent(source: PolicySource, place: number): SentSource {
    if (source.kind === "greedy") return { kind: "greedy", of: this.#sent(source.of, place) };
    if (source.kind !== "network") return source;
    const arrays = source.weights();
    let shared = this.#weights[place] ?? [];
    if (shared.length !== arrays.length || arrays.some(({ values }, i) => shared[i]?.values.length !== values.length)) {
      shared = arrays.map((array) => ({
        ...array,
        values: new Float32Array(new SharedArrayBuffer(array.values.byteLength)),
      }));
      this.#weights[place] = shared;
    }
    return {
      kind: "network",
      games: source.games,
      arrays: arrays.map(({ name, shape, values }, i) => {
        const copy = (shared[i] as SourceArray).values;
        copy.set(values);
        return { name, shape, values: copy };
      }),
    };
  }

  #cellsFor(plan: Plan, place: number): Cells {
    let cells = this.#cells[place];
    if (cells?.plies.length !== plan.episodes || cells.slots.length !== plan.episodes * plan.graph.game.maxPlies) {
      cells = newCells(plan, true);
      this.#cells[place] = cells;
    }
    cells.plies.fill(0);
    return cells;
  }
}

/** → what the worker played; undefined where it died. */
function send(thread: Thread, batch: SentBatch): Promise<readonly PlayedSlice[] | undefined> {
  return new Promise((resolve) => {
    thread.done = (result) => {
      thread.done = undefined;
      resolve(result);
    };
    thread.worker.ref();
    thread.worker.postMessage(batch);
  });
}

/** Puts our own ids for the worker's. One not met before is found by following its earliest visit. */
function received(thread: Thread, { plan, cells, from, to }: Part, result: PlayedSlice): Played {
  let known = thread.graphs.get(plan.graph);
  if (known?.generation !== result.generation) {
    known = { generation: result.generation, ids: [] };
    thread.graphs.set(plan.graph, known);
  }
  const { ids } = known;
  result.visited.forEach((id, i) => {
    ids[id] ??= infosetAt(plan, cells, result.earliest[i] as number).id;
  });
  return { from, to, ids, visited: result.visited, earliest: result.earliest };
}

/** The information set of a visit: r · E + e, the r-th decision of episode e. */
function infosetAt({ graph, episodes }: Plan, { slots }: Cells, visit: number): Infoset {
  const episode = visit % episodes;
  let left = Math.floor(visit / episodes);
  let node = graph.root;
  for (let cell = episode * graph.game.maxPlies; ; cell++) {
    if (node.infoset && left-- === 0) return node.infoset;
    node = graph.child(node, slots[cell] as number);
  }
}

function playHere(parts: readonly Part[]): Played[] {
  const slices = parts.map(({ plan, cells, from, to }) => newSlice(plan, cells, from, to));
  playSlices(slices);
  return slices.map(playedHere);
}

/** The part without whatever a worker has left in its cells. */
function begunAnew(part: Part): Part {
  part.cells.plies.fill(0, part.from, part.to);
  return part;
}
