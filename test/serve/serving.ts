/** A server in this process, and clients of it that speak WebSocket. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { getGame } from "../../src/games/registry.ts";
import { opponents } from "../../src/players/opponents.ts";
import type { Player } from "../../src/players/player.ts";
import type { Observation } from "../../src/serve/observation.ts";
import type { Offer } from "../../src/serve/offer.ts";
import { type Server, type ServerSettings, serve } from "../../src/serve/server.ts";

/** A fixed opponent as a player. */
export function fixed(name: string): Player {
  const found = opponents.find((one) => one.name === name);
  if (!found) throw new Error(`there is no ${name}`);
  return { kind: "policy", name, plays: found.plays, policy: found.make };
}

export const offerOf = (games: readonly string[], players: readonly Player[]): Offer => ({
  games: games.map(getGame),
  opponents: players.map((player) => ({ name: player.name, players: [player] })),
});

/** Faults are thrown out of the test. */
export const served = (offer: Offer, more: Partial<ServerSettings> = {}): Promise<Server> =>
  serve(offer, {
    ...{ host: "127.0.0.1", port: 0, maxSessions: 20, maxMessage: 100_000, idleMs: 60_000, retries: 0 },
    fault(error) {
      throw error;
    },
    ...more,
  });

export interface Reply {
  readonly type: string;
  readonly data: {
    readonly observation: Observation;
    readonly reward: number;
    readonly done: boolean;
    readonly code: string;
    readonly message: string;
    readonly [other: string]: unknown;
  };
}

export class Client {
  readonly socket: WebSocket;
  readonly #replies: Reply[] = [];
  #waiter: ((reply: Reply) => void) | undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("error", () => {});
    socket.on("message", (raw) => {
      const reply = JSON.parse(String(raw)) as Reply;
      const waiter = this.#waiter;
      this.#waiter = undefined;
      if (waiter) waiter(reply);
      else this.#replies.push(reply);
    });
  }

  /** Resolves once it is connected. Rejects if the server does not let it. */
  static async connect(url: string, headers: Record<string, string> = {}): Promise<Client> {
    const socket = new WebSocket(`${url.replace("http", "ws")}/ws`, { headers });
    const client = new Client(socket);
    await once(socket, "open");
    return client;
  }

  /** The next reply. */
  next(): Promise<Reply> {
    const known = this.#replies.shift();
    if (known) return Promise.resolve(known);
    return new Promise((resolve) => {
      this.#waiter = resolve;
    });
  }

  send(text: string): Promise<Reply> {
    this.socket.send(text);
    return this.next();
  }

  reset = (data: unknown): Promise<Reply> => this.send(JSON.stringify({ type: "reset", data }));
  step = (message: unknown): Promise<Reply> => this.send(JSON.stringify({ type: "step", data: { message } }));

  /** The close code. */
  async closed(): Promise<number> {
    const [code] = (await once(this.socket, "close")) as [number];
    return code;
  }
}
