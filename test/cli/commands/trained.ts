/** A small trained run, whole and interrupted, for the tests of `spiral train`. */
import { join } from "node:path";
import { expect } from "vitest";
import { copyOf, edit, folder, spiral } from "../spiral.ts";

export const TINY = ["--games", "kuhn", "--size", "xs", "--updates", "6", "--seed", "3"];

/** Trains 6 updates with checkpoints after 3 and 6, as the run `whole`. → the folder of runs */
export async function trainWhole(): Promise<string> {
  const parent = folder();
  const { code } = await spiral(parent, "train", ...TINY, "--name", "whole", "--set", "run.checkpointEvery=3");
  expect(code).toBe(0);
  return parent;
}

/** A copy of a run, cut back to its first checkpoint. */
export function interruptedCopy(whole: string): { dir: string; run: string } {
  const { dir, run } = copyOf(whole);
  edit(join(run, "checkpoints.jsonl"), (text) => `${text.split("\n")[0]}\n`);
  edit(join(run, "manifest.json"), (text) => text.replace('"finished"', '"interrupted"'));
  return { dir, run };
}
