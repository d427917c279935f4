/** Reads what an endpoint sends: a chat completion, or an error, which a response of status 200 may hold as well. */
import { oneLine } from "../../util/printable.ts";

export interface ChatAnswer {
  readonly text: string;
  /** Reasoning that the endpoint returns separately from the answer; often empty. */
  readonly reasoning: string;
  /** Whether the limit on tokens ended the answer. */
  readonly cutOff: boolean;
  /** Whether `text` is a refusal, which the endpoint returned in its own field. */
  readonly refused: boolean;
  readonly promptTokens?: number;
  readonly completionTokens?: number;
  /** The model that answered, as the endpoint names it; it may be a version of the one that was asked. */
  readonly served?: string;
  /** `system_fingerprint`: the endpoint's name for the model with all that it runs on. */
  readonly fingerprint?: string;
  /** The tokens of `text`, each with its likeliest alternatives, if they were asked for and given. */
  readonly tokens?: readonly TokenAlternatives[];
}

export interface TokenAlternatives {
  readonly token: string;
  readonly logprob: number;
  readonly alternatives: readonly { readonly token: string; readonly logprob: number }[];
}

/** Values of `finish_reason` with which servers say that the limit on tokens ended an answer. */
const CUT_OFF = ["length", "max_tokens", "model_length"];
/** … and with which they say that they failed to give one: what came until then is no answer. */
const FAILED = ["error", "abort", "cancelled", "content_filter", "insufficient_system_resource"];
/** Codes of errors that last until somebody pays. */
const NO_CREDIT = ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active"];

/** The answer in a body; undefined if it is no chat completion. `maxTokens`: the limit that was asked for. */
export function chatAnswer(value: unknown, maxTokens: number, clean: (text: string) => string): ChatAnswer | undefined {
  const choice = choiceOf(value);
  const message = choice?.message;
  if (!isRecord(value) || !choice || !isRecord(message)) return undefined;
  const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = isRecord(value.usage) ? value.usage : {};
  const reason = choice.finish_reason;
  const content = textOf(message.content);
  const refusal = textOf(message.refusal);
  return {
    text: clean(content || refusal),
    refused: content === "" && refusal !== "",
    reasoning: clean(textOf(message.reasoning_content) || textOf(message.reasoning)),
    cutOff:
      typeof reason === "string"
        ? CUT_OFF.includes(reason.toLowerCase())
        : isCount(completionTokens) && completionTokens >= maxTokens,
    ...(isCount(promptTokens) ? { promptTokens } : {}),
    ...(isCount(completionTokens) ? { completionTokens } : {}),
    ...named("served", value.model, clean),
    ...named("fingerprint", value.system_fingerprint, clean),
    ...tokensOf(choice.logprobs),
  };
}

/** A name that the endpoint gives, as one line. */
const named = <K extends string>(key: K, value: unknown, clean: (text: string) => string): { [_ in K]?: string } =>
  typeof value === "string" && value !== "" ? ({ [key]: oneLine(clean(value), 200) } as { [_ in K]: string }) : {};

function tokensOf(logprobs: unknown): Pick<ChatAnswer, "tokens"> {
  if (!isRecord(logprobs) || !Array.isArray(logprobs.content)) return {};
  const tokens = logprobs.content.flatMap((one: unknown): TokenAlternatives[] => {
    if (!isToken(one)) return [];
    const others: readonly unknown[] = Array.isArray(one.top_logprobs) ? one.top_logprobs : [];
    const alternatives = others.flatMap((other) =>
      isToken(other) ? { token: other.token, logprob: other.logprob } : [],
    );
    return [{ token: one.token, logprob: one.logprob, alternatives }];
  });
  return tokens.length === logprobs.content.length && tokens.length > 0 ? { tokens } : {};
}

const isToken = (value: unknown): value is Record<string, unknown> & { token: string; logprob: number } =>
  isRecord(value) && typeof value.token === "string" && typeof value.logprob === "number" && value.logprob <= 0.01;

/** The status of an error that the body of a 200 reports, for the whole or for its choice; undefined if there is none. */
export function failureWithin(value: unknown): number | undefined {
  const error = errorIn(value);
  if (error !== undefined) return isCount(error.code) && error.code >= 400 && error.code < 600 ? error.code : 500;
  return failedReason(value) === undefined ? undefined : 500;
}

/** Whether the error is that the account has no credit left, which no waiting mends. */
export function hasNoCredit(value: unknown): boolean {
  const { code, type } = errorIn(value) ?? {};
  return [code, type].some((word) => typeof word === "string" && NO_CREDIT.includes(word));
}

/** The message in a body that is no answer, as one line. */
export function quote(body: string, clean: (text: string) => string): string {
  const value = parseJson(body);
  const reason = failedReason(value);
  const error = errorIn(value) ?? (isRecord(value) ? (value.error ?? value) : undefined);
  const said = isRecord(error) ? (error.message ?? error.detail) : error;
  if (typeof said !== "string" && reason !== undefined) return `finish_reason "${reason}"`;
  const text = oneLine(clean(typeof said === "string" ? said : unescaped(body, value)), 200);
  if (text === "") return "nothing";
  return text.startsWith("<") ? "a web page" : text;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The error of the whole body, or of its choice. An error beside choices counts if it says something. */
function errorIn(value: unknown): Record<string, unknown> | undefined {
  if (!isRecord(value)) return undefined;
  const { error, choices } = value;
  if (isRecord(error) && (!Array.isArray(choices) || error.message !== undefined)) return error;
  const own = choiceOf(value)?.error;
  if (typeof own === "string" && own !== "") return { message: own };
  return isRecord(own) ? own : undefined;
}

function choiceOf(value: unknown): Record<string, unknown> | undefined {
  const choice = isRecord(value) && Array.isArray(value.choices) ? value.choices[0] : undefined;
  return isRecord(choice) ? choice : undefined;
}

function failedReason(value: unknown): string | undefined {
  const reason = choiceOf(value)?.finish_reason;
  return typeof reason === "string" ? FAILED.find((word) => word === reason.toLowerCase()) : undefined;
}

/** The text of a message's content, which may be a list of parts. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part) => (isRecord(part) && typeof part.text === "string" ? part.text : "")).join("");
}

/** The body without escape sequences, so that it can be read. */
function unescaped(body: string, value: unknown): string {
  try {
    if (value !== undefined) return JSON.stringify(value);
  } catch {
    // The value is nested too deeply.
  }
  const letters = body.replaceAll(/\\u([0-9a-f]{4})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
  return letters.replaceAll("\\/", "/");
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
