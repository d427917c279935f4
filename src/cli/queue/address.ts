/** The queue that a command was told of: by its flags, by `run.queue`, or by the environment. */
import { checkAddress, type QueueAddress } from "../../jobs/queue/connection.ts";
import { UserError } from "../../util/errors.ts";
import type { QueueOptions } from "../flags/queue.ts";

/**
 * Undefined if no queue is named, or `none`. The flag wins over `configured` (run.queue), which wins over the environment. Throws a
 * UserError (exit 2) if the address is wrong, or not safe and not meant to be.
 */
export function queueAddress(
  { queue, queueCreds, insecure }: QueueOptions,
  configured?: string,
  env: NodeJS.ProcessEnv = process.env,
): QueueAddress | undefined {
  const url = queue ?? configured ?? (env.SPIRAL_QUEUE || undefined);
  if (url === undefined || url === "none") return undefined;
  const address = { url, creds: queueCreds ?? (env.SPIRAL_QUEUE_CREDS || undefined), insecure };
  checkAddress(address);
  return address;
}

/** For the commands that are nothing without one. */
export function namedQueue(options: QueueOptions): QueueAddress {
  const address = queueAddress(options);
  if (address) return address;
  throw new UserError(2, "Name the queue: --queue nats://HOST:PORT, or SPIRAL_QUEUE. A server: nats-server -js");
}
