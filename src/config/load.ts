/**
 * Layers of settings become one config: defaults ← size ← file ← --set ← flags. Every leaf remembers which layer it came
 * from, and every problem of every layer is reported at once.
 */
import { fileURLToPath } from "node:url";
import { parseDocument } from "yaml";
import { z } from "zod";
import { getGame } from "../games/registry.ts";
import { didYouMean, UserError } from "../util/errors.ts";
import { readText } from "../util/files.ts";
import { allowed, type Config, configSchema, type GameSettings, SIZES, schemaAt } from "./schema.ts";
import { type Leaf, yamlLeaves } from "./yaml.ts";

/** A flag of a command that stands for a key: `{ name: "--games", key: "games", text: "kuhn,ttt" }`. */
export interface Flag {
  readonly name: string;
  readonly key: string;
  readonly text: string;
}

export interface ConfigSources {
  readonly file?: string | undefined;
  readonly size?: string | undefined;
  /** `key.path=value`, each. */
  readonly sets?: readonly string[] | undefined;
  readonly flags?: readonly Flag[] | undefined;
}

export interface LoadedConfig {
  readonly config: Config;
  /** By key path with dots, in the order of the config: `default (configs/default.yaml:12)`, `my.yaml:3`, `--set`. */
  readonly origins: ReadonlyMap<string, string>;
}

/** Throws one UserError (exit 2) with every problem there is. */
export function loadConfig({ file, size, sets = [], flags = [] }: ConfigSources = {}): LoadedConfig {
  const problems: string[] = [];
  const leaves = packagedLeaves("default", "default", problems);
  if (size !== undefined) {
    if ((SIZES as readonly string[]).includes(size)) leaves.push(...packagedLeaves(size, `size ${size}`, problems));
    else problems.push(`--size is "${size}"; it takes one of ${SIZES.join(", ")}.`);
  }
  if (file !== undefined) {
    const text = attempt(problems, () => readText(file, 2));
    if (text !== undefined) {
      leaves.push(...yamlLeaves(text, { file, origin: (line) => `${file}:${line}` }, problems));
    }
  }
  for (const set of sets) {
    const leaf = setLeaf(set, problems);
    if (leaf) leaves.push(leaf);
  }
  for (const { name, key, text } of flags) {
    leaves.push({ path: key.split("."), value: readValue(key.split("."), text), where: name, origin: name });
  }

  const values = new Map<string, unknown>();
  const origins = new Map<string, string>();
  for (const leaf of leaves) {
    const value = checkLeaf(leaf, problems);
    if (value === undefined) continue;
    values.set(leaf.path.join("."), value);
    origins.set(leaf.path.join("."), leaf.origin);
  }
  if (problems.length > 0) throw new UserError(2, problems);
  // Only checked key paths get here, so no key can be `__proto__`.
  const config = configSchema.parse(nest(values));
  const order = [...flattenKeys(config)];
  return { config, origins: new Map(order.map((key) => [key, origins.get(key) ?? "?"])) };
}

/** The settings of one game: its exact id over its id without parameters over `default`, key by key. */
export function gameSettings(config: Config, gameId: string): GameSettings {
  const bare = gameId.split(":")[0] as string;
  const own = (id: string): Partial<GameSettings> =>
    Object.hasOwn(config.perGame, id) ? (config.perGame[id] as Partial<GameSettings>) : {};
  return { ...config.perGame.default, ...own(bare), ...own(gameId) };
}

/** JSON Schema of a config file, for editors: every key optional, each with its default. */
export function configJsonSchema(): Record<string, unknown> {
  const { config } = loadConfig();
  const visit = (node: unknown, value: unknown): unknown => {
    if (typeof node !== "object" || node === null || Array.isArray(node)) return node;
    const { required: _, properties, ...rest } = node as Record<string, unknown> & { properties?: object };
    if (properties === undefined) return value === undefined ? rest : { ...rest, default: value };
    const children = Object.entries(properties).map(([key, child]) => [
      key,
      visit(child, (value as Record<string, unknown> | undefined)?.[key]),
    ]);
    const { additionalProperties, ...others } = rest;
    return {
      ...others,
      properties: Object.fromEntries(children),
      additionalProperties: visit(additionalProperties, undefined),
    };
  };
  return { title: "Spiral configuration", ...(visit(z.toJSONSchema(configSchema), config) as object) };
}

function packagedLeaves(name: string, label: string, problems: string[]): Leaf[] {
  // The same relative place from src/config and from dist/config.
  const path = fileURLToPath(new URL(`../../configs/${name}.yaml`, import.meta.url));
  const file = `configs/${name}.yaml`;
  return yamlLeaves(readText(path, 1), { file, origin: (line) => `${label} (${file}:${line})` }, problems);
}

