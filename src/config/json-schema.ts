/** The JSON Schema of config files, for editors. */
import { z } from "zod";
import { loadConfig } from "./load.ts";
import { configSchema } from "./schema.ts";

/** The schema of a config file: every key is optional and has its default. */
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
