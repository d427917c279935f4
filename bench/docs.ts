/**
 * `npm run docs` writes the output of the commands in the documentation's examples below them; with `-- --check` it only compares
 * and fails if one differs. bench/lib/examples.ts says what an example is.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CHEAP_PAGES, examplesOf, isShown, shownOf } from "./lib/examples.ts";

const isCheck = process.argv.includes("--check");
const spiral = resolve("bin/spiral.js");
const folder = mkdtempSync(join(tmpdir(), "spiral-docs-"));
try {
  for (const path of CHEAP_PAGES) {
    const lines = readFileSync(path, "utf8").split("\n");
    // From the last to the first, as the numbers of lines change.
    for (const { argv, shown, at } of examplesOf(lines.join("\n")).reverse()) {
      const options = { cwd: folder, encoding: "utf8" as const, env: { ...process.env, NO_COLOR: "1" } };
      const { stdout, stderr, status } = spawnSync(process.execPath, [spiral, ...argv], options);
      if (status !== 0) throw new Error(`spiral ${argv.join(" ")}: exit code ${status}\n${stderr}`);
      if (isShown(stdout, shown)) continue;
      console.log(`${path}: spiral ${argv.join(" ")} ${isCheck ? "prints something else" : "is written anew"}`);
      if (isCheck) process.exitCode = 1;
      lines.splice(at, shown.length, ...shownOf(stdout, shown));
    }
    if (!isCheck) writeFileSync(path, lines.join("\n"));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
