/**
 * Thinning of checkpoints (`run.keepCheckpoints`). What is kept depends on the list and on the evaluations alone, so a run
 * that was interrupted keeps the same checkpoints as one that was not.
 */
import { leastCost } from "./best.ts";
import type { CheckpointEntry } from "./checkpoint-folder.ts";

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
  const best = leastCost(kept, cost) ?? kept[0];
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
