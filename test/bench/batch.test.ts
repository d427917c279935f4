/** Row merging on and off, as the benchmark compares them, is the same batch. */
import { beforeAll, describe, expect, it } from "vitest";
import { firstBatch, merged, settingsFor, unmerged } from "../../bench/lib/batch.ts";
import { startBackend } from "../../src/nn/backend.ts";
import type { Row } from "../../src/rl/rows.ts";
import { Rng } from "../../src/util/rng.ts";

beforeAll(async () => {
  await startBackend("js");
});

describe("a batch", () => {
  it("has the episodes that the settings and the factor say", () => {
    const episodes = (factor: number) => settingsFor(["kuhn", "ttt"], { factor }).games.map((game) => game.episodes);
    expect(episodes(1)).toEqual([16384, 512]);
    expect(episodes(1 / 64)).toEqual([256, 8]);
  });

  it("comes to the same sums, merged and unmerged, and to the same step", async () => {
    const batch = await firstBatch(settingsFor(["kuhn", "ttt"], { factor: 1 / 128 }));
    const [few, many] = [merged(batch), unmerged(batch)];
    expect(many.length).toBeGreaterThan(300);
    expect(few.length).toBeLessThan(many.length / 4);

    const sums = (rows: readonly Row[]) => {
      const all = new Map<string, number[]>();
      for (const { infoset, visits, positive, negative } of rows) {
        const key = `${infoset.game.id} ${infoset.player} ${infoset.key}`;
        const before = all.get(key) ?? [];
        all.set(
          key,
          [visits, ...positive, ...negative].map((value, i) => value + (before[i] ?? 0)),
        );
      }
      return all;
    };
    const [expected, added] = [sums(few), sums(many)];
    expect([...added.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [key, values] of expected) expect(added.get(key)).toEqual(values.map((v) => expect.closeTo(v, 10)));

    const loss = (rows: readonly Row[]) => batch.learner().update(rows, 1, new Rng(1));
    expect(loss(many)).toBeCloseTo(loss(few), 5);
  });
});
