/** The flags of every command that hands its work to a queue, and of the commands about queues. */
import { type OptionsOf, path, text, toggle } from "./flag.ts";

export const queueFlags = {
  queue: text(
    "--queue <address>",
    "NATS server whose workers do the work, nats://HOST:PORT, or none (or SPIRAL_QUEUE)",
  ),
  queueCreds: path("--queue-creds <file>", "credentials file of NATS (or SPIRAL_QUEUE_CREDS)"),
  insecure: toggle("--insecure", "use a queue on another machine without credentials and TLS"),
};

/** Of the commands that do nothing without one. */
export const neededQueueFlags = {
  ...queueFlags,
  queue: text("--queue <address>", "NATS server that holds the jobs, nats://HOST:PORT (or SPIRAL_QUEUE)"),
};

export type QueueOptions = OptionsOf<typeof queueFlags>;
