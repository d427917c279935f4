/**
 * Language models as data for other machines: all their settings but keys, headers and proxies. Those are each machine's own, and a
 * worker asks no endpoint but its own ones, whatever a job says.
 */
import { z } from "zod";
import { type NamedModel, readPlayersFile } from "../../config/players-file.ts";
import { UserError } from "../../util/errors.ts";
import { checkAll } from "../check-all.ts";
import { optionsOf } from "../flags/flag.ts";
import { llmFlags } from "../flags/llm.ts";
import { SHARED } from "../models/model-player.ts";
import { type LlmSettings, llmSettings } from "../models/settings.ts";

export const modelSchema = z.strictObject({
  url: z.string(),
  /** Whether the command asks with a key. */
  keyed: z.boolean(),
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
export function sentModel({ key, proxy: _, headers, ...sent }: LlmSettings): SentModel {
  if (Object.keys(headers ?? {}).length === 0) return { ...sent, keyed: key !== undefined };
  throw new UserError(2, "Headers may hold secrets, and are not sent to workers: leave out --llm-header or --queue.");
}

/** What a worker must have to ask these models, in words. */
export const needsOf = (models: readonly Pick<SentModel, "url" | "keyed">[]): string[] => [
  ...new Set(models.map(({ url, keyed }) => endpointIn(url, keyed))),
];

const endpointIn = (url: string, keyed: boolean): string => `the endpoint ${url}${keyed ? " with its key" : ""}`;

/** By the name of a model in the worker's --players file; the endpoint of its environment under `SHARED`. */
export type Endpoints = ReadonlyMap<string, LlmSettings>;

/** The endpoints of a worker. Throws a UserError (exit 2) with everything that is wrong with them. */
export function endpointsHere(file: string | undefined, env: NodeJS.ProcessEnv = process.env): Endpoints {
  const named = [...(file === undefined ? [] : readPlayersFile(file))];
  const settings = (name: string, model?: NamedModel) => () => [name, llmSettings(NO_FLAGS, env, model)] as const;
  return new Map(
    checkAll<(readonly [string, LlmSettings])[]>(
      ...(env.SPIRAL_LLM_BASE_URL ? [settings(SHARED)] : []),
      ...named.map(([name, model]) => settings(name, model)),
    ),
  );
}

const NO_FLAGS = optionsOf(llmFlags, {});

/** What a worker with these endpoints has of that which jobs may need. One with a key does for jobs that need none. */
export const hasOf = (endpoints: Endpoints): string[] => [
  ...new Set(
    [...endpoints.values()].flatMap(({ url, key }) => [
      endpointIn(url, false),
      ...(key === undefined ? [] : [endpointIn(url, true)]),
    ]),
  ),
];

/** The settings of a model, called `name`, at a worker. Throws a UserError (exit 1) if it is not among its endpoints. */
export function modelHere({ keyed, ...sent }: SentModel, name: string, endpoints: Endpoints): LlmSettings {
  const isOne = (own: LlmSettings | undefined) => own?.url === sent.url && (own.key !== undefined || !keyed);
  const own = [endpoints.get(name), endpoints.get(SHARED), ...endpoints.values()].find(isOne);
  if (!own) throw new UserError(1, `The worker lacks ${needsOf([{ url: sent.url, keyed }]).join(" and ")}.`);
  return { ...sent, key: own.key, headers: own.headers, proxy: own.proxy };
}
