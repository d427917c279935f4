/** Leaves from the command line: `--set rl.averaging=0.99` and flags such as `--games kuhn,ttt`. */
import { parseDocument } from "yaml";
import { z } from "zod";
import { schemaAt } from "./schema.ts";
import type { Leaf } from "./yaml.ts";

/** A flag of a command that stands for a key: `{ name: "--games", key: "games", text: "kuhn,ttt" }`. */
export interface Flag {
  readonly name: string;
  readonly key: string;
  readonly text: string;
}

/** The leaf in `--set key.path=value`. */
export function setLeaf(set: string, problems: string[]): Leaf | undefined {
  // Game ids hold "=" too, in keys and in values: the key ends at the first "=" before which there is a setting.
  const ends = [...set.matchAll(/=/g)].map(({ index }) => index);
  const isSetting = (key: string): boolean => {
    const { schema } = schemaAt(key.split("."));
    return schema !== undefined && !(schema instanceof z.ZodObject);
  };
  const end = ends.find((at) => isSetting(set.slice(0, at))) ?? ends[0];
  if (end === undefined || end === 0) {
    problems.push(`--set ${set}: write it as key=value, such as --set rl.averaging=0.99.`);
    return undefined;
  }
  const path = set.slice(0, end).split(".");
  return { path, value: readValue(path, set.slice(end + 1)), where: `--set ${set}`, origin: "--set" };
}

/** The leaf in a flag that stands for a key. */
export function flagLeaf({ name, key, text }: Flag): Leaf {
  const path = key.split(".");
  return { path, value: readValue(path, text), where: name, origin: name };
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
