/**
 * Row merging on and off: the learner's step on the first batch of `kuhn,ttt` with the decisions merged into rows, and with a
 * row for each decision. The printed losses show that both steps are the same. The time of merging itself is measured separately.
 */
import { startBackend } from "../../src/nn/backend.ts";
import { mergeRows, type Row } from "../../src/rl/rows.ts";
import { Rng } from "../../src/util/rng.ts";
import { firstBatch, merged, settingsFor, unmerged } from "../lib/batch.ts";
import { type Measured, milliseconds, repeat } from "../lib/measure.ts";

export async function merging(quick: boolean): Promise<Measured> {
  const backend = await startBackend("auto");
  const batch = await firstBatch(settingsFor(["kuhn", "ttt"]));
  const [few, many] = [merged(batch), unmerged(batch)];
  const losses: number[] = [];
  const step = (rows: readonly Row[]) => {
    const learner = batch.learner();
    losses.push(learner.update(rows, 1, new Rng(1)));
    return () => learner.update(rows, 1, new Rng(1));
  };
  const turns = many.length;
  const merge = repeat({ least: 5, most: 50, seconds: 2, warmUp: 5 }, () =>
    mergeRows(batch.trajectories, batch.advantages),
  );
  const on = repeat({ least: 10, most: 100, seconds: 3, warmUp: 10 }, step(few));
  const off = repeat({ least: 3, most: quick ? 3 : 10, seconds: 10, warmUp: 1 }, step(many));
  const [with_, without] = losses as [number, number];
  if (Math.abs(with_ - without) > 1e-4) throw new Error(`merged the loss is ${with_}, unmerged ${without}`);
  return {
    figures: [
      milliseconds("merging the decisions into rows", merge, { also: { turns, rows: few.length } }),
      milliseconds("the learner's step, merged", on, { also: { turns, rows: few.length } }),
      milliseconds("the learner's step, a row for each decision", off, { also: { turns, rows: many.length } }),
    ],
    notes: [`On ${backend.name}. Loss ${with_.toFixed(6)} merged, ${without.toFixed(6)} not.`],
  };
}
