/** The settings of language models: from the flags of a command and the environment. */
import { setTimeout as sleep } from "node:timers/promises";
import type { NamedModel } from "../../config/players-file.ts";
import type { ClientHooks, ClientSettings } from "../../players/llm/client.ts";
import { proxyFor } from "../../players/llm/proxy.ts";
import type { Price } from "../../record/usage.ts";
import { UserError } from "../../util/errors.ts";
import { readText } from "../../util/files.ts";
import { checkAll } from "../check-all.ts";
import type { LlmOptions } from "../flags/llm.ts";
import { warn } from "../terminal/output.ts";

export interface LlmSettings extends ClientSettings {
  /** What the endpoint calls the model; undefined for the name that it is given in the command. */
  readonly model?: string | undefined;
  readonly retries: number;
  /** The text of a system message. */
  readonly system?: string | undefined;
  /** Whether the model is asked for its action alone. */
  readonly answerOnly?: boolean | undefined;
  readonly price?: Price | undefined;
}

/**
 * Settings from flags and the environment; flags win. The key is never a flag, because shells keep the command line and every
 * user of the machine can see it. Throws a UserError (exit 2) with everything that is wrong.
 *
 * What a model of a --players file says of itself wins over both. If it has an endpoint of its own, the key and headers of the
 * command are not for it.
 */
