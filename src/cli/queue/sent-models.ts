/**
 * Language models as data for other machines: all their settings but keys, headers and proxies. Those are each machine's own, and a
 * worker gives its key to no endpoint but that of its own environment, whatever a job says.
 */
import { z } from "zod";
import { proxyFor } from "../../players/llm/proxy.ts";
import { UserError } from "../../util/errors.ts";
import { chatUrl, type LlmSettings, readKey } from "../models/settings.ts";

export const modelSchema = z.strictObject({
  url: z.string(),
  model: z.string().optional(),
  retries: z.int().min(0),
  attempts: z.int().min(1),
  concurrency: z.int().min(1),
  timeoutMs: z.number().gt(0),
  maxTokens: z.int().min(1),
  temperature: z.number().optional(),
  seed: z.int().min(0).optional(),
  effort: z.string().optional(),
  system: z.string().optional(),
  answerOnly: z.boolean().optional(),
  price: z.strictObject({ prompt: z.number(), completion: z.number() }).optional(),
});
export type SentModel = z.infer<typeof modelSchema>;

/** Throws a UserError (exit 2) if workers cannot ask as this machine does. */
export function sentModel({ key: _key, proxy: _proxy, headers, ...sent }: LlmSettings): SentModel {
  if (Object.keys(headers ?? {}).length === 0) return sent;
  throw new UserError(2, "Headers may hold secrets, and are not sent to workers: leave out --llm-header or --queue.");
}

/** The settings at a worker. Throws a UserError (exit 1) if its environment has another endpoint. */
export function modelHere(sent: SentModel, env: NodeJS.ProcessEnv = process.env): LlmSettings {
  const own = env.SPIRAL_LLM_BASE_URL ? chatUrl(env.SPIRAL_LLM_BASE_URL) : undefined;
  if (own !== sent.url) {
    const has = own === undefined ? "no endpoint" : `the endpoint ${own}`;
    const mend = "Start it with the SPIRAL_LLM_BASE_URL of the command, and with SPIRAL_LLM_API_KEY if it needs a key.";
    throw new UserError(1, `The worker has ${has}, and the command asks ${sent.url}. ${mend}`);
  }
  return { ...sent, key: readKey(undefined, "SPIRAL_LLM_API_KEY", env), proxy: proxyFor(sent.url, env) };
}
