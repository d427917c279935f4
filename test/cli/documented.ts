/** Holds values to the tables of a page: rows of `path`, type and meaning under a heading. */
import { readFileSync } from "node:fs";

interface Shape {
  types: string[];
  optional: boolean;
  readonly fields: Map<string, Shape>;
}

/** Where a page's tables and a value disagree, in words; `heading` is the text after the hashes. */
export function disagreements(page: string, heading: string, value: unknown): string[] {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
  const sections = text.split(/^#+ /m).filter((section) => section.startsWith(`${heading}\n`));
  if (sections.length !== 1) return [`${page} has ${sections.length} sections "${heading}"`];
  const rows = [...(sections[0] as string).matchAll(/^\| `([^`]+)` +\| ([^|]+?) +\|/gm)];
  if (rows.length === 0) return [`${page} has no table under "${heading}"`];
  const root: Shape = { types: [Array.isArray(value) ? "array" : "object"], optional: false, fields: new Map() };
  for (const [, path = "", type = ""] of rows) insert(root, path, type);
  return [...compare(root, value, "")];
}

function insert(root: Shape, path: string, type: string): void {
  let shape = root;
  for (const step of path.replaceAll("[]", ".[]").split(".").filter(Boolean)) {
    let next = shape.fields.get(step);
    if (!next) {
      next = { types: [], optional: false, fields: new Map() };
      shape.fields.set(step, next);
    }
    shape = next;
  }
  shape.optional = type.endsWith(", optional");
  shape.types = type.replace(", optional", "").split(" or ");
}

function* compare(shape: Shape, value: unknown, path: string): Generator<string> {
  const { types, fields } = shape;
  if (!types.some((type) => isOf(type, value))) {
    yield `${path} is ${JSON.stringify(value)}, documented as ${types.join(" or ") || "nothing"}`;
    return;
  }
  if (typeof value !== "object" || value === null || types.includes("any")) return;
  const named = (key: string): Shape | undefined =>
    Array.isArray(value)
      ? fields.get("[]")
      : (fields.get(key) ?? [...fields].find(([name]) => name.startsWith("<"))?.[1]);
  for (const [key, inner] of Object.entries(value)) {
    const field = named(key);
    if (field) yield* compare(field, inner, `${path}.${key}`);
    else yield `${path}.${key} is not documented`;
  }
  for (const [key, { optional }] of fields) {
    const isName = key !== "[]" && !key.startsWith("<");
    if (isName && !optional && !Object.hasOwn(value, key)) yield `${path}.${key} is documented, and not there`;
  }
}

function isOf(type: string, value: unknown): boolean {
  if (type === "any") return true;
  if (type === "null") return value === null;
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}
