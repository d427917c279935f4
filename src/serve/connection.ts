/**
 * A session's WebSocket. Messages are answered one after the other, one in a turn of the event loop, so that no client keeps the
 * others waiting. While answers are not taken, nothing more is read: a client that floods or stops reading fills its own
 * connection, and then the idle time ends it.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { RawData, WebSocket } from "ws";
import type { ErrorCode } from "./messages.ts";
import { errorText, replyTo } from "./reply.ts";
import { Session, type SessionSettings } from "./session.ts";

export interface ConnectionSettings extends SessionSettings {
  /** Milliseconds without a move after which the session ends. */
  readonly idleMs: number;
  /** Told of errors that are faults of Spiral. */
  readonly fault: (error: unknown) => void;
}

/** Bytes that a client may leave unread before its pings end the connection. */
const MOST_UNREAD = 1 << 16;

export class Connection {
  readonly #socket: WebSocket;
  readonly #settings: ConnectionSettings;
  readonly #session: Session;
  readonly #queue: RawData[] = [];
  readonly #idle: NodeJS.Timeout;
  #isWorking = false;
  #isEnding = false;
  /** The content of the last ping that was not answered yet. */
  #ping: Buffer | undefined;

  constructor(socket: WebSocket, settings: ConnectionSettings) {
    this.#socket = socket;
    this.#settings = settings;
    this.#session = new Session(settings);
    this.#idle = setTimeout(() => this.#leave(), settings.idleMs);
    socket.on("message", (raw) => this.#take(raw));
    socket.on("ping", (data) => this.#pinged(data));
    // A frame that breaks the protocol, or is too long: the socket closes itself.
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(this.#idle);
      this.#session.close();
    });
  }

  /** Lets the game that is under way end, and then closes. */
  end(): void {
    this.#isEnding = true;
    if (!this.#isWorking && !this.#session.isPlaying) this.#socket.close(1001);
  }

  #take(raw: RawData): void {
    this.#queue.push(raw);
    if (this.#isWorking) this.#socket.pause();
    else void this.#work();
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (;;) {
      const raw = this.#queue.shift();
      if (raw === undefined) break;
      const text = await this.#reply(String(raw));
      if (text === undefined) return this.#socket.close(1000);
      await this.#send(text);
      if (this.#socket.readyState !== this.#socket.OPEN) return;
      if (this.#queue.length > 0) await nextTurn();
    }
    this.#isWorking = false;
    if (this.#isEnding && !this.#session.isPlaying) this.#socket.close(1001);
    else if (this.#socket.isPaused) this.#socket.resume();
  }

  /** Never rejects. */
  async #reply(message: string): Promise<string | undefined> {
    try {
      const { text, isMove } = await replyTo(this.#session, message, !this.#isEnding);
      if (isMove) this.#idle.refresh();
      return text;
    } catch (error) {
      this.#settings.fault(error);
      return errorText("EXECUTION_ERROR", "The server failed at this message. Its log says more.");
    }
  }

  /** Resolves once the text has left this process, or cannot any more. */
  #send(text: string): Promise<void> {
    return new Promise((resolve) => this.#socket.send(text, () => resolve()));
  }

  /** Answers the last ping in each turn of the event loop. */
  #pinged(data: Buffer): void {
    const isFirst = this.#ping === undefined;
    this.#ping = data;
    if (!isFirst) return;
    setImmediate(() => {
      if (this.#socket.bufferedAmount > MOST_UNREAD) this.#socket.terminate();
      else this.#socket.pong(this.#ping, undefined, () => {});
      this.#ping = undefined;
    });
  }

  #leave(): void {
    const { readyState, OPEN, bufferedAmount } = this.#socket;
    if (readyState !== OPEN || bufferedAmount > 0 || this.#socket.isPaused) this.#socket.terminate();
    else refuse(this.#socket, "SESSION_ERROR", "The session was idle for too long.");
  }
}

/** Tells a client why it has no session, and closes. */
export function refuse(socket: WebSocket, code: ErrorCode, message: string): void {
  socket.on("error", () => {});
  socket.send(errorText(code, message), () => {});
  socket.close(1013);
}
