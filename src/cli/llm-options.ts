/** The options of every command that may seat a language model, and what they stand for where they are not given. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { ClientSettings, Surroundings } from "../players/llm/client.ts";
import { UserError } from "../util/errors.ts";
import { readText } from "../util/files.ts";
import { checkAll, finiteNumber, wholeNumber } from "./options.ts";
import { warn } from "./terminal/output.ts";

/** As commander hands them over. */
export interface LlmFlags {
  readonly llmBaseUrl?: string;
  readonly llmApiKeyFile?: string;
  readonly llmRetries?: string;
  readonly llmAttempts?: string;
  readonly llmConcurrency?: string;
  readonly llmTimeout?: string;
  readonly llmMaxTokens?: string;
  readonly llmTemperature?: string;
}

/** Adds them to a command; `openPlayers` takes what they hold. */
export function addLlmOptions(command: Command): Command {
  return command
    .option("--llm-base-url <url>", "endpoint of llm: players (or SPIRAL_LLM_BASE_URL)")
    .option("--llm-api-key-file <file>", "file that holds the endpoint's key (or SPIRAL_LLM_API_KEY, the key itself)")
    .option("--llm-retries <n>", "further answers after an illegal one, before the game is forfeited (default: 2)")
    .option("--llm-attempts <n>", "requests for one answer where the endpoint fails (default: 5)")
    .option("--llm-concurrency <n>", "requests at a time (default: 4)")
    .option("--llm-timeout <seconds>", "for one request, its whole answer included (default: 120)")
    .option("--llm-max-tokens <n>", "length of an answer (default: 4096)")
    .option("--llm-temperature <t>", "sampling temperature; the endpoint's own if not given");
}

export interface LlmSettings extends ClientSettings {
  readonly retries: number;
}

/**
 * What the flags and the environment say. Flags win; the key is never one, as the command line is kept by shells and
 * shown to every user of a machine. Throws a UserError (exit 2) with everything that is wrong.
 */
export function llmSettings(flags: LlmFlags, env: NodeJS.ProcessEnv = process.env): LlmSettings {
  const answering = answerChecks(flags);
  const [url, key, retries, attempts, concurrency, timeout, maxTokens, temperature] = checkAll(
    () => chatUrl(flags.llmBaseUrl ?? env.SPIRAL_LLM_BASE_URL),
    () => readKey(flags.llmApiKeyFile, env.SPIRAL_LLM_API_KEY),
    answering.retries,
    whole("--llm-attempts", flags.llmAttempts, 5, 1, 100),
    whole("--llm-concurrency", flags.llmConcurrency, 4, 1, 1000),
    () => between("--llm-timeout", flags.llmTimeout ?? "120", 0.001, 300),
    answering.maxTokens,
    answering.temperature,
  );
  return { url, key, retries, attempts, concurrency, timeoutMs: timeout * 1000, maxTokens, temperature };
}

/** Of the settings those that shape a model's answers. Reads no key: where it comes from a pipe, it can be read once. */
export function answerSettings(flags: LlmFlags): Pick<LlmSettings, "retries" | "maxTokens" | "temperature"> {
  const { retries, maxTokens, temperature } = answerChecks(flags);
  return { retries: retries(), maxTokens: maxTokens(), temperature: temperature() };
}

const answerChecks = ({ llmRetries, llmMaxTokens, llmTemperature }: LlmFlags) => ({
  retries: whole("--llm-retries", llmRetries, 2, 0, 100),
  maxTokens: whole("--llm-max-tokens", llmMaxTokens, 4096, 1, 10_000_000),
  temperature: () => (llmTemperature === undefined ? undefined : between("--llm-temperature", llmTemperature, 0, 10)),
});

const whole = (option: string, text: string | undefined, fallback: number, min: number, max: number) => () =>
  text === undefined ? fallback : wholeNumber(option, text, min, max);

/** A clock, a timer and a voice. Each kind of failure is told of once, however many games meet it. */
export function llmSurroundings(): Surroundings {
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
 * Where chat completions are: `/chat/completions` is appended to an address that ends in a version (`…/v1`),
 * `/v1/chat/completions` to any other; one that ends in `/chat/completions` is taken as it is.
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
  if (!/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    const what = "an http or https address without a user, a password, a query or a fragment";
    throw new UserError(
      2,
      `--llm-base-url (or SPIRAL_LLM_BASE_URL) takes ${what}; the key belongs into SPIRAL_LLM_API_KEY.`,
    );
  }
  const path = url.pathname.replace(/\/+$/, "");
  const rest = path.endsWith("/chat/completions")
    ? ""
    : /\/v\d+\w*$/.test(path)
      ? "/chat/completions"
      : "/v1/chat/completions";
  return `${url.origin}${path}${rest}`;
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

function between(option: string, text: string, min: number, max: number): number {
  const value = finiteNumber(option, text);
  if (value >= min && value <= max) return value;
  throw new UserError(2, `${option} is "${text}"; it takes a number from ${min} to ${max}.`);
}
