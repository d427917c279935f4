/** The settings of language models: from the flags of a command and the environment. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ClientHooks, ClientSettings } from "../../players/llm/client.ts";
import { proxyFor } from "../../players/llm/proxy.ts";
import { UserError } from "../../util/errors.ts";
import { readText } from "../../util/files.ts";
import { checkAll } from "../check-all.ts";
import type { LlmOptions } from "../flags/llm.ts";
import { warn } from "../terminal/output.ts";

export interface LlmSettings extends ClientSettings {
  readonly retries: number;
}

/**
 * Settings from flags and the environment; flags win. The key is never a flag, because shells keep the command line and every
 * user of the machine can see it. Throws a UserError (exit 2) with everything that is wrong.
 */
export function llmSettings(options: LlmOptions, env: NodeJS.ProcessEnv = process.env): LlmSettings {
  const [url, key, headers, retries, attempts, concurrency, timeout, maxTokens, temperature] = checkAll(
    () => chatUrl(options.llmBaseUrl ?? env.SPIRAL_LLM_BASE_URL),
    () => readKey(options.llmApiKeyFile, env.SPIRAL_LLM_API_KEY),
    () => headersOf(options.llmHeader, env),
    options.llmRetries,
    options.llmAttempts,
    options.llmConcurrency,
    options.llmTimeout,
    options.llmMaxTokens,
    options.llmTemperature,
  );
  const proxy = proxyFor(url, env);
  const timeoutMs = timeout * 1000;
  return { url, key, headers, proxy, retries, attempts, concurrency, timeoutMs, maxTokens, temperature };
}

/** The settings that shape a model's answers. Does not read the key, because a key from a pipe can be read only once. */
export function answerSettings({
  llmRetries,
  llmMaxTokens,
  llmTemperature,
}: LlmOptions): Pick<LlmSettings, "retries" | "maxTokens" | "temperature"> {
  return { retries: llmRetries(), maxTokens: llmMaxTokens(), temperature: llmTemperature() };
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
function headersOf(given: readonly string[], env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
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
      if (problem !== undefined) throw new UserError(2, `--llm-header ${problem}.`);
      return [name.toLowerCase(), value];
    }),
  );
}

/** The key, from the file if one is named; undefined where there is none. No message holds it. */
function readKey(file: string | undefined, variable: string | undefined): string | undefined {
  const key = (file === undefined ? variable : readText(file, 2))?.trim();
  if (file !== undefined && !key) throw new UserError(2, `${file} holds no key.`);
  if (!key) return undefined;
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  const where = file ?? "SPIRAL_LLM_API_KEY";
  throw new UserError(2, `${where} does not hold a key alone: there are spaces or characters in it that no key has.`);
}
