/**
 * One request to an OpenAI-compatible endpoint, POST …/chat/completions. The outcome is an answer, a failure that may be
 * temporary (408, 409, 425, 429, 5xx, a broken connection, a timeout, a body that is no chat completion), or an error that a
 * retry would not mend.
 *
 * All answers and errors of this module are `printable` and do not contain the key.
 */
import { UserError } from "../../util/errors.ts";
import { oneLine, wellFormed } from "../../util/printable.ts";
import { keyRemover } from "./key-remover.ts";

export interface Endpoint {
  /** The full URL of the chat completions. */
  readonly url: string;
  readonly key?: string | undefined;
  /** For one request, from its start to the last byte of its answer. At most 300,000, which is Node's limit. */
  readonly timeoutMs: number;
  readonly maxTokens: number;
  /** If undefined, the endpoint uses its default. */
  readonly temperature?: number | undefined;
}

export interface ChatMessage {
  readonly role: "user" | "assistant";
  readonly content: string;
}

export interface ChatAnswer {
  readonly text: string;
  /** Reasoning that the endpoint returns separately from the answer; often empty. */
  readonly reasoning: string;
  /** Whether the limit on tokens ended the answer. */
  readonly cutOff: boolean;
  readonly promptTokens?: number;
  readonly completionTokens?: number;
}

/** A failure that may be temporary. */
export interface Failure {
  /** Worded to follow the endpoint's address: `answers 503: busy`. */
  readonly what: string;
  /** What the user can do if it is not temporary. */
  readonly mend: string;
  /** The header `Retry-After`. */
  readonly retryAfter?: string | null;
}

