/** The flags of every command that may seat a language model. `open/llm-settings.ts` makes settings of them. */
import { checked, type Flag, type OptionsOf, text, texts } from "./flag.ts";
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

export const llmFlags = {
  llmBaseUrl: text("--llm-base-url <url>", "endpoint of llm: players (or SPIRAL_LLM_BASE_URL)"),
  llmApiKeyFile: text(
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
};

export type LlmOptions = OptionsOf<typeof llmFlags>;

/** Games in progress at once if models answer: enough that the endpoint is never idle. */
export const gamesAtOnce = ({ llmConcurrency }: Pick<LlmOptions, "llmConcurrency">): number => 2 * llmConcurrency();
