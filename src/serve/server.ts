/** The environment server: pages over HTTP, and a session for each WebSocket connection. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Episode } from "../record/episode.ts";
import { UserError } from "../util/errors.ts";
import { Connection, refuse } from "./connection.ts";
import { gate, isFromPage } from "./gate.ts";
import type { Offer } from "./offer.ts";
import { pageFor } from "./pages.ts";

export interface ServerSettings {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** What clients must send (gate.ts); by default everybody may play. */
  readonly token?: string | undefined;
  readonly maxSessions: number;
  /** Bytes of the longest message that is read. */
  readonly maxMessage: number;
  /** Milliseconds without a reset or a step after which a session ends. */
  readonly idleMs: number;
  /** Further answers after an illegal one, before a game is forfeited. */
  readonly retries: number;
  /** Called with each game that has ended. */
  readonly ended?: ((episode: Episode) => void) | undefined;
  readonly fault: (error: unknown) => void;
}

export interface Server {
  readonly url: string;
  readonly sessions: () => number;
  /** Begins no more games, lets those under way end, and closes. */
  readonly drain: () => Promise<void>;
}

/** Connections beyond the sessions: pages, and clients that are being refused. */
const OTHERS = 100;
const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/;

/** Whether an address is reached from this machine only. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/** Resolves once the server listens. Throws a UserError if it cannot. */
export async function serve(offer: Offer, settings: ServerSettings): Promise<Server> {
  const { host, port, maxSessions, maxMessage } = settings;
  const isAllowed = gate(settings.token);
  const connections = new Set<Connection>();
  let seeds = 0;
  let drained: (() => void) | undefined;

  const http = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 }, (request, response) => {
    // What a request carries is not needed.
    request.resume();
    const path = pathOf(request);
    if (path !== "/health" && !isAllowed(request.headers)) return sendJson(response, 401, { detail: NO_TOKEN });
    const page = pageFor(request.method ?? "", path, offer);
    sendJson(response, page?.status ?? 404, page?.body ?? { detail: "Not Found" });
  });
  http.maxConnections = maxSessions + OTHERS;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxMessage, autoPong: false });

  http.on("upgrade", (request, socket, head) => {
    socket.on("error", () => {});
    if (pathOf(request) !== "/ws") return reject(socket, "404 Not Found");
    if (!isAllowed(request.headers)) return reject(socket, "401 Unauthorized");
    if (isFromPage(request.headers)) return reject(socket, "403 Forbidden");
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      if (drained) return refuse(webSocket, "CAPACITY_REACHED", "The server is ending.");
      if (connections.size >= maxSessions) {
        return refuse(webSocket, "CAPACITY_REACHED", `All ${maxSessions} sessions are taken. Try again later.`);
      }
      const connection = new Connection(webSocket, { ...settings, offer, nextSeed: () => seeds++ });
      connections.add(connection);
      webSocket.on("close", () => {
        connections.delete(connection);
        if (connections.size === 0) drained?.();
      });
    });
  });

  try {
    http.listen(port, host);
    await once(http, "listening");
  } catch (error) {
    throw cannotListen(error, host, port);
  }
  const { address, port: bound, family } = http.address() as AddressInfo;
  return {
    url: `http://${family === "IPv6" ? `[${address}]` : address}:${bound}`,
    sessions: () => connections.size,
    async drain() {
      http.close();
      if (connections.size > 0) {
        await new Promise<void>((resolve) => {
          drained = resolve;
          for (const connection of connections) connection.end();
        });
      }
      // Clients that do not answer the end of their session.
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
    },
  };
}

const NO_TOKEN =
  "Send the token of this server as Authorization: Bearer TOKEN, or give the address as http://spiral:TOKEN@HOST:PORT.";

const pathOf = ({ url = "" }: IncomingMessage): string => url.split("?", 1)[0] as string;

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function reject(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}

function cannotListen(error: unknown, host: string, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const where = `${host}:${port}`;
  if (code === "EADDRINUSE")
    return new UserError(1, `${where} is in use. Take another --port, or 0 for one that is free.`);
  if (code === "EACCES") return new UserError(1, `Not allowed to listen at ${where}. Take a --port above 1023.`);
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return new UserError(2, `--host is "${host}", which is no address of this machine.`);
  }
  return error;
}
