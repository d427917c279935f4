/** The example command of CONTRIBUTING.md: its types checked, and run, as it stands there. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it, vi } from "vitest";
import type { Command } from "../../src/cli/command.ts";
import { makeProgram } from "../../src/cli/program.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
const section = /^## How to add a command$[\s\S]*?(?=^## )/m.exec(page)?.[0] ?? "";
const example = /```ts\n([\s\S]*?)```/.exec(section)?.[1] ?? "";
/** Where the page puts it. */
const path = join(root, "src/cli/commands/roles.ts");

it("has the types that a command has", () => {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  // JSDoc adds no types to TypeScript, and parsing it takes a fifth of the time.
  host.jsDocParsingMode = ts.JSDocParsingMode.ParseNone;
  host.fileExists = (file) => file === path || fileExists(file);
  host.readFile = (file) => (file === path ? example : readFile(file));
  const program = ts.createProgram([path], options, host);
  const problems = ts.getPreEmitDiagnostics(program, program.getSourceFile(path));
  expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))).toEqual([]);
}, 120_000);

/** Runs `spiral roles …`; the example's imports are found from where the page puts it. */
async function roles(...argv: string[]): Promise<{ readonly codes: readonly number[]; readonly out: string }> {
  const file = join(mkdtempSync(join(tmpdir(), "spiral-example-")), "roles.ts");
  writeFileSync(
    file,
    example.replaceAll(/"(\.\.\/[^"]+)"/g, (_, from: string) => JSON.stringify(join(path, "..", from))),
  );
  const { command } = (await import(file)) as { readonly command: Command };
  let out = "";
  const codes: number[] = [];
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += text;
    return true;
  });
  try {
    const listed = { usage: command.usage, summary: "show who sits where in a game", command };
    const program = makeProgram([listed], (code) => codes.push(code));
    await program.parseAsync(["roles", ...argv], { from: "user" });
  } finally {
    stdout.mockRestore();
  }
  return { codes, out };
}

it("does what it says", async () => {
  expect(section).toContain(
    '  "roles <game>": ["show who sits where in a game", () => import("./commands/roles.ts")],\n',
  );
  expect(await roles("ttt")).toEqual({ codes: [0], out: "X\nO\n" });
  expect(await roles("ttt", "--seat", "1", "--json")).toEqual({ codes: [0], out: '[\n  "O"\n]\n' });
  await expect(roles("ttt", "--seat", "2")).rejects.toThrow('--seat is "2"; it takes a whole number from 0 to 1.');
});