function setLeaf(set: string, problems: string[]): Leaf | undefined {
  // Game ids hold "=" too, in keys and in values: the key ends at the first "=" before which there is a known one.
  const ends = [...set.matchAll(/=/g)].map(({ index }) => index);
  const known = ends.find((end) => schemaAt(set.slice(0, end).split(".")).schema && !set.slice(0, end).endsWith("."));
  const end = known ?? ends[0];
  if (end === undefined || end === 0) {
    problems.push(`--set ${set}: write it as key=value, such as --set rl.averaging=0.99.`);
    return undefined;
  }
  const path = set.slice(0, end).split(".");
  return { path, value: readValue(path, set.slice(end + 1)), where: `--set ${set}`, origin: "--set" };
}

/** The value in a command-line text: a YAML scalar or flow; for a list, commas without brackets will do. */
function readValue(path: readonly string[], text: string): unknown {
  const { schema } = schemaAt(path);
  if (schema instanceof z.ZodArray && !text.trimStart().startsWith("["))
    return text.split(",").map((t) => scalar(t.trim()));
  return schema instanceof z.ZodString ? text : scalar(text);
}

function scalar(text: string): unknown {
  const document = parseDocument(text, { prettyErrors: false });
  // What is no YAML is a text, which the key's type will then refuse or take.
  return document.errors.length > 0 ? text : document.toJS();
}

/** The leaf's value where key and value are right; else undefined and a problem. */
function checkLeaf({ path, value, where }: Leaf, problems: string[]): unknown {
  const key = path.join(".");
  const { schema, known, depth } = schemaAt(path);
  if (!schema) {
    const parent = path.slice(0, depth).join(".");
    if (known.length === 0) {
      const parentSchema = schemaAt(path.slice(0, depth)).schema;
      problems.push(`${where}: ${parent} takes ${parentSchema ? allowed(parentSchema) : "a single value"}, not a map.`);
    } else {
      const unknown = [parent, path[depth]].filter(Boolean).join(".");
      problems.push(
        `${where}: unknown key "${unknown}".${didYouMean(path[depth] as string, known)} Keys there: ${known.join(", ")}.`,
      );
    }
    return undefined;
  }
  if (path[0] === "perGame" && path[1] !== undefined && path[1] !== "default") {
    if (attempt(problems, () => idOf(path[1] as string), `${where}: perGame: `) === undefined) return undefined;
  }
  if (schema instanceof z.ZodObject) {
    if (value !== null) problems.push(`${where}: ${key} is ${show(value)}; it takes ${allowed(schema)}.`);
    return undefined;
  }
  if (!schema.safeParse(value).success) {
    const options = schema instanceof z.ZodEnum && typeof value === "string" ? (schema.options as string[]) : [];
    const hint = didYouMean(String(value), options);
    problems.push(`${where}: ${key} is ${show(value)}; it takes ${allowed(schema)}.${hint}`);
    return undefined;
  }
  if (key === "games") return checkGames(value as string[], where, problems);
  return value;
}

// Until these are registered; then this goes away.
const PLANNED = new Set(["negotiation", "kuhn-match"]);
const idOf = (spec: string): string => (PLANNED.has(spec) ? spec : getGame(spec).id);

/** Game ids in their own spelling; unknown ones and ones named twice are problems. */
function checkGames(specs: readonly string[], where: string, problems: string[]): string[] | undefined {
  const ids: string[] = [];
  let good = true;
  for (const spec of specs) {
    const id = attempt(problems, () => idOf(spec), `${where}: `);
    if (id !== undefined && ids.includes(id)) problems.push(`${where}: games names "${id}" twice.`);
    good &&= id !== undefined && !ids.includes(id);
    if (id !== undefined) ids.push(id);
  }
  return good ? ids : undefined;
}

function attempt<T>(problems: string[], action: () => T, prefix = ""): T | undefined {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    problems.push(...error.problems.map((problem) => prefix + problem));
    return undefined;
  }
}

const show = (value: unknown): string => {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

function nest(values: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [key, value] of values) {
    const path = key.split(".");
    let node = root;
    for (const step of path.slice(0, -1)) {
      node[step] ??= {};
      node = node[step] as Record<string, unknown>;
    }
    node[path.at(-1) as string] = value;
  }
  return root;
}

function* flattenKeys(value: object, prefix = ""): Generator<string> {
  for (const [key, child] of Object.entries(value)) {
    const path = prefix + key;
    if (typeof child === "object" && child !== null && !Array.isArray(child)) yield* flattenKeys(child, `${path}.`);
    else yield path;
  }
}
