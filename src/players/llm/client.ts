/**
 * A client that sends questions to an endpoint, a few at a time, and repeats those whose failure may be temporary. After
 * failure n it waits
 *
 *   min(30 s, 2^(n−1) s) · U[½, 1), or as long as `Retry-After` says (RFC 9110 §10.2.3) if that is longer
 *
 * If `Retry-After` asks for more than two minutes, the question fails, and a match goes on when it is run again.
 */
import { setMaxListeners } from "node:events";
import { UserError } from "../../util/errors.ts";
import type { Rng } from "../../util/rng.ts";
import type { ChatAnswer } from "./completion.ts";
import { keyRemover } from "./key-remover.ts";
import { type ChatRequest, type Connection, type Endpoint, requestChat } from "./request.ts";
import { openTransport } from "./transport.ts";

export interface ClientSettings extends Endpoint {
  /** The most requests for one answer, including the first. */
  readonly attempts: number;
  /** Questions in progress at a time; the others wait, in order. A question keeps its place while it waits for a retry. */
  readonly concurrency: number;
  /** If given, each answer is asked for with a seed of its own, made of this one and the place of the answer. */
  readonly seed?: number | undefined;
}

/** The clock, the timer and the warnings of the process, which tests replace. */
export interface ClientHooks {
  /** Milliseconds since 1970, for a `Retry-After` with a date. */
  readonly now: () => number;
  /** Rejects if the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Called for each failure that is retried. */
  readonly warn: (message: string) => void;
}

interface Question extends Omit<ChatRequest, "seed"> {
  /** For the random part of the waiting times, and for seeds. */
  readonly rng: Rng;
  readonly signal?: AbortSignal | undefined;
}

export interface Answered extends ChatAnswer {
  /** Milliseconds from the request to the answer. */
  readonly ms: number;
  /** Requests before it that failed. */
  readonly failed: number;
}

export interface ChatClient {
  /** The endpoint's address. */
  readonly url: string;
  /** Rejects with a UserError (exit 1) if the endpoint gives no answer, or with the signal's reason if it aborts. */
  ask(question: Question): Promise<Answered>;
  /** Removes the endpoint's secrets from text, and what a terminal would obey. */
  clean(text: string): string;
  /** Aborts all questions. */
  close(): void;
}

const LONGEST_WAIT = 30_000;
const LONGEST_RETRY_AFTER = 120_000;

/** `others`: further endpoints of the command, whose secrets are removed as well: two may be one gateway with two keys. */
export function chatClient(
  settings: ClientSettings,
  { now, sleep, warn }: ClientHooks,
  others: readonly Endpoint[] = [],
): ChatClient {
  const inTurn = limited(settings.concurrency);
  const connection: Connection = {
    endpoint: settings,
    transport: openTransport(settings.proxy),
    clean: keyRemover([settings, ...others].flatMap(secretsOf)),
    usesMaxCompletionTokens: new Set(),
  };
  const closing = new AbortController();
  // Every open request listens to this signal.
  setMaxListeners(0, closing.signal);

  async function ask({ model, messages, logprobs, rng, signal }: Question): Promise<Answered> {
    const seed = settings.seed === undefined ? undefined : seedOf(settings.seed, rng, messages.length);
    const request = { model, messages, logprobs, seed };
    const controller = new AbortController();
    const ends = [closing.signal, ...(signal ? [signal] : [])];
    const abort = (): void => controller.abort(ends.find(({ aborted }) => aborted)?.reason);
    for (const end of ends) end.addEventListener("abort", abort);
    try {
      for (const end of ends) end.throwIfAborted();
      for (let failures = 1; ; failures++) {
        const start = now();
        const outcome = await requestChat(connection, request, controller.signal);
        if (!("what" in outcome)) return { ...outcome, ms: Math.max(0, now() - start), failed: failures - 1 };
        const said = `llm:${model}: ${settings.url} ${outcome.what}`;
        if (failures === settings.attempts) {
          const times = failures === 1 ? "" : `, after ${failures} attempts`;
          throw new UserError(1, `${said}${times}. ${outcome.mend}`);
        }
        const wait = Math.min(LONGEST_WAIT, 1000 * 2 ** (failures - 1)) * (0.5 + rng.next() / 2);
        const asked = retryAfter(outcome.retryAfter, now());
        if (asked > LONGEST_RETRY_AFTER) throw new UserError(1, `${said}; ${tooLong(asked)}`);
        const ms = Math.ceil(Math.max(wait, asked));
        warn(`${said}; trying again in ${Math.ceil(ms / 1000)} s`);
        await sleep(ms, controller.signal);
      }
    } finally {
      for (const end of ends) end.removeEventListener("abort", abort);
    }
  }

  return {
    url: settings.url,
    ask: (question) => inTurn(() => ask(question)),
    clean: connection.clean,
    close() {
      closing.abort(new Error("the player has left"));
      connection.transport.close();
    },
  };
}

/** 31 bits, which every endpoint takes. */
const seedOf = (seed: number, rng: Rng, messages: number): number =>
  rng.fork("seed", seed).fork("messages", messages).key() >>> 1;

/** The key, the values of headers, their credentials after a scheme such as `Bearer`, and the proxy's password. */
function secretsOf({ key, headers = {}, proxy }: Endpoint): string[] {
  const values = Object.values(headers);
  const credentials = values.flatMap((value) => /^\w+ (\S+)$/.exec(value)?.[1] ?? []);
  const password = proxy === undefined ? "" : new URL(proxy).password;
  return [key ?? "", ...values, ...credentials, password, unescaped(password)];
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const DAY_MS = 86_400_000;
const WEEKDAY = /^(mon|tue|wed|thu|fri|sat|sun)/i;

/** The milliseconds of a `Retry-After`, which is a number of seconds or a date; 0 if it is neither, or lies in the past. */
function retryAfter(header: string | null | undefined, now: number): number {
  const text = header?.trim() ?? "";
  // `Date.parse` alone takes "-99999" for a year.
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : WEEKDAY.test(text) ? Date.parse(text) - now : 0;
  return ms > 0 ? ms : 0;
}

function tooLong(ms: number): string {
  const asked = ms > DAY_MS ? "more than a day" : `${Math.ceil(ms / 1000)} s`;
  const rest = "Run the same command again after that: spiral arena goes on with the games that are left.";
  return `it asks to wait ${asked}, and Spiral waits ${LONGEST_RETRY_AFTER / 1000} s at most. ${rest}`;
}

/** Runs at most `most` tasks at a time, in the order of the calls. */
function limited(most: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running < most) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      // The next task takes this place, so `running` does not change.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
