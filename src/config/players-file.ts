/**
 * A file of named language models, for `--players`: each with an endpoint, a key and settings of its own, so that several may meet
 * in one tournament. `llm:NAME` is the model of that name. The file holds no key: it names the file or the variable that does.
 */
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { didYouMean, firstIssue, UserError } from "../util/errors.ts";
import { expandHome, readText } from "../util/files.ts";
import { yamlLeaves } from "./yaml.ts";

const modelSchema = z.strictObject({
  /** What the endpoint calls it; the name in the file if left out. */
  model: z.string().min(1).optional(),
  baseUrl: z.string().min(1).optional(),
  keyFile: z.string().min(1).optional(),
  keyVariable: z.string().regex(/^\w+$/, "names an environment variable").optional(),
  headers: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  /** The file of a system message. */
  system: z.string().min(1).optional(),
  temperature: z.number().min(0).max(10).optional(),
  maxTokens: z.int().min(1).max(10_000_000).optional(),
  retries: z.int().min(0).max(100).optional(),
  attempts: z.int().min(1).max(100).optional(),
  concurrency: z.int().min(1).max(1000).optional(),
  timeout: z.number().min(0.001).max(3600).optional(),
  seed: z.int().min(0).optional(),
  effort: z.string().min(1).optional(),
  /** As --answer-only. */
  answerOnly: z.boolean().optional(),
  /** Of a million tokens: those that are read, those that are written. */
  price: z.tuple([z.number().min(0), z.number().min(0)]).optional(),
});

/** A model of the file; its paths are absolute. */
export type NamedModel = z.infer<typeof modelSchema> & { readonly name: string };

const KEYS = Object.keys(modelSchema.shape);
/** Members that hold the key itself elsewhere, and must not here. */
const SECRETS = ["key", "apikey", "api_key", "token"];

/** The models of a file by name. Throws a UserError (exit 2) with everything that is wrong; no message holds a value. */
export function readPlayersFile(path: string): ReadonlyMap<string, NamedModel> {
  const problems: string[] = [];
  const byName = new Map<string, { readonly where: string; readonly value: Record<string, unknown> }>();
  for (const { path: at, value, where } of yamlLeaves(
    readText(path, 2),
    { file: path, origin: () => path },
    problems,
  )) {
    const [name = "", key, inner] = at;
    const entry = byName.get(name) ?? { where, value: {} };
    byName.set(name, entry);
    if (key === undefined) {
      // `local:` with nothing below it is a model with the settings of the command.
      if (value !== null) problems.push(`${where}: ${name} takes settings: ${KEYS.join(", ")}.`);
    } else if (SECRETS.includes(key.toLowerCase())) {
      problems.push(
        `${where}: a key does not belong into this file. Name the file that holds it, by keyFile, or the variable, by keyVariable.`,
      );
    } else if (!KEYS.includes(key)) {
      problems.push(`${where}: there is no setting ${key}.${didYouMean(key, KEYS)} Settings: ${KEYS.join(", ")}.`);
    } else if (inner !== undefined) {
      const headers = (entry.value[key] ?? {}) as Record<string, unknown>;
      entry.value[key] = { ...headers, [inner]: value };
    } else entry.value[key] = value;
  }
  const models = new Map<string, NamedModel>();
  for (const [name, { where, value }] of byName) {
    const parsed = modelSchema.safeParse(value);
    if (!/^[\w.@-]+$/.test(name)) problems.push(`${where}: a name of a player consists of letters, digits and _ . @ -`);
    else if (parsed.success) models.set(name, { ...withPaths(parsed.data, dirname(resolve(path))), name });
    else problems.push(`${where}: ${name}: ${firstIssue(parsed.error)}.`);
  }
  if (problems.length === 0 && models.size === 0) problems.push(`${path} names no players.`);
  if (problems.length > 0) throw new UserError(2, problems);
  return models;
}

/** Paths are relative to the file's folder. */
function withPaths<M extends { readonly keyFile?: string | undefined; readonly system?: string | undefined }>(
  model: M,
  folder: string,
): M {
  const absolute = (path: string | undefined) => (path === undefined ? undefined : resolve(folder, expandHome(path)));
  return { ...model, keyFile: absolute(model.keyFile), system: absolute(model.system) };
}