const MAX_BYTES = 4 * 1024 * 1024;
/** Statuses below 500 that are worth a retry. */
const TEMPORARY = [408, 409, 425, 429];
const SEE_URL = "See that --llm-base-url names an OpenAI-compatible endpoint (docs/llm.md).";
const MEND: Readonly<Record<number, string>> = {
  402: "The account has no credit left.",
  403: "The key may not use this model.",
  404: "The endpoint does not know the model, or --llm-base-url is wrong (docs/llm.md says what is appended to it).",
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
 * Throws a UserError (exit 1) for an error that a retry would not mend, and the signal's reason if it aborts. Some models
 * take the limit on tokens only under the name `max_completion_tokens`. `usesMaxCompletionTokens` holds these models; a model
 * whose answer asks for that name is added, and the request is sent again.
 */
export async function requestChat(
  endpoint: Endpoint,
  model: string,
  messages: readonly ChatMessage[],
  signal: AbortSignal,
  usesMaxCompletionTokens: Set<string>,
): Promise<ChatAnswer | Failure> {
  const { url, key, timeoutMs, maxTokens, temperature } = endpoint;
  const clean = keyRemover(key);
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
  let status: number;
  let headers: Headers;
  let body: string | undefined;
  try {
    const response = await fetch(url, {
      method: "POST",
      // A redirect could turn the POST into a GET and send the prompt to another host.
      redirect: "manual",
      headers: {
        "content-type": "application/json",
        accept: "application/json",
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify({
        model,
        messages: messages.map(({ role, content }) => ({ role, content: wellFormed(content) })),
        [limit]: maxTokens,
        temperature,
        stream: false,
      }),
      signal: controller.signal,
    });
    ({ status, headers } = response);
    body = await readBody(response);
  } catch (error) {
    signal.throwIfAborted();
    const { code, message } = causeOf(error);
    if (late || code === "UND_ERR_HEADERS_TIMEOUT") {
      const mend = "Raise --llm-timeout, or lower --llm-max-tokens or --llm-concurrency.";
      return { what: `has not answered in full within ${timeoutMs / 1000} s`, mend };
    }
    const why = CONNECTION[code] ?? (oneLine(clean(message), 100) || "the connection failed");
    return { what: `cannot be reached: ${why}`, mend: "See that the server runs and that --llm-base-url is right." };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
  if (body === undefined) {
    return { what: `sends more than ${MAX_BYTES >> 20} MiB`, mend: "Lower --llm-max-tokens, or take another model." };
  }
  const value = parseJson(body);
  const failed = status >= 200 && status < 300 ? failureWithin(value) : status;
  if (failed === undefined) return chatAnswer(value, clean) ?? { what: `answers ${quote(body, clean)}`, mend: SEE_URL };
  if (failed === 400 && limit === "max_tokens" && body.includes("max_completion_tokens")) {
    usesMaxCompletionTokens.add(model);
    return requestChat(endpoint, model, messages, signal, usesMaxCompletionTokens);
  }
  const what = `answers ${failed}: ${quote(body, clean)}`;
  const mend = MEND[failed] ?? "";
  if (TEMPORARY.includes(failed) || failed >= 500) {
    return { what, mend: mend || "The server's own log should say why.", retryAfter: headers.get("retry-after") };
  }
  const at = `llm:${model}: ${url}`;
  // The body is not quoted: some endpoints repeat a part of the key in a 401.
  if (failed === 401)
    throw new UserError(1, `${at} answers 401: it ${key === undefined ? "wants a" : "refuses the"} key. ${SET_KEY}`);
  if (failed < 400) {
    const to = oneLine(clean(headers.get("location") ?? ""), 200) || "it does not say where";
    throw new UserError(1, `${at} answers ${failed}: it has moved (${to}). Give its own address as --llm-base-url.`);
  }
  throw new UserError(1, `${at} ${what}. ${mend || "It would refuse the same request again (docs/llm.md)."}`);
}

const SET_KEY = "Set SPIRAL_LLM_API_KEY, or name a file that holds the key: --llm-api-key-file.";

/** The text of a body. Undefined if it is longer than `MAX_BYTES`; the rest is then not read. */
async function readBody(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** Some endpoints report an error in the body of a 200. → its status */
function failureWithin(value: unknown): number | undefined {
  if (!isRecord(value) || !isRecord(value.error) || Array.isArray(value.choices)) return undefined;
  const { code } = value.error;
  return isCount(code) && code >= 400 && code < 600 ? code : 500;
}

function chatAnswer(value: unknown, clean: (text: string) => string): ChatAnswer | undefined {
  const choice = isRecord(value) && Array.isArray(value.choices) ? value.choices[0] : undefined;
  const message = isRecord(choice) ? choice.message : undefined;
  if (!isRecord(value) || !isRecord(choice) || !isRecord(message)) return undefined;
  const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = isRecord(value.usage) ? value.usage : {};
  return {
    text: clean(textOf(message.content) || textOf(message.refusal)),
    reasoning: clean(textOf(message.reasoning_content) || textOf(message.reasoning)),
    cutOff: choice.finish_reason === "length",
    ...(isCount(promptTokens) ? { promptTokens } : {}),
    ...(isCount(completionTokens) ? { completionTokens } : {}),
  };
}

/** The text of a message's content, which may be a list of parts. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => (isRecord(part) && typeof part.text === "string" ? part.text : "")).join("");
}

/** The message in a body that is no answer, as one line. */
function quote(body: string, clean: (text: string) => string): string {
  const value = parseJson(body);
  const error = isRecord(value) ? (value.error ?? value) : undefined;
  const said = isRecord(error) ? (error.message ?? error.detail) : error;
  const text = oneLine(clean(typeof said === "string" ? said : unescaped(body, value)), 200);
  if (text === "") return "nothing";
  return text.startsWith("<") ? "a web page" : text;
}

/** The body without escape sequences, so that `keyRemover` finds the key in it. */
function unescaped(body: string, value: unknown): string {
  try {
    if (value !== undefined) return JSON.stringify(value);
  } catch {
    // The value is nested too deeply.
  }
  const letters = body.replaceAll(/\\u([0-9a-f]{4})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
  return letters.replaceAll("\\/", "/");
}

/** The cause of a failed `fetch`, whose own message says only "fetch failed". */
function causeOf(error: unknown): { code: string; message: string } {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  return { code: String((cause as { code?: unknown } | undefined)?.code), message };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
