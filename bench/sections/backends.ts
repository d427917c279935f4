/** Forward passes and training steps of the default network on each backend that works here, each in a separate process. */
import { backendNames, findBackend } from "../../src/nn/backend.ts";
import { runScript } from "../lib/child.ts";
import type { Measured } from "../lib/measure.ts";

export async function backends(quick: boolean): Promise<Measured> {
  const all: Measured[] = [];
  const notes: string[] = [];
  for (const name of backendNames) {
    const found = findBackend(name);
    if (found.status !== "usable") {
      notes.push(`${name}: ${found.reason}.`);
      continue;
    }
    const outcome = await runScript("sections/step.js", [name, quick ? "quick" : "full"]);
    if (outcome.code === 0) all.push(JSON.parse(outcome.out) as Measured);
    else notes.push(`${name}: ${outcome.err.trim().split("\n").at(-1)}`);
  }
  return {
    figures: all.flatMap(({ figures }) => figures),
    notes: [...all.flatMap((measured) => measured.notes), ...notes],
  };
}
