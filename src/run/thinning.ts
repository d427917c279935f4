/**
 * Thinning of checkpoints (`run.keepCheckpoints`). What is kept depends on the list and on the evaluations alone, so a run
 * that was interrupted keeps the same checkpoints as one that was not.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../util/errors.ts";
import { readJson } from "../util/files.ts";
import { type CheckpointEntry, checkpointName } from "./checkpoint-folder.ts";

/**
 * At most `most` of the entries, which are in order. The best and the last stay. Of the others, the entry between the two
 * nearest neighbours is dropped first, so that the rest is spread over the run. `cost` is lower for better checkpoints, and
 * undefined for those that were not evaluated.
 */
export function thinned(
  entries: readonly CheckpointEntry[],
  most: number,
  cost: (update: number) => number | undefined,
): CheckpointEntry[] {
  const kept = [...entries];
  const costs = new Map(kept.map(({ update }) => [update, cost(update) ?? Number.POSITIVE_INFINITY]));
  const least = Math.min(...costs.values());
  const best = kept.find(({ update }) => costs.get(update) === least);
  while (kept.length > most) {
    let dropped = -1;
    let narrowest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < kept.length - 1; i++) {
      if (kept[i] === best) continue;
      const gap = kept[i + 1].update - (i === 0 ? 0 : kept[i - 1].update);
      if (gap < narrowest) [narrowest, dropped] = [gap, i];
    }
    if (dropped < 0) break;
    kept.splice(dropped, 1);
  }
  return kept;
}

const evaluationSchema = z.object({
  games: z.record(z.string(), z.object({ nashConv: z.number().optional(), meanReturnVsRandom: z.number().optional() })),
});

/**
 * The sum over games of NashConv, or of the negated return against random play in games too large for it. Undefined if the run
 * was not evaluated at this update, or its file is damaged.
 */
export function evaluatedCost(dir: string, update: number): number | undefined {
  const path = join(dir, "eval", `${checkpointName(update)}.json`);
  const found = existsSync(path) ? evaluationSchema.safeParse(readWhole(path)) : undefined;
  if (!found?.success) return undefined;
  const games = Object.values(found.data.games);
  return games.reduce((sum, { nashConv, meanReturnVsRandom = 0 }) => sum + (nashConv ?? -meanReturnVsRandom), 0);
}

/** The value in a JSON file; undefined if it cannot be read, as a damaged evaluation must not stop a run. */
function readWhole(path: string): unknown {
  try {
    return readJson(path);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
