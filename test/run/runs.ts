/** Runs that are written without training, for the tests of run directories. */
import { mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.ts";
import { createRun } from "../../src/run/run.ts";
import type { RunWriter } from "../../src/run/writer.ts";
import { UserError } from "../../src/util/errors.ts";

export let parent = "";

/** A folder of runs that is not there yet; before each test. */
export function newParent(): void {
  parent = join(mkdtempSync(join(tmpdir(), "spiral-run-")), "runs");
}

export const start = (name = "a"): RunWriter =>
  createRun({ config: loadConfig({ sets: [`run.dir=${parent}`] }).config, name, argv: ["train"], backend: "js" });
export const bytes = (update: number): Record<string, Uint8Array> => ({
  "model.safetensors": new Uint8Array(100).fill(update),
  "optimizer.safetensors": new Uint8Array(50).fill(update + 1),
});
export const at = (update: number) => ({ update, baseline: update / 7 });

/** What a trainer writes in updates `from` … `to`: metrics, an episode, and a checkpoint at every tenth. */
export function train(writer: RunWriter, from: number, to: number): void {
  for (let update = from; update <= to; update++) {
    writer.metrics({ update, episodes: update, loss: 1 / update, seconds: update });
    writer.episodes([`episode of ${update}`]);
    if (update % 10 === 0) {
      writer.evaluation(update, { nashConv: 1 / update });
      writer.checkpoint(update, bytes(update), at(update));
    }
  }
}

/** Every file below a folder but those that hold times. */
export function contents(dir: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(dir, { recursive: true, encoding: "utf8" }).sort()) {
    if (/manifest\.json|log\.jsonl/.test(entry) && !entry.includes("/")) continue;
    if (statSync(join(dir, entry)).isFile()) files[entry] = readFileSync(join(dir, entry), "latin1");
  }
  return files;
}

export function failure(action: () => unknown): UserError {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("expected a UserError");
}
