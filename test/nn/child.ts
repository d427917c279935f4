/** Runs the built modules in a process of their own, where a backend may fail, print or refuse to end as it likes. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = new URL("../../", import.meta.url);

/** Lets Node load our tests' TypeScript: types are taken out on the way in, and the sources are those that are built. */
const loader = `
  import { readFileSync } from "node:fs";
  import ts from ${JSON.stringify(import.meta.resolve("typescript"))};
  const compilerOptions = { target: "ES2022", module: "ESNext", verbatimModuleSyntax: true };
  const src = ${JSON.stringify(new URL("src/", root).href)};
  const dist = ${JSON.stringify(new URL("dist/", root).href)};
  export async function resolve(specifier, context, next) {
    const found = await next(specifier, context);
    if (!found.url.startsWith(src)) return found;
    return { ...found, format: "module", url: dist + found.url.slice(src.length).replace(/\\.ts$/, ".js") };
  }
  export async function load(url, context, next) {
    if (!url.endsWith(".ts")) return next(url, context);
    const { outputText: source } = ts.transpileModule(readFileSync(new URL(url), "utf8"), { compilerOptions });
    return { format: "module", shortCircuit: true, source };
  }
`;
const asUrl = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
const register = asUrl(`import { register } from "node:module"; register(${JSON.stringify(asUrl(loader))});`);

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a module, from the root of the repository; `env` is added to our own. */
export const inChild = (code: string, env: NodeJS.ProcessEnv = {}): Ended => runNode(code, env, []);

/** The same, of a module that imports our tests' TypeScript: dearer, as it starts a compiler. */
export const inChildWithTypes = (code: string, env: NodeJS.ProcessEnv = {}): Ended =>
  runNode(code, env, ["--import", register]);

function runNode(code: string, env: NodeJS.ProcessEnv, flags: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, "--input-type=module", "-e", code], {
    cwd: fileURLToPath(root),
    encoding: "utf8",
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 28,
  });
  return { status, stdout, stderr };
}
