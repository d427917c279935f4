/**
 * The server of `spiral view`: the page, and the data that it asks for. It listens on the loopback interface alone, answers GET alone,
 * and makes no path of an address: it looks up the run that an address names in the list of runs, and takes whole numbers.
 *
 *   /                        the page                         /checkpoint/120.json?run=a   PageCheckpoint
 *   /contents.json?run=a     LiveContents                     /games.json?run=a&from=0     PackedList
 *   /events?run=a            LiveState, whenever it changes   /game/12.json?run=a          PageEpisode
 *
 * A web page elsewhere must not read a run by way of the browser. Its requests carry its own name as their Host if its name was made to
 * point here (DNS rebinding), and its address as their Origin otherwise; both are refused.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { UserError } from "../../util/errors.ts";
import { errnoOf } from "../../util/files.ts";
import type { Shown } from "./shown.ts";

export const LOOPBACK = "127.0.0.1";
const HOSTS = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;
/** Milliseconds for answers under way when the server ends. */
const GRACE = 300;
/** Games in one answer. */
const GAMES = 20_000;

export interface PageServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface Served {
  /** The document, and the Content-Security-Policy that it needs. */
  readonly page: { readonly html: string; readonly policy: string };
  /** What is shown without `run`. */
  readonly overview: Shown;
  /** One of the runs that the overview lists, by its key; undefined if there is no such run. */
  run(key: string): Shown | undefined;
  /** Milliseconds between looks at the files while a page is open. */
  readonly every: number;
}

/** Throws a UserError (exit 1) if the port is taken. `port` 0 takes any that is free. */
export async function servePage(served: Served, port: number): Promise<PageServer> {
  const streams = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    answer(served, request, response, streams).catch((error: unknown) => fail(response, error));
  });
  await listening(server, port);
  // A long log is read while the browser starts.
  served.overview.state().catch(() => {});
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const stream of streams) stream.end();
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), GRACE).unref();
      }),
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const errno = errnoOf(error);
      const why = errno === "EADDRINUSE" ? "is taken, perhaps by another spiral view" : `cannot be opened (${errno})`;
      reject(new UserError(1, `Port ${port} ${why}. Name another, or any that is free: --port 0`, { cause: error }));
    });
    server.listen(port, LOOPBACK, resolve);
  });
}

const SAFE = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
} as const;

async function answer(
  served: Served,
  request: IncomingMessage,
  response: ServerResponse,
  streams: Set<ServerResponse>,
): Promise<void> {
  const { method, url = "/", headers } = request;
  for (const [name, value] of Object.entries(SAFE)) response.setHeader(name, value);
  if (!HOSTS.test(headers.host ?? "")) return refuse(response, 403, "This host name is not served.");
  if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) {
    return refuse(response, 403, "Pages from elsewhere are not served.");
  }
  if (method !== "GET") {
    response.setHeader("allow", "GET");
    return refuse(response, 405, "Only GET is served.");
  }
  const [path = "", query] = url.split("?", 2);
  const asked = new URLSearchParams(query);
  if (path === "/") {
    response.setHeader("content-security-policy", `${served.page.policy}; frame-ancestors 'none'`);
    return send(response, "text/html; charset=utf-8", served.page.html);
  }
  const run = asked.get("run");
  const shown = run === null ? served.overview : served.run(run);
  if (!shown) return refuse(response, 404, "There is no such run.");
  const [, what, number] = /^\/(checkpoint|game)\/(\d{1,15})\.json$/.exec(path) ?? [];
  if (path === "/contents.json") return sendJson(response, await shown.contents());
  if (path === "/events") {
    streams.add(response);
    response.on("close", () => streams.delete(response));
    return follow(shown, served.every, response);
  }
  if (path === "/games.json") {
    const from = Number(/^\d{1,15}$/.exec(asked.get("from") ?? "")?.[0] ?? 0);
    const to = Number(/^\d{1,15}$/.exec(asked.get("to") ?? "")?.[0] ?? from + GAMES);
    return sendJson(response, await shown.games(from, Math.min(to, from + GAMES)));
  }
  if (what === "checkpoint") return sendJson(response, shown.checkpoint(Number(number)));
  if (what === "game") return sendJson(response, await shown.game(Number(number)));
  refuse(response, 404, "There is nothing here.");
}

/**
 * Server-sent events: the state at once, and whenever it changes, until the page closes. A page that does not read is sent no more
 * until it does, and then the newest state, so that what waits for it does not grow.
 */
async function follow(shown: Shown, every: number, response: ServerResponse): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
  let sent = "";
  let timer: NodeJS.Timeout | undefined;
  response.on("close", () => clearTimeout(timer));
  const look = async (): Promise<void> => {
    try {
      const state = JSON.stringify(await shown.state());
      if (state !== sent && !response.writableEnded && !response.writableNeedDrain) {
        response.write(`data: ${state}\n\n`);
        sent = state;
      }
    } catch (error) {
      // A folder that is being moved or deleted: what is shown stays, and it may come back.
      if (!(error instanceof UserError)) throw error;
    }
    if (!response.destroyed && !response.writableEnded)
      timer = setTimeout(() => look().catch(() => response.end()), every);
  };
  await look();
}

const sendJson = (response: ServerResponse, value: unknown): void =>
  send(response, "application/json; charset=utf-8", JSON.stringify(value));

function send(response: ServerResponse, type: string, body: string): void {
  response.writeHead(200, { "content-type": type });
  response.end(body);
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  response.end(`${why}\n`);
}

/** An error that the user can mend is told; of another, only that there was one. */
function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.end();
  else if (error instanceof UserError) refuse(response, 404, error.message);
  else refuse(response, 500, "An internal error.");
}
