/** Every setting of a config with its value and its origin, as a table or as JSON. */
import { loadConfig } from "../../config/load.ts";
import { type ConfigOptions, configSources } from "../flags/config.ts";
import { print, printJson, styleFor, table } from "./output.ts";

/** Prints the config that a file and flags make. */
export function showConfig(file: string | undefined, options: ConfigOptions & { readonly json: boolean }): void {
  const { config, queue, origins } = loadConfig(configSources(file, options));
  const shown = { ...config, run: { ...config.run, queue } };
  const rows = [...origins].map(([key, origin]) => ({ key, value: valueAt(shown, key), origin }));
  if (options.json) printJson(Object.fromEntries(rows.map(({ key, value, origin }) => [key, { value, origin }])));
  else {
    const { cyan, dim } = styleFor(process.stdout);
    const text = (value: unknown): string => (Array.isArray(value) ? `[${value.join(", ")}]` : String(value));
    print(
      table(
        ["setting", "value", "from"],
        rows.map((row) => [row.key, cyan(text(row.value)), dim(row.origin)]),
        { drop: [2] },
      ),
    );
  }
}

const valueAt = (config: object, key: string): unknown =>
  key.split(".").reduce<unknown>((node, step) => (node as Record<string, unknown>)[step], config);
