/** Runs our sources in a process of their own, where a backend may fail, print or refuse to end as it likes. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Lets Node load our sources as they stand: types are taken out on the way in. */
const loader = `
  import { readFileSync } from "node:fs";
  import ts from ${JSON.stringify(import.meta.resolve("typescript"))};
  const compilerOptions = { target: "ES2022", module: "ESNext", verbatimModuleSyntax: true };
  export async function load(url, context, next) {
    if (!url.endsWith(".ts")) return next(url, context);
    const { outputText: source } = ts.transpileModule(readFileSync(new URL(url), "utf8"), { compilerOptions });
    return { format: "module", shortCircuit: true, source };
  }
`;
const asUrl = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a module, from the root of the repository; `env` is added to our own. */
export function inChild(code: string, env: NodeJS.ProcessEnv = {}): Ended {
  const cwd = fileURLToPath(new URL("../..", import.meta.url));
  const register = asUrl(`import { register } from "node:module"; register(${JSON.stringify(asUrl(loader))});`);
  const argv = ["--import", register, "--input-type=module", "-e", code];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 28,
  });
  return { status, stdout, stderr };
}
