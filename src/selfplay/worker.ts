/** What runs in a worker thread: plays the slices that it is sent, on a graph and a backend of its own (workers.ts). */
import { parentPort, workerData } from "node:worker_threads";
import type { Game } from "../games/game.ts";
import { getGame } from "../games/registry.ts";
import { GameGraph } from "../graph/game-graph.ts";
import { type BackendName, startBackend } from "../nn/backend.ts";
import { PolicyMaker, type SentSource } from "../players/source.ts";
import type { Cells } from "./play.ts";
import { newSlice, playSlices } from "./slice.ts";

/** What a worker is told when it is made. */
export interface WorkerSettings {
  readonly backend: BackendName;
  /** A graph larger than this is begun anew between batches. */
  readonly maxNodes: number;
}

export interface SentBatch {
  readonly sources: readonly SentSource[];
  /** Numbers of the graphs that the sender plays on; others are let go. */
  readonly graphs: readonly number[];
  readonly slices: readonly SentSlice[];
}

export interface SentSlice {
  /** Number of the sender's graph, so that plans of one graph share one here too. */
  readonly graph: number;
  readonly game: string;
  readonly episodes: number;
  readonly from: number;
  readonly to: number;
  /** By place in `sources`. */
  readonly policies: readonly [number, number];
  readonly paired: boolean;
  readonly chanceKey: number;
  readonly actionKey: number;
  /** In shared memory. */
  readonly cells: Cells;
}

export interface PlayedSlice {
  /** Another for every graph that is begun here, as its ids are its own. */
  readonly generation: number;
  /** As in `Played`. */
  readonly visited: Int32Array;
  readonly earliest: Float64Array;
}

interface Entry {
  readonly graph: GameGraph;
  readonly generation: number;
  /** What came up in the last batch, which is what is likely to come up in the next. */
  expected: ArrayLike<number>;
}

const port = parentPort;
if (!port) throw new Error("worker.ts runs in a worker thread");
const { backend, maxNodes } = workerData as WorkerSettings;
const maker = new PolicyMaker();
let entries = new Map<number, Entry>();
let generations = 0;

const newEntry = (game: Game): Entry => ({ graph: new GameGraph(game), generation: generations++, expected: [] });

await startBackend(backend);
port.on("message", (batch: SentBatch) => port.postMessage(playBatch(batch)));
port.postMessage("ready");

function playBatch({ sources, graphs, slices: sent }: SentBatch): PlayedSlice[] {
  const inUse = new Map<number, Entry>();
  const slices = sent.map(({ graph, game: id, policies, cells, from, to, ...plan }) => {
    const game = getGame(id);
    let entry = inUse.get(graph) ?? entries.get(graph) ?? newEntry(game);
    if (!inUse.has(graph) && entry.graph.size > maxNodes) entry = newEntry(game);
    inUse.set(graph, entry);
    const [a, b] = policies;
    const first = maker.make(sources[a] as SentSource, a, game);
    const second = a === b ? first : maker.make(sources[b] as SentSource, b, game);
    return newSlice(
      { ...plan, graph: entry.graph, policies: [first, second], expected: entry.expected },
      cells,
      from,
      to,
    );
  });
  entries = new Map([...entries, ...inUse].filter(([graph]) => graphs.includes(graph)));
  playSlices(slices);
  for (const entry of inUse.values()) entry.expected = [];
  return slices.map(({ visited, firstVisit }, i) => {
    const entry = inUse.get((sent[i] as SentSlice).graph) as Entry;
    if (entry.expected.length === 0) entry.expected = visited;
    return {
      generation: entry.generation,
      visited: Int32Array.from(visited),
      earliest: Float64Array.from(visited, (id) => firstVisit[id] as number),
    };
  });
}
