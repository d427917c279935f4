/**
 * `npm run docs` runs the commands in the documentation's examples and writes below each what it prints. With `-- --check` it changes
 * nothing, shows what it would change, and fails if there is anything. It takes two CPU minutes. The figures are those of the backend
 * `wasm`, so it is meant for machines on which `--backend auto` takes that one. bench/lib/examples.ts says what an example is.
 */
import { execFile, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startEndpoint } from "./lib/endpoint.ts";
import { CHEAP_PAGES, COSTLY_PAGES, type Example, examplesOf, filesOf, shownOf, typedIn } from "./lib/examples.ts";

const isCheck = process.argv.includes("--check");
const checkout = process.cwd();
const scratch = mkdtempSync(join(tmpdir(), "spiral-docs-"));
const endpoint = await startEndpoint();
const env = { ...process.env, NO_COLOR: "1", SPIRAL_LLM_BASE_URL: endpoint.url };

/** What the page shows of an example's command, which is run by a shell. */
function output({ command, withErrors, shown }: Example, folder: string, program: string): Promise<string> {
  const script = [
    `spiral() { npm_command= "${process.execPath}" "${program}" "$@"; }`,
    `npx() { shift; npm_command=exec "${process.execPath}" "${program}" "$@"; }`,
    withErrors ? "exec 2>&1" : "",
    command,
  ].join("\n");
  return new Promise((resolve, reject) => {
    const shell = execFile("sh", ["-c", script], { cwd: folder, env, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      // Code 4 says that a check has failed, which an example may show.
      const isExpected = !error || error.code === 4 || shown.some((line) => line.startsWith("error: "));
      if (isExpected) resolve(stdout);
      else reject(new Error(`${command}: exit code ${error.code}\n${stderr}`));
    });
    // A command that reads nothing may be gone already.
    shell.stdin?.on("error", () => {});
    shell.stdin?.end(typedIn(shown));
  });
}

/** Makes `folder` a checkout to which CONTRIBUTING.md can add its game. */
function copyCheckout(folder: string): void {
  for (const part of ["bin", "configs", "dist", "src", "package.json", "tsconfig.json", "tsconfig.build.json"])
    cpSync(part, join(folder, part), { recursive: true, preserveTimestamps: true });
  symlinkSync(join(checkout, "node_modules"), join(folder, "node_modules"));
  const registry = join(folder, "src/games/registry.ts");
  const text = readFileSync(registry, "utf8");
  const withCoins = text.replace(/^const FAMILIES.* = \{$/m, "$&\n  coins: fixed(coins),");
  writeFileSync(registry, `import { coins } from "./coins.ts";\n${withCoins}`);
}

async function renew(path: string, folder: string, program: string): Promise<void> {
  const page = readFileSync(path, "utf8");
  for (const [file, text] of filesOf(page)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const lines: string[] = [];
  let end = 0;
  const old = page.split("\n");
  for (const example of examplesOf(page)) {
    const printed = await output(example, folder, program);
    const { shown, at } = example;
    lines.push(...old.slice(end, at), ...(shown.length === 0 ? [] : shownOf(printed, shown)));
    end = at + shown.length;
  }
  const renewed = [...lines, ...old.slice(end)].join("\n");
  if (renewed === page) return;
  if (isCheck) {
    console.log(`${path} does not show what its commands print. Mend it with: npm run docs`);
    spawnSync("diff", ["-u", path, "-"], { input: renewed, stdio: ["pipe", "inherit", "inherit"] });
    process.exitCode = 1;
  } else {
    console.log(`${path} is written anew`);
    writeFileSync(path, renewed);
  }
}

try {
  for (const [i, pages] of [...CHEAP_PAGES, ...COSTLY_PAGES].entries()) {
    const folder = join(scratch, String(i));
    mkdirSync(folder);
    const changesSources = pages.includes("CONTRIBUTING.md");
    if (changesSources) copyCheckout(folder);
    const program = join(changesSources ? folder : checkout, "bin/spiral.js");
    for (const path of pages) await renew(path, folder, program);
  }
} finally {
  endpoint.close();
  rmSync(scratch, { recursive: true, force: true });
}
