/** The options of every command that may seat a language model, and what they stand for where they are not given. */
import type { Command } from "commander";

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
