/** The allowed values of a setting in words, from its schema. */
import { z } from "zod";

/** The allowed values in words, to follow "it takes". */
export function allowed(schema: z.ZodType): string {
  return phrase(z.toJSONSchema(schema) as JsonSchema);
}

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

function phrase(json: JsonSchema): string {
  if (json.enum) return `one of ${json.enum.join(", ")}`;
  if (json.const !== undefined) return String(json.const);
  if (json.anyOf) return json.anyOf.map(phrase).join(", or ");
  if (json.type === "array" && json.items) {
    const most = json.maxItems === undefined ? "" : ` and at most ${json.maxItems}`;
    return `a list of at least ${json.minItems ?? 0}${most}, each ${phrase(json.items)}`;
  }
  if (json.type === "object") return `a map with the keys ${Object.keys(json.properties ?? {}).join(", ")}`;
  if (json.type === "string") return "a text";
  const noun = json.type === "integer" ? "a whole number" : "a number";
  const bounds = [
    json.minimum === undefined ? "" : `from ${json.minimum}`,
    json.exclusiveMinimum === undefined ? "" : `above ${json.exclusiveMinimum}`,
    json.maximum === undefined || json.maximum === Number.MAX_SAFE_INTEGER ? "" : `to ${json.maximum}`,
    json.exclusiveMaximum === undefined ? "" : `to below ${json.exclusiveMaximum}`,
  ];
  return [noun, ...bounds.filter(Boolean)].join(" ");
}
