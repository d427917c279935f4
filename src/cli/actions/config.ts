/** `spiral config show`: every setting with its origin; `spiral config schema`: JSON Schema for editors. */
import { configJsonSchema } from "../../config/json-schema.ts";
import { loadConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { didYouMean, UserError } from "../../util/errors.ts";
import type { Options, Run } from "../command.ts";
import type { declaration } from "../commands/config.ts";
import { configSources } from "../flags/config.ts";
import { print, printJson, styleFor, table } from "../terminal/output.ts";

export const run: Run<typeof declaration> = ([what, file], options) => {
  if (what === "schema") {
    printJson(configJsonSchema());
    return 0;
  }
  if (what !== undefined && what !== "show") {
    const hint = /\.ya?ml$/.test(what)
      ? ` For a file: spiral config show ${what}`
      : didYouMean(what, ["show", "schema"]);
    throw new UserError(2, `"${what}" is neither show nor schema.${hint}`);
  }
  return showConfig(file, options);
};

/** Every setting with its value and its origin; returns the exit code. */
export function showConfig(file: string | undefined, options: Options<typeof declaration>): number {
  const { config, origins } = loadConfig(configSources(file, options));
  const rows = [...origins].map(([key, origin]) => ({ key, value: valueAt(config, key), origin }));
  if (options.json) printJson(Object.fromEntries(rows.map(({ key, value, origin }) => [key, { value, origin }])));
  else {
    const { cyan, dim } = styleFor(process.stdout);
    const shown = (value: unknown): string => (Array.isArray(value) ? `[${value.join(", ")}]` : String(value));
    print(
      table(
        ["setting", "value", "from"],
        rows.map((row) => [row.key, cyan(shown(row.value)), dim(row.origin)]),
      ),
    );
  }
  return 0;
}

const valueAt = (config: Config, key: string): unknown =>
  key.split(".").reduce<unknown>((node, step) => (node as Record<string, unknown>)[step], config);
