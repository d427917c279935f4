/** Builds the program before the tests, where its sources are newer: several tests run what is built. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { takeLock } from "../src/run/lock.ts";
import { UserError } from "../src/util/errors.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** One process at a time, as none may read what another has half written. */
export async function setup(): Promise<void> {
  const dist = join(root, "dist");
  mkdirSync(dist, { recursive: true });
  for (;;) {
    let release: () => void;
    try {
      release = takeLock(dist);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    try {
      buildIfOlder();
    } finally {
      release();
    }
    return;
  }
}

function buildIfOlder(): void {
  const changed = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  const inTypeScript = sources.filter((file) => !file.startsWith(join("nn", "kernels")));
  const newest = Math.max(...inTypeScript.map((file) => changed(join(root, "src", file))));
  if (newest > changed(join(root, "dist", ".tsbuildinfo"))) {
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
  }
  // Which themselves look whether their sources are newer.
  for (const script of ["kernels.js", "page.js"]) {
    execFileSync(process.execPath, [join("bin", script)], { cwd: root, stdio: "inherit" });
  }
}
