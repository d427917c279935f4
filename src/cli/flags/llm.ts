/** The flags of every command that may seat a language model. `models/settings.ts` makes settings of them. */
import type { Price } from "../../record/usage.ts";
import { UserError } from "../../util/errors.ts";
import { checked, type Flag, grouped, type OptionsOf, path, text, texts, toggle, whole } from "./flag.ts";
import { numberBetween, wholeNumber } from "./numbers.ts";

type Check = (name: string, text: string) => number;

/** A flag that has a default, which the help names in words. */
function defaulted(usage: string, help: string, fallback: number, check: Check): Flag<() => number> {
  const flag = checked(usage, `${help} (default: ${fallback})`, check);
  return { ...flag, read: (given) => () => flag.read(given)() ?? fallback };
}

const from =
  (min: number, max: number): Check =>
  (name, value) =>
    wholeNumber(name, value, min, max);

export const llmFlags = grouped("Options for llm: players (docs/llm-measure.md):", {
  llmBaseUrl: text("--llm-base-url <url>", "endpoint of llm: players (or SPIRAL_LLM_BASE_URL)"),
  llmApiKeyFile: path(
    "--llm-api-key-file <file>",
    "file that holds the endpoint's key (or SPIRAL_LLM_API_KEY, the key itself)",
  ),
  llmHeader: texts(
    "--llm-header <header>",
    "a header for the endpoint, 'Name: value' or 'Name: $VARIABLE' (repeatable)",
  ),
  llmRetries: defaulted(
    "--llm-retries <n>",
    "further answers after an illegal one, before the game is forfeited",
    2,
    from(0, 100),
  ),
  llmAttempts: defaulted("--llm-attempts <n>", "requests for one answer where the endpoint fails", 5, from(1, 100)),
  llmConcurrency: defaulted("--llm-concurrency <n>", "requests at a time", 4, from(1, 1000)),
  llmTimeout: defaulted("--llm-timeout <seconds>", "for one request, its whole answer included", 120, (name, value) =>
    numberBetween(name, value, 0.001, 3600),
  ),
  llmMaxTokens: defaulted("--llm-max-tokens <n>", "length of an answer", 4096, from(1, 10_000_000)),
  llmTemperature: checked(
    "--llm-temperature <t>",
    "sampling temperature; the endpoint's own if not given",
    (name, value) => numberBetween(name, value, 0, 10),
  ),
  llmSeed: whole("--llm-seed <n>", "send each request a seed of its own, made from this one", { min: 0 }),
  llmEffort: text("--llm-effort <word>", "reasoning effort, as the endpoint names it: low, medium, high"),
  llmPrice: checked("--llm-price <in,out>", "what a million tokens cost, read and written: 0.25,2", price),
  answerOnly: toggle("--answer-only", "ask llm: players for their action alone, without reasoning"),
  system: path("--system <file>", "a system message for llm: players, such as a persona"),
  players: path("--players <file>", "named models, each with its own endpoint and settings (see docs/llm-measure.md)"),
});

/** Of a million tokens, those that are read and those that are written. */
function price(name: string, text: string): Price {
  const numbers = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const [prompt = Number.NaN, completion = Number.NaN] = numbers;
  if (numbers.length === 2 && prompt >= 0 && completion >= 0 && prompt + completion < 1e9)
    return { prompt, completion };
  throw new UserError(2, `${name} is "${text}"; it takes two numbers, such as 0.25,2.`);
}

/** Of commands that play games with such players. */
export const watch = {
  watch: toggle("--watch", "show on stderr what players that are asked see and say, as they play"),
};

export type LlmOptions = OptionsOf<typeof llmFlags>;

/** Games in progress at once if models answer: enough that the endpoint is never idle. */
export const gamesAtOnce = ({ llmConcurrency }: Pick<LlmOptions, "llmConcurrency">): number => 2 * llmConcurrency();
