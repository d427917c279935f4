/** Who works at a queue. Every worker answers a question on one subject, so nothing is stored and nobody who is gone is listed. */
import type { Queue } from "./connection.ts";

const SUBJECT = "spiral.workers";
/** Milliseconds: the longest wait for answers, and the longest silence after one. */
const LONGEST = 2000;
const SILENCE = 300;

/** What must be the same for two processes to give the same answers. */
export interface Build {
  /** Of the two fields below: what jobs and workers are matched by. */
  readonly id: string;
  /** Version and commit, for people. */
  readonly version: string;
  /** SHA-256 of the program's files. */
  readonly code: string;
  /** SHA-256 of the answer to a small job whose answer is known. It shows a processor or a Node that computes otherwise. */
  readonly answer: string;
}

export interface Presence {
  readonly name: string;
  readonly build: Build;
  /** What it has of that which jobs may need (groups.ts). */
  readonly has: readonly string[];
  /** Jobs that it takes at once. */
  readonly atOnce: number;
  /** The batches of the jobs that it works on. */
  readonly running: readonly string[];
  readonly done: number;
  readonly failed: number;
}

/** Answers until the connection is closed. */
export function answerPresence({ nc }: Queue, present: () => Presence): void {
  nc.subscribe(SUBJECT, {
    callback(error, message) {
      if (!error) message.respond(JSON.stringify(present()));
    },
  });
}

/** `onWorker` is called for each as it answers; the list is there when nobody has answered for a while. */
export async function presentWorkers(
  { nc }: Queue,
  onWorker: (worker: Presence) => void = () => {},
): Promise<Presence[]> {
  const workers: Presence[] = [];
  try {
    for await (const message of await nc.requestMany(SUBJECT, "", {
      strategy: "stall",
      maxWait: LONGEST,
      stall: SILENCE,
    })) {
      const worker = presenceIn(message.data.length > 0 ? message.string() : "");
      if (!worker) continue;
      workers.push(worker);
      onWorker(worker);
    }
  } catch {
    // Nobody answers, or the server is just gone.
  }
  return workers.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function presenceIn(text: string): Presence | undefined {
  try {
    const value = JSON.parse(text) as Presence;
    const isOne = typeof value.name === "string" && typeof value.build.id === "string" && Array.isArray(value.running);
    return isOne ? { ...value, has: Array.isArray(value.has) ? value.has : [] } : undefined;
  } catch {
    return undefined;
  }
}
