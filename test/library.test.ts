/** docs/library.md: its examples compile with the types that the package carries, run, and print what the page says. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { encodeSafetensors } from "../src/nn/safetensors.ts";
import { folder } from "./cli/spiral.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const page = readFileSync(join(root, "docs/library.md"), "utf8");
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "gm"))].map(([, text]) => text as string);
const [first, second] = blocks("ts") as [string, string];

/** What the examples use of Node: the package's types need none of it, and the compiler takes a second to read all of Node's. */
const NODE = `
declare const console: { log(...values: unknown[]): void };
declare const process: { readonly argv: readonly string[] };
declare module "node:fs" {
  export function readFileSync(path: string): Uint8Array;
}
`;

/** A folder in which the package is installed. */
let project: string;
beforeAll(() => {
  project = folder();
  mkdirSync(join(project, "node_modules"));
  symlinkSync(root, join(project, "node_modules/spiral-arena"));
  writeFileSync(join(project, "package.json"), '{ "type": "module" }\n');
});

const node = (...args: string[]): string => execFileSync(process.execPath, args, { cwd: project, encoding: "utf8" });

/** The example as JavaScript: its types are checked apart. */
function example(code: string, name: string): string {
  writeFileSync(join(project, `${name}.ts`), code);
  writeFileSync(join(project, `${name}.js`), code);
  return join(project, `${name}.js`);
}

describe("docs/library.md", () => {
  it("prints what the page shows", () => {
    const [, output] = /It prints\n\n```\n([\s\S]*?)```/.exec(page) as unknown as [string, string];
    expect(node(example(first, "first"))).toBe(output);
  });

  it("plays a trained policy", () => {
    // Kuhn and tic-tac-toe, one layer of zeros: uniform play.
    const zeros = (name: string, ...shape: number[]) => ({
      name,
      shape,
      values: new Float32Array(shape.reduce((a, b) => a * b)),
    });
    const [inputs, outputs] = [7 + 27 + 4, 2 + 9];
    const weights = [zeros("layer0.weight", inputs, outputs), zeros("layer0.bias", outputs)];
    writeFileSync(join(project, "model.safetensors"), encodeSafetensors(weights));
    expect(node(example(second, "second"))).toBe(`${Array(9).fill("0.11").join(" ")}\n`);
  });

  it("compiles with the package's types, and every module of its table is there", () => {
    const modules = [...page.matchAll(/^\| `(spiral-arena\/[^`]+)` \|/gm)].map(([, name]) => name as string);
    expect(modules.length).toBeGreaterThan(12);
    writeFileSync(join(project, "all.ts"), modules.map((name) => `import "${name}";\n`).join(""));
    const compilerOptions = {
      module: "nodenext",
      target: "es2022",
      lib: ["es2022"],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
    };
    writeFileSync(join(project, "node.d.ts"), NODE);
    const files = ["node.d.ts", "first.ts", "second.ts", "all.ts"];
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    expect(node(join(root, "node_modules/typescript/bin/tsc"), "-p", project)).toBe("");
    writeFileSync(join(project, "all.js"), readFileSync(join(project, "all.ts")));
    expect(node(join(project, "all.js"))).toBe("");
  });
});
