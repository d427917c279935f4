/** Files that come with this package, whether its code runs from src/, dist/ or build/. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The path of a file of the package, from its path relative to the package's root: `configs/default.yaml`. */
export function packageFile(relative: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return join(folder, relative);
}

/** The version in package.json, for `--version`, manifests and checkpoints. */
export function spiralVersion(): string {
  return (JSON.parse(readFileSync(packageFile("package.json"), "utf8")) as { version: string }).version;
}
