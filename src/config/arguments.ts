/** Settings on the command line, as leaves: `--set rl.averaging=0.99` and flags such as `--games kuhn,ttt`. */
import { z } from "zod";
import { splitGames } from "../games/registry.ts";
import { attempt } from "./check.ts";
import { schemaAt } from "./schema.ts";
import { type Leaf, yamlValue } from "./yaml.ts";

/** A flag that sets a key: `{ name: "--games", key: "games", text: "kuhn,ttt" }`. */
export interface Flag {
  readonly name: string;
  readonly key: string;
  readonly text: string;
}

/** The leaves in `--set key.path=value`: one, or those of a map. */
export function setLeaves(set: string, problems: string[]): Leaf[] {
  const split = splitSetting(set);
  if (!split) {
    problems.push(`--set ${set}: write it as key=value, such as --set rl.averaging=0.99.`);
    return [];
  }
  return leavesAt(split.key, split.text, { where: `--set ${set}`, origin: "--set" }, problems);
}

/** The leaves in a flag that sets a key. */
export function flagLeaves({ name, key, text }: Flag, problems: string[]): Leaf[] {
  return leavesAt(key, text, { where: name, origin: name }, problems);
}

/** Key and value in `key.path=value`; undefined if there is no key. */
export function splitSetting(text: string): { readonly key: string; readonly text: string } | undefined {
  // Game ids, in keys and in values, may contain "=". The key ends at the first "=" that follows the path of a setting, or
  // that follows the path of a map of settings and precedes a map.
  const ends = [...text.matchAll(/=/g)].map(({ index }) => index);
  const schemaBefore = (at: number) => schemaAt(text.slice(0, at).split(".")).schema;
  const isSetting = (at: number): boolean => {
    const schema = schemaBefore(at);
    return schema !== undefined && !(schema instanceof z.ZodObject);
  };
  const isMap = (at: number): boolean => schemaBefore(at) !== undefined && /^\s*\{/.test(text.slice(at + 1));
  const end = ends.find(isSetting) ?? ends.find(isMap) ?? ends[0];
  return end === undefined || end === 0 ? undefined : { key: text.slice(0, end), text: text.slice(end + 1) };
}

function leavesAt(key: string, text: string, place: Pick<Leaf, "where" | "origin">, problems: string[]): Leaf[] {
  const path = key.split(".");
  const read = attempt(problems, () => ({ value: readValue(path, text, place.where) }));
  return read ? leavesOf(path, read.value).map((leaf) => ({ ...leaf, ...place })) : [];
}

/** One leaf; or, if the path is that of a map of settings, the leaves of the map. */
function leavesOf(path: readonly string[], value: unknown): Pick<Leaf, "path" | "value">[] {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap || !(schemaAt(path).schema instanceof z.ZodObject)) return [{ path, value }];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf([...path, key], inner));
}

/** The value in a command-line text: a YAML scalar or flow collection. A list may have commas without brackets. */
function readValue(path: readonly string[], text: string, where: string): unknown {
  const { schema } = schemaAt(path);
  // Invalid YAML is taken as a text, which the type of the key then accepts or refuses.
  const scalar = (part: string): unknown => (yamlValue(part, where) ?? { value: part }).value;
  if (schema instanceof z.ZodArray && !text.trimStart().startsWith("[")) return splitGames(text).map(scalar);
  return schema instanceof z.ZodString ? text : scalar(text);
}
