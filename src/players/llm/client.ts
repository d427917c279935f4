/**
 * A client that sends questions to an endpoint, a few at a time, and repeats those whose failure may be temporary. After
 * failure n it waits
 *
 *   min(30 s, 2^(n−1) s) · U[½, 1), or as long as `Retry-After` says (RFC 9110 §10.2.3; at most two minutes) if that is longer
 */
import { setMaxListeners } from "node:events";
import { UserError } from "../../util/errors.ts";
import type { Rng } from "../../util/rng.ts";
import { type ChatAnswer, type ChatMessage, type Endpoint, requestChat } from "./request.ts";

export interface ClientSettings extends Endpoint {
  /** The most requests for one answer, including the first. */
  readonly attempts: number;
  /** Questions in progress at a time; the others wait, in order. A question keeps its place while it waits for a retry. */
  readonly concurrency: number;
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

interface Question {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** For the random part of the waiting times. */
  readonly rng: Rng;
  readonly signal?: AbortSignal | undefined;
}

export interface ChatClient {
  /** Rejects with a UserError (exit 1) if the endpoint gives no answer, or with the signal's reason if it aborts. */
  ask(question: Question): Promise<ChatAnswer>;
  /** Aborts all questions. */
  close(): void;
}

const LONGEST_WAIT = 30_000;
const LONGEST_RETRY_AFTER = 120_000;

export function chatClient(settings: ClientSettings, { now, sleep, warn }: ClientHooks): ChatClient {
  const inTurn = limited(settings.concurrency);
  const usesMaxCompletionTokens = new Set<string>();
  const closing = new AbortController();
  // Every open request listens to this signal.
  setMaxListeners(0, closing.signal);

  async function ask({ model, messages, rng, signal }: Question): Promise<ChatAnswer> {
    const controller = new AbortController();
    const ends = [closing.signal, ...(signal ? [signal] : [])];
    const abort = (): void => controller.abort(ends.find(({ aborted }) => aborted)?.reason);
    for (const end of ends) end.addEventListener("abort", abort);
    try {
      for (const end of ends) end.throwIfAborted();
      for (let failures = 1; ; failures++) {
        const outcome = await requestChat(settings, model, messages, controller.signal, usesMaxCompletionTokens);
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

/** The milliseconds of a `Retry-After`, which is a number of seconds or a date; 0 if it is neither. */
function retryAfter(header: string | null | undefined, now: number): number {
  const text = header?.trim() ?? "";
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return ms > 0 ? ms : 0;
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
