/** docs/configuration.md lists every setting as the schema has it. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { allowed } from "../../src/config/allowed.ts";
import { configJsonSchema } from "../../src/config/json-schema.ts";
import { configSchema, SIZES, schemaAt } from "../../src/config/schema.ts";

interface Node {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Node>>;
}

/** `| key | takes | meaning |`, one row per setting. */
function* rows({ properties = {} }: Node, path: readonly string[] = []): Generator<string> {
  for (const [key, node] of Object.entries(properties)) {
    const at = [...path, key];
    if (node.properties) yield* rows(node, at);
    else yield `| \`${at.join(".")}\` | ${allowed(schemaAt(at).schema ?? configSchema)} | ${node.description} |`;
  }
}

const page = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");

it("has a row for every setting, and none besides", () => {
  const expected = [...rows(configJsonSchema() as Node)];
  expect(expected.length).toBeGreaterThan(20);
  const found = page.split("\n").filter((line) => /^\| `[a-zA-Z][^`]*` \| .* \| .*\.\s\|$/.test(line));
  expect(found).toEqual(expected);
});

it("names every size", () => {
  for (const size of SIZES) expect(page).toContain(`\`${size}\``);
});
