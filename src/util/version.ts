/** The version of this package, for `--version`, manifests and checkpoints. */
import { readFileSync } from "node:fs";

export function spiralVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
