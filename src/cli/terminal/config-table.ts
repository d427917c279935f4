/** Every setting of a config with its value and its origin, as a table or as JSON. */
import { loadConfig } from "../../config/load.ts";
import type { Config } from "../../config/schema.ts";
import { type ConfigOptions, configSources } from "../flags/config.ts";
import { print, printJson, styleFor, table } from "./output.ts";

/** Prints the config that a file and flags make. */
export function showConfig(file: string | undefined, options: ConfigOptions & { readonly json: boolean }): void {
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
        { drop: [2] },
      ),
    );
  }
}

const valueAt = (config: Config, key: string): unknown =>
  key.split(".").reduce<unknown>((node, step) => (node as Record<string, unknown>)[step], config);
