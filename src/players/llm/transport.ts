/** Sends requests: over connections that are kept, through a proxy where one is set, with no time limit but the caller's. */
import type { Dispatcher } from "undici";

export interface Response {
  readonly status: number;
  /** A header's value by its name; null if it is not there. */
  readonly header: (name: string) => string | null;
  /** Undefined if it is longer than `MAX_BYTES`; the rest is then not read. */
  readonly body: string | undefined;
}

export interface Transport {
  /** Rejects if the connection fails or the signal aborts. Redirections are not followed. */
  post(url: string, headers: Readonly<Record<string, string>>, body: string, signal: AbortSignal): Promise<Response>;
  /** Closes the connections that are kept. */
  close(): void;
}

export const MAX_BYTES = 4 * 1024 * 1024;

/** `proxy`: the address of a proxy, its user and password included. */
export function openTransport(proxy: string | undefined): Transport {
  let opened: Promise<{ fetch: typeof import("undici").fetch; dispatcher: Dispatcher }> | undefined;
  return {
    async post(url, headers, body, signal) {
      opened ??= open(proxy);
      const { fetch, dispatcher } = await opened;
      // A redirect could turn the POST into a GET and send the prompt to another host.
      const response = await fetch(url, { method: "POST", redirect: "manual", headers, body, signal, dispatcher });
      return {
        status: response.status,
        header: (name) => response.headers.get(name),
        body: await readBody(response.body ?? []),
      };
    },
    close: () => void opened?.then(({ dispatcher }) => dispatcher.destroy()).catch(() => {}),
  };
}

/** The library is loaded with the first request. The limits that it sets by itself, of five minutes, are off. */
async function open(
  proxy: string | undefined,
): Promise<{ fetch: typeof import("undici").fetch; dispatcher: Dispatcher }> {
  const { Agent, fetch, ProxyAgent } = await import("undici");
  const limits = { headersTimeout: 0, bodyTimeout: 0 };
  if (proxy === undefined) return { fetch, dispatcher: new Agent(limits) };
  const { username, password, origin } = new URL(proxy);
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const token = username === "" ? {} : { token: `Basic ${Buffer.from(login).toString("base64")}` };
  return { fetch, dispatcher: new ProxyAgent({ uri: origin, ...token, ...limits, proxyTunnel: false }) };
}

async function readBody(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}