export function llmSettings(options: LlmOptions, env: NodeJS.ProcessEnv = process.env, own?: NamedModel): LlmSettings {
  const isElsewhere = own?.baseUrl !== undefined;
  const keyFile = own?.keyFile ?? (isElsewhere || own?.keyVariable ? undefined : options.llmApiKeyFile);
  const variable = own?.keyVariable ?? (isElsewhere ? undefined : "SPIRAL_LLM_API_KEY");
  const written = Object.entries(own?.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
  const ownHeaders = `a header of ${own?.name}`;
  const [url, key, headers, retries, attempts, concurrency, timeout, maxTokens, temperature, seed, price, system] =
    checkAll(
      () => chatUrl(own?.baseUrl ?? options.llmBaseUrl ?? env.SPIRAL_LLM_BASE_URL),
      () => readKey(keyFile, variable, env),
      () => ({
        ...headersOf("--llm-header", isElsewhere ? [] : options.llmHeader, env),
        ...headersOf(ownHeaders, written, env),
      }),
      () => own?.retries ?? options.llmRetries(),
      () => own?.attempts ?? options.llmAttempts(),
      () => own?.concurrency ?? options.llmConcurrency(),
      () => own?.timeout ?? options.llmTimeout(),
      () => own?.maxTokens ?? options.llmMaxTokens(),
      () => own?.temperature ?? options.llmTemperature(),
      () => own?.seed ?? options.llmSeed(),
      () => (own?.price ? { prompt: own.price[0], completion: own.price[1] } : options.llmPrice()),
      () => systemMessage(own?.system ?? options.system),
    );
  return {
    url,
    key,
    headers,
    proxy: proxyFor(url, env),
    model: own ? (own.model ?? own.name) : undefined,
    retries,
    attempts,
    concurrency,
    timeoutMs: timeout * 1000,
    maxTokens,
    temperature,
    seed,
    effort: own?.effort ?? options.llmEffort,
    price,
    system,
    answerOnly: own?.answerOnly ?? (options.answerOnly || undefined),
  };
}

function systemMessage(file: string | undefined): string | undefined {
  const text = file === undefined ? undefined : readText(file, 2).trim();
  if (text !== "") return text;
  throw new UserError(2, `${file} is empty; a system message says something.`);
}

/** The settings that shape a model's answers, as plain data; those that are not set are left out. No key, no header. */
export function answerSettings({
  model,
  retries,
  maxTokens,
  temperature,
  seed,
  effort,
  system,
  answerOnly,
}: LlmSettings) {
  return { retries, maxTokens, temperature, model, seed, effort, system, answerOnly };
}

/** The clock, the timer and the warnings of a client. It warns of each kind of failure once, however many games meet it. */
export function clientHooks(): ClientHooks {
  const told = new Set<string>();
  return {
    now: Date.now,
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
    warn(message) {
      const [kind = ""] = message.split("; trying again");
      if (told.has(kind) || told.size >= 100) return;
      told.add(kind);
      warn(message);
    },
  };
}

/**
 * Where chat completions are: `/chat/completions` is appended to an address that names a version (`…/v1`, `…/v1beta/openai`,
 * `…?api-version=2024-10-21`), `/v1/chat/completions` to any other; one that ends in `/chat/completions` is taken as it is.
 */
export function chatUrl(base: string | undefined): string {
  const given = base?.trim() ?? "";
  if (given === "") {
    throw new UserError(
      2,
      "A language model needs an endpoint: set SPIRAL_LLM_BASE_URL, or --llm-base-url, such as http://localhost:8080/v1",
    );
  }
  let url: URL;
  try {
    url = new URL(given);
  } catch {
    throw new UserError(
      2,
      "--llm-base-url (or SPIRAL_LLM_BASE_URL) is no address; it takes one such as http://localhost:8080/v1",
    );
  }
  // The address is shown in messages, so nothing secret may be in it.
  if (!/^https?:$/.test(url.protocol) || url.username || url.password || !isQuery(url.search) || url.hash) {
    const what = "an http or https address without a user, a password, a fragment, or a query but ?api-version=…";
    throw new UserError(
      2,
      `--llm-base-url (or SPIRAL_LLM_BASE_URL) takes ${what}; the key belongs into SPIRAL_LLM_API_KEY.`,
    );
  }
  const path = url.pathname.replace(/\/+$/, "");
  const rest = path.endsWith("/chat/completions")
    ? ""
    : url.search !== "" || /\/v\d+\w*(\/|$)/.test(path)
      ? "/chat/completions"
      : "/v1/chat/completions";
  return `${url.origin}${path}${rest}${url.search}`;
}

/** Nothing, or what Azure asks for. */
const isQuery = (search: string): boolean => search === "" || /^\?api-version=[\w.-]{1,40}$/.test(search);

/** What HTTP itself sets. */
const RESERVED = [
  "host",
  "content-length",
  "connection",
  "transfer-encoding",
  "upgrade",
  "expect",
  "keep-alive",
  "te",
  "trailer",
];

/**
 * The headers of `Name: value`, names in lower case. A value `$NAME` is that of the environment, as command lines are kept by
 * shells. No message holds a value.
 */
function headersOf(where: string, given: readonly string[], env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name = "", written = ""] = /^([^:]*):(.*)$/s.exec(text) ?? [];
      const variable = /^\$\{?(\w+)\}?$/.exec(written.trim())?.[1];
      const value = (variable === undefined ? written : (env[variable] ?? "")).trim();
      const problem = !/^[\w!#$%&'*+.^`|~-]+$/.test(name)
        ? "has no name of a header: it takes 'Name: value'"
        : RESERVED.includes(name.toLowerCase())
          ? `names ${name}, which is set by itself`
          : value === ""
            ? `has no value for ${name}${variable === undefined ? "" : `: ${variable} is not set`}`
            : /^[\x20-\x7e]+$/.test(value)
              ? undefined
              : `has a value for ${name} with characters that no header has`;
      if (problem !== undefined) throw new UserError(2, `${where} ${problem}.`);
      return [name.toLowerCase(), value];
    }),
  );
}

/** The key, from the file if one is named, or from a variable; undefined where there is none. No message holds it. */
function readKey(file: string | undefined, variable: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const key = (file !== undefined ? readText(file, 2) : variable === undefined ? undefined : env[variable])?.trim();
  if (file !== undefined && !key) throw new UserError(2, `${file} holds no key.`);
  if (!key && variable !== undefined && variable !== "SPIRAL_LLM_API_KEY")
    throw new UserError(2, `${variable} is not set; keyVariable names the environment variable that holds the key.`);
  if (!key) return undefined;
  const where = file ?? variable;
  if (/^["'`]|["'`]$/.test(key)) throw new UserError(2, `${where} holds quotation marks around the key. Remove them.`);
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new UserError(2, `${where} does not hold a key alone: there are spaces or characters in it that no key has.`);
}
