/**
 * One request to an OpenAI-compatible endpoint, POST …/chat/completions. The outcome is an answer, a failure that may be
 * temporary (408, 409, 425, 429, 5xx, a broken connection, a timeout, a body that is no chat completion or reports an error), or
 * an error that a retry would not mend.
 *
 * All answers and errors of this module are `printable` and do not contain the key or other secrets.
 */
import { UserError } from "../../util/errors.ts";
import { oneLine, wellFormed } from "../../util/printable.ts";
import { type ChatAnswer, chatAnswer, failureWithin, hasNoCredit, parseJson, quote } from "./completion.ts";
import { MAX_BYTES, type Response, type Transport } from "./transport.ts";

export interface Endpoint {
  /** The full URL of the chat completions. */
  readonly url: string;
  readonly key?: string | undefined;
  /** Names in lower case, and values; they win over those that Spiral sends by itself. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The address of the proxy that leads to the endpoint. */
  readonly proxy?: string | undefined;
  /** For one request, from its start to the last byte of its answer. */
  readonly timeoutMs: number;
  readonly maxTokens: number;
  /** If undefined, the endpoint uses its default. */
  readonly temperature?: number | undefined;
  /** Sent as `reasoning_effort`: low, medium, high, or what else the endpoint knows. */
  readonly effort?: string | undefined;
}

/** What the requests to an endpoint share. */
export interface Connection {
  readonly endpoint: Endpoint;
  readonly transport: Transport;
  /** Makes text printable and removes secrets from it. */
  readonly clean: (text: string) => string;
  /** Models that take the limit on tokens only under the name `max_completion_tokens`. */
  readonly usesMaxCompletionTokens: Set<string>;
}

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** What is asked of a model. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** A whole number, for endpoints that repeat an answer to the same seed. */
  readonly seed?: number | undefined;
  /** Whether the probabilities of tokens are asked for. */
  readonly logprobs?: boolean | undefined;
}

/** The most alternatives of a token that endpoints give. */
const ALTERNATIVES = 20;

/** A failure that may be temporary. */
export interface Failure {
  /** Worded to follow the endpoint's address: `answers 503: busy`. */
  readonly what: string;
  /** What the user can do if it is not temporary. */
  readonly mend: string;
  /** The header `Retry-After`. */
  readonly retryAfter?: string | null;
}

/** Statuses below 500 that are worth a retry. */
const TEMPORARY = [408, 409, 425, 429];
const SEE_URL = "See that --llm-base-url names an OpenAI-compatible endpoint (docs/llm-measure.md).";
const MEND: Readonly<Record<number, string>> = {
  402: "The account has no credit left.",
  403: "The key may not use this model.",
  404: "The endpoint does not know the model, or --llm-base-url is wrong (docs/llm-measure.md says what is appended to it).",
  413: "The prompt is longer than the server takes.",
  429: "Lower --llm-concurrency, or see what the account allows.",
};
const CONNECTION: Readonly<Record<string, string | undefined>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the name of the host cannot be looked up",
  ECONNRESET: "the connection was cut",
  EPIPE: "the connection was cut",
  UND_ERR_SOCKET: "the connection was cut",
  UND_ERR_CONNECT_TIMEOUT: "nothing answers there",
};

/**
 * Throws a UserError (exit 1) for an error that a retry would not mend, and the signal's reason if it aborts. A model whose
 * answer asks for `max_completion_tokens` is noted in the connection, and the request is sent again.
 */
export async function requestChat(
  connection: Connection,
  request: ChatRequest,
  signal: AbortSignal,
): Promise<ChatAnswer | Failure> {
  const { endpoint, transport, clean, usesMaxCompletionTokens } = connection;
  const { url, key, headers, proxy, timeoutMs, maxTokens, temperature, effort } = endpoint;
  const { model, messages, seed, logprobs } = request;
  const limit = usesMaxCompletionTokens.has(model) ? "max_completion_tokens" : "max_tokens";
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener("abort", abort);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    controller.abort();
  }, timeoutMs);
  let response: Response;
  try {
    const sent = {
      "content-type": "application/json",
      accept: "application/json",
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...headers,
    };
    const body = {
      model,
      messages: messages.map(({ role, content }) => ({ role, content: wellFormed(content) })),
      [limit]: maxTokens,
      temperature,
      reasoning_effort: effort,
      seed,
      ...(logprobs ? { logprobs: true, top_logprobs: ALTERNATIVES } : {}),
      stream: false,
    };
    response = await transport.post(url, sent, JSON.stringify(body), controller.signal);
  } catch (error) {
    signal.throwIfAborted();
    const { code, message } = causeOf(error);
    if (late) {
      const mend = "Raise --llm-timeout, or lower --llm-max-tokens or --llm-concurrency.";
      return { what: `has not answered in full within ${timeoutMs / 1000} s`, mend };
    }
    const why = CONNECTION[code] ?? (oneLine(clean(message), 100) || "the connection failed");
    if (proxy !== undefined) {
      const what = `cannot be reached through the proxy ${new URL(proxy).origin}: ${why}`;
      return { what, mend: "See that the proxy runs. Hosts in NO_PROXY are reached without it." };
    }
    return { what: `cannot be reached: ${why}`, mend: "See that the server runs and that --llm-base-url is right." };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
  const { status, header, body } = response;
  if (body === undefined) {
    return { what: `sends more than ${MAX_BYTES >> 20} MiB`, mend: "Lower --llm-max-tokens, or take another model." };
  }
  const value = parseJson(body);
  const failed = status >= 200 && status < 300 ? failureWithin(value) : status;
  if (failed === undefined) {
    return chatAnswer(value, maxTokens, clean) ?? { what: `answers ${quote(body, clean)}`, mend: SEE_URL };
  }
  if (failed === 400 && limit === "max_tokens" && body.includes("max_completion_tokens")) {
    usesMaxCompletionTokens.add(model);
    return requestChat(connection, request, signal);
  }
  const what = `answers ${failed}: ${quote(body, clean)}`;
  const isFinal = hasNoCredit(value);
  const mend = MEND[isFinal ? 402 : failed] ?? "";
  if (!isFinal && (TEMPORARY.includes(failed) || failed >= 500)) {
    return { what, mend: mend || "The server's own log should say why.", retryAfter: header("retry-after") };
  }
  const at = `llm:${model}: ${url}`;
  // The body is not quoted: some endpoints repeat a part of the key in a 401.
  if (failed === 401)
    throw new UserError(1, `${at} answers 401: it ${key === undefined ? "wants a" : "refuses the"} key. ${SET_KEY}`);
  if (failed < 400) {
    const to = oneLine(clean(header("location") ?? ""), 200) || "it does not say where";
    throw new UserError(1, `${at} answers ${failed}: it has moved (${to}). Give its own address as --llm-base-url.`);
  }
  throw new UserError(1, `${at} ${what}. ${mend || "It would refuse the same request again (docs/llm-measure.md)."}`);
}

const SET_KEY = "Set SPIRAL_LLM_API_KEY, or name a file that holds the key: --llm-api-key-file.";

/** The first cause of a failed `fetch`, whose own message says only "fetch failed". */
function causeOf(error: unknown): { code: string; message: string } {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const [, refusal] = /^Proxy response \((\d+)\)/.exec(message) ?? [];
  const code = String((cause as { code?: unknown } | undefined)?.code);
  return { code, message: refusal === undefined ? message : `it answers ${refusal}` };
}
