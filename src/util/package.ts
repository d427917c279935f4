/** The files that come with this package, wherever its code runs from: src/, dist/ or build/. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Path of a file of the package, given from its root: `configs/default.yaml`. */
export function packageFile(relative: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return join(folder, relative);
}

/** For `--version`, manifests and checkpoints. */
export function spiralVersion(): string {
  return (JSON.parse(readFileSync(packageFile("package.json"), "utf8")) as { version: string }).version;
}
