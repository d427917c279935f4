/** Each command has a page that names its options, all of them and no others, and its exit codes. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { spiral } from "./spiral.ts";

const COMMANDS = readdirSync(new URL("../../src/cli/commands", import.meta.url)).map((file) =>
  file.replace(/\.ts$/, ""),
);

const optionsIn = (text: string): Set<string> => new Set(text.match(/(?<![\w-])--[a-z][a-z-]+/g));

it.each(COMMANDS)("docs/commands/%s.md", async (command) => {
  const page = readFileSync(new URL(`../../docs/commands/${command}.md`, import.meta.url), "utf8");
  const { code, out } = await spiral(".", command, "--help");
  expect(code).toBe(0);
  const known = optionsIn(out);
  known.delete("--help");
  const said = optionsIn(page);
  expect([...known].filter((option) => !said.has(option))).toEqual([]);
  // A page may speak of other commands' options.
  const all = new Set([
    ...known,
    ...optionsIn((await spiral(".", "train", "--help")).out),
    "--rows",
    "--vs",
    "--verify",
  ]);
  expect([...said].filter((option) => !all.has(option))).toEqual([]);
  expect(page).toMatch(/^(## Exit codes$|Exit codes: 0;)/m);
});
