/** The runs of an ablation, trained in this process. */
import { expect } from "vitest";
import { planOf, withCheckpoints } from "../../src/cli/ablation/plan.ts";
import { tasksOf } from "../../src/cli/ablation/runs.ts";
import { command } from "../../src/cli/commands/ablate.ts";
import { type Given, optionsOf } from "../../src/cli/flags/flag.ts";
import { spiral } from "./spiral.ts";

export const planWith = (given: Record<string, Given>, preset?: string) =>
  planOf(preset, optionsOf(command.flags, given));

/** Trains them in a folder, more quickly than processes would: the command itself then makes its tables alone. */
export async function trainRuns(dir: string, given: Record<string, Given>): Promise<void> {
  const { cells, seeds } = planWith(given);
  for (const { cell, seed, name } of tasksOf(cells.map(withCheckpoints), seeds)) {
    const settings = [`seed=${seed}`, ...cell.sets].flatMap((setting) => ["--set", setting]);
    const { code, err } = await spiral(dir, "train", "--name", name, "--workers", "0", "--json", ...settings);
    expect(code, err).toBe(0);
  }
}
