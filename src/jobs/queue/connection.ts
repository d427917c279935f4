/**
 * A connection to NATS with JetStream, which keeps the queue. The packages of NATS are loaded only here, when a queue is used.
 */
import type { JetStreamClient, JetStreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { UserError } from "../../util/errors.ts";
import { readText } from "../../util/files.ts";

export interface QueueAddress {
  /** `nats://HOST:PORT` or `tls://HOST:PORT`. */
  readonly url: string;
  /** A credentials file of NATS. */
  readonly creds?: string | undefined;
  /** Whether a server of another machine may be used without credentials and TLS. */
  readonly insecure: boolean;
}

export interface Queue {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly url: string;
}

/** Milliseconds between attempts to reach a server that is gone, and how long it may be gone. */
const RECONNECT = 500;
export const PATIENCE = 60_000;

/** The parts of an address. Throws a UserError (exit 2) if it is none, or names a user: a command line is no place for secrets. */
function parsed(url: string): URL {
  let address: URL | undefined;
  try {
    address = new URL(url.includes("://") ? url : `nats://${url}`);
  } catch {}
  const isPlain = address && address.username === "" && address.password === "" && /^\/?$/.test(address.pathname);
  if (address && isPlain && /^(nats|tls):$/.test(address.protocol) && address.hostname !== "") return address;
  throw new UserError(
    2,
    "--queue (or run.queue, SPIRAL_QUEUE) takes the address of a NATS server, nats://HOST:PORT or tls://HOST:PORT, without a user or a path.",
  );
}

const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(host);

/** Throws a UserError (exit 2) if the address is wrong, or not safe and not meant to be. */
export function checkAddress({ url, creds, insecure }: QueueAddress): URL {
  const address = parsed(url);
  if (isLoopback(address.hostname) || insecure || creds !== undefined) return address;
  throw new UserError(2, [
    `${address.host} is another machine, and its queue runs what anyone puts there.`,
    "Give credentials by --queue-creds FILE; the connection then uses TLS. Or say --insecure on a network that you trust.",
  ]);
}

/** Connects. Throws a UserError (exit 1) if there is no server, it refuses, or it has no JetStream. */
export async function connectQueue(options: QueueAddress, name: string): Promise<Queue> {
  const address = checkAddress(options);
  const host = `${address.hostname}:${address.port || "4222"}`;
  const creds = options.creds === undefined ? undefined : readText(options.creds, 1);
  const [{ connect, credsAuthenticator }, { jetstream, jetstreamManager }] = await Promise.all([
    import("@nats-io/transport-node"),
    import("@nats-io/jetstream"),
  ]);
  const isSecure = address.protocol === "tls:" || (!isLoopback(address.hostname) && !options.insecure);
  try {
    const nc = await connect({
      servers: host,
      name,
      timeout: 5000,
      maxReconnectAttempts: PATIENCE / RECONNECT,
      reconnectTimeWait: RECONNECT,
      ...(creds === undefined ? {} : { authenticator: credsAuthenticator(new TextEncoder().encode(creds)) }),
      ...(isSecure ? { tls: {} } : {}),
    });
    try {
      return { nc, js: jetstream(nc), jsm: await jetstreamManager(nc), url: host };
    } catch (error) {
      await nc.close();
      throw error;
    }
  } catch (error) {
    throw queueError(error, host);
  }
}

/** A failure of the queue in words, with the remedy. */
export function queueError(error: unknown, host: string): UserError {
  if (error instanceof UserError) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const said = `${name} ${message}`;
  const why = REASONS.find(([pattern]) => pattern.test(said))?.[1] ?? `it says: ${message}`;
  return new UserError(1, `The queue at ${host} cannot be used: ${why}.`, { cause: error });
}

const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /authoriz|authentication|permissions|nonce|nkey|credential|seed/i,
    "the credentials were refused. Check --queue-creds",
  ],
  [
    /jetstream (is )?not (enabled|available)|JetStreamNotEnabled/i,
    "it has no JetStream. Start it with: nats-server -js",
  ],
  [/insufficient|no space|maximum bytes|resource limit|storage/i, "its disk or its limit is full. Free space there"],
  [/tls|certificate|secure|ssl/i, "there is no TLS that this machine trusts (NODE_EXTRA_CA_CERTS adds an authority)"],
  [
    /refused|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|connect/i,
    "no server answers there. Start one with: nats-server -js",
  ],
  [/timeout|closed|disconnect|no responders/i, "it has stopped to answer. Start it again, with the same store"],
];
