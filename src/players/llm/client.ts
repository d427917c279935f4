/**
 * Questions to an endpoint, a few at a time, each asked again while the failure may pass: after failure n it waits
 *
 *   min(30 s, 2^(n−1) s) · U[½, 1), or what `Retry-After` asks for where that is longer (at most two minutes; RFC 9110 §10.2.3)
 */
import { setMaxListeners } from "node:events";
import { UserError } from "../../util/errors.ts";
import type { Rng } from "../../util/rng.ts";
import { type ChatAnswer, type ChatMessage, type Endpoint, requestChat } from "./request.ts";

export interface ClientSettings extends Endpoint {
  /** Requests for one answer, the first included. */
  readonly attempts: number;
  /** Questions under way at a time; the others wait, in order. One that waits to be asked again keeps its place. */
  readonly concurrency: number;
}

/** What only the caller can have. */
export interface Surroundings {
  /** Milliseconds since 1970, for a `Retry-After` with a date. */
  readonly now: () => number;
  /** Rejects when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Hears of each failure that is tried again. */
  readonly warn: (message: string) => void;
}

interface Question {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** Where the waiting times come from. */
  readonly rng: Rng;
  readonly signal?: AbortSignal | undefined;
}

export interface ChatClient {
  /** Rejects with a UserError (exit 1) where the endpoint gives no answer, and when the signal aborts. */
  ask(question: Question): Promise<ChatAnswer>;
  /** Ends whatever is under way. */
  close(): void;
}

const LONGEST_WAIT = 30_000;
const LONGEST_RETRY_AFTER = 120_000;

export function chatClient(settings: ClientSettings, { now, sleep, warn }: Surroundings): ChatClient {
  const inTurn = limited(settings.concurrency);
  const newer = new Set<string>();
  const closing = new AbortController();
  // Every request under way listens to it.
  setMaxListeners(0, closing.signal);

  async function ask({ model, messages, rng, signal }: Question): Promise<ChatAnswer> {
    const controller = new AbortController();
    const ends = [closing.signal, ...(signal ? [signal] : [])];
    const abort = (): void => controller.abort(ends.find(({ aborted }) => aborted)?.reason);
    for (const end of ends) end.addEventListener("abort", abort);
    try {
      for (const end of ends) end.throwIfAborted();
      for (let failures = 1; ; failures++) {
        const outcome = await requestChat(settings, model, messages, controller.signal, newer);
        if (!("what" in outcome)) return outcome;
        const said = `llm:${model}: ${settings.url} ${outcome.what}`;
        if (failures === settings.attempts) {
          const times = failures === 1 ? "" : `, after ${failures} attempts`;
          throw new UserError(1, `${said}${times}. ${outcome.mend}`);
        }
        const wait = Math.min(LONGEST_WAIT, 1000 * 2 ** (failures - 1)) * (0.5 + rng.next() / 2);
        const asked = Math.min(LONGEST_RETRY_AFTER, retryAfter(outcome.retryAfter, now()));
        const ms = Math.ceil(Math.max(wait, asked));
        warn(`${said}; trying again in ${Math.ceil(ms / 1000)} s`);
        await sleep(ms, controller.signal);
      }
    } finally {
      for (const end of ends) end.removeEventListener("abort", abort);
    }
  }

  return {
    ask: (question) => inTurn(() => ask(question)),
    close: () => closing.abort(new Error("the player has left")),
  };
}

/** Milliseconds that a `Retry-After` asks for, in seconds or as a date; 0 where it is neither. */
function retryAfter(header: string | null | undefined, now: number): number {
  const text = header?.trim() ?? "";
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return ms > 0 ? ms : 0;
}

/** Runs tasks, `most` at a time, in the order they came. */
function limited(most: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running < most) running++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      // The next one takes this place over.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
