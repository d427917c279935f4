/**
 * Extending a run changes its length in two files, manifest.json and then config.yaml. If the process is killed between the two,
 * `completeExtension` writes the second.
 */
import { join } from "node:path";
import type { Config } from "../../config/schema.ts";
import { configToYaml } from "../../config/write.ts";
import { readRegular, writeFileAtomic } from "../../util/files.ts";
import { sha256 } from "../checkpoint-folder.ts";
import { type Manifest, readManifest } from "../manifest.ts";

const configFile = (dir: string): string => join(dir, "config.yaml");
const configSum = (dir: string): string => sha256(readRegular(configFile(dir)));

/**
 * The manifest of a run that goes on after `update` updates with the length of `config`. Updates that are trained again have
 * the new length, so an earlier extension now takes effect after `update` at the latest.
 */
export function continuedManifest(dir: string, manifest: Manifest, config: Config, update: number): Manifest {
  const before = manifest.extended?.map((earlier) => ({ ...earlier, update: Math.min(earlier.update, update) }));
  const kept = before ? { ...manifest, extended: before } : manifest;
  if (config.updates === manifest.updates) return kept;
  const earlier = { update, updates: manifest.updates, config: configSum(dir) };
  return {
    ...kept,
    updates: config.updates,
    config: sha256(configToYaml(config)),
    extended: [...(before ?? []), earlier],
  };
}

/** Gives config.yaml the length that the manifest says, if it has the one before. `readConfig` reads config.yaml. */
export function completeExtension(dir: string, readConfig: (dir: string) => Config): void {
  const manifest = readManifest(dir);
  const earlier = manifest.extended?.at(-1);
  if (!earlier || configSum(dir) !== earlier.config) return;
  const yaml = configToYaml({ ...readConfig(dir), updates: manifest.updates });
  if (sha256(yaml) === manifest.config) writeFileAtomic(configFile(dir), yaml);
}
