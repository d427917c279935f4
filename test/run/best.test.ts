/** Which checkpoint of a run is the best, and what `RUN@best` resolves to. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { bestCheckpoint } from "../../src/run/best.ts";
import { resolveRun } from "../../src/run/directory.ts";
import { createRun } from "../../src/run/run.ts";
import type { RunWriter } from "../../src/run/writer.ts";

type Games = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** A run with these evaluations, and checkpoints at these updates. */
function runWith(
  evaluations: Readonly<Record<number, Games>>,
  checkpoints: readonly number[],
  untrained: Readonly<Record<string, number>> = {},
): { run: RunWriter; parent: string } {
  const parent = mkdtempSync(join(tmpdir(), "spiral-best-"));
  const config = loadConfig({ sets: [`run.dir=${parent}`] }).config;
  const run = createRun({ config, name: "a", argv: [], backend: "js" });
  for (const [update, games] of Object.entries(evaluations)) run.evaluation(Number(update), { games, ...untrained });
  for (const update of checkpoints) run.checkpoint(update, {}, {});
  run.finish("finished");
  return { run, parent };
}
const exact = (kuhn: number, ttt: number): Games => ({ kuhn: { nashConv: kuhn }, ttt: { nashConv: ttt } });

describe("the best checkpoint", () => {
  it("has the least sum of shares of untrained NashConv, among the saved ones", () => {
    // Shares: .2 + .1 = .3, .1 + .15 = .25 (but .04 + .3 = .34 by plain sums), .02 + .01 without a checkpoint.
    const evaluations = { 0: exact(0.5, 2), 10: exact(0.1, 0.2), 20: exact(0.05, 0.3), 30: exact(0.01, 0.02) };
    const { run, parent } = runWith(evaluations, [10, 20, 40]);
    expect(bestCheckpoint(run.dir)).toEqual({ update: 20, games: exact(0.05, 0.3) });
    expect(resolveRun("a@best", parent).checkpoint).toBe(20);
    expect(resolveRun("latest@best", parent).checkpoint).toBe(20);
    expect(resolveRun(`${run.dir}@best`, parent)).toMatchObject({ name: "a", checkpoint: 20 });
  });

  it("is the earliest of equals", () => {
    const { run } = runWith({ 0: exact(1, 1), 10: exact(0.5, 0.25), 20: exact(0.25, 0.5) }, [10, 20]);
    expect(bestCheckpoint(run.dir)?.update).toBe(10);
  });

  it("is judged by uniform play where the run began with trained weights", () => {
    const evaluations = { 0: exact(0.001, 2), 10: exact(0.004, 0.2), 20: exact(0.002, 0.8) };
    expect(bestCheckpoint(runWith(evaluations, [10, 20]).run.dir)?.update).toBe(20);
    const { run } = runWith(evaluations, [10, 20], { untrained: { kuhn: 0.9, ttt: 2 } } as never);
    expect(bestCheckpoint(run.dir)?.update).toBe(10);
  });

  it("leaves out games without an exact NashConv, and goes by random play where there is no other", () => {
    const versus = (pig: number): Games => ({ pig: { meanReturnVsRandom: pig } });
    const mixed = {
      0: exact(1, 1),
      10: { ...exact(0.2, 0.2), ...versus(0.1) },
      20: { ...exact(0.3, 0.2), ...versus(0.9) },
    };
    expect(bestCheckpoint(runWith(mixed, [10, 20]).run.dir)?.update).toBe(10);
    const sampled = { 0: versus(0), 10: versus(0.4), 20: versus(0.9), 30: versus(0.8) };
    expect(bestCheckpoint(runWith(sampled, [10, 20, 30]).run.dir)?.update).toBe(20);
  });

  it("is none if no checkpoint was evaluated, which RUN@best says", () => {
    const { run, parent } = runWith({ 0: exact(1, 1), 10: exact(0.1, 0.1) }, [15, 20]);
    writeFileSync(join(run.dir, "eval", "000020.json"), "{");
    expect(bestCheckpoint(run.dir)).toBeUndefined();
    expect(() => resolveRun("a@best", parent)).toThrow(
      /^a has no best checkpoint: none of 000015, 000020 was evaluated\. .* Name one of them: a@000020$/,
    );
    const { parent: other } = runWith({ 0: exact(1, 1) }, []);
    expect(() => resolveRun("a@best", other)).toThrow(/has none\. Go on with: spiral train --resume a/);
  });
});
