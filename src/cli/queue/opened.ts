/** A queue that a command has opened, with what identifies the command's work in it. */
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { connectQueue, type Queue, type QueueAddress } from "../../jobs/queue/connection.ts";
import type { Batch } from "../../jobs/queue/coordinator.ts";
import { ownBuild } from "./build.ts";

export interface OpenedQueue {
  readonly queue: Queue;
  readonly batch: Batch;
  /** What to say when the command is interrupted. */
  readonly goOn: string;
  readonly close: () => Promise<void>;
}

interface Opening {
  /** What the command does, for people. */
  readonly about: string;
  readonly place: string;
  readonly identity: unknown;
  /** What workers must have for its jobs. */
  readonly needs?: readonly string[];
}

/**
 * Connects. The batch is that of `identity`, any plain data, and of the place: the same command in the same folder goes on with
 * its batch, and in another folder begins a new one.
 */
export async function openQueue(
  address: QueueAddress,
  { about, place, identity, needs = [] }: Opening,
): Promise<OpenedQueue> {
  const queue = await connectQueue(address, `spiral ${about}`);
  const build = await ownBuild();
  const key = JSON.stringify([hostname(), resolve(place), build.id, identity]);
  const id = createHash("sha256").update(key).digest("hex").slice(0, 16);
  return {
    queue,
    batch: { id, about: `${about} in ${hostname()}:${resolve(place)}`, build, needs },
    goOn:
      "Workers go on with what is queued, and the same command takes it. " +
      `To withdraw it: spiral queue --queue nats://${queue.url} --drop ${id}`,
    close: () => queue.nc.close(),
  };
}
