/** Runs side by side: groups over seeds, their means with intervals, and differences seed by seed. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { compareRuns } from "../../../src/run/curves/compare.ts";
import { curveRuns } from "../../../src/run/curves/runs.ts";
import { meanInterval } from "../../../src/util/mean-interval.ts";
import { evaluatedRun } from "./runs.ts";

let parent = "";
const warnings: string[] = [];
beforeEach(() => {
  parent = join(mkdtempSync(join(tmpdir(), "spiral-compare-")), "runs");
  warnings.length = 0;
});
const compared = (...specs: string[]) => {
  const warn = (problem: string) => void warnings.push(problem);
  return compareRuns(curveRuns(specs.length > 0 ? specs : [parent], parent, warn), warn);
};

describe("runs of two settings", () => {
  beforeEach(() => {
    // The lowest value of each is not the last; seed 3 has no partner, and seed 1 has a copy.
    for (const [name, seed, advantage, nashConv] of [
      ["a1", 1, "rae", [0.9, 0.2, 0.3]],
      ["a2", 2, "rae", [0.9, 0.4, 0.5]],
      ["a3", 3, "rae", [0.9, 0.1, 0.7]],
      ["b1", 1, "none", [0.9, 0.5, 0.5]],
      ["b2", 2, "none", [0.9, 0.8, 0.8]],
      ["b1copy", 1, "none", [0.9, 0.5, 0.5]],
    ] as const) {
      evaluatedRun(parent, name, { seed, nashConv, sets: [`rl.advantage=${advantage}`] });
    }
  });

  it("are two groups of means over seeds; a copy counts once", () => {
    const { groups } = compared("a1", "a2", "a3", "b1", "b2", "b1copy");
    expect(groups.map(({ label, runs }) => [label, runs.map(({ run }) => run)])).toEqual([
      ["rl.advantage=rae", ["a1", "a2", "a3"]],
      ["rl.advantage=none", ["b1", "b2"]],
    ]);
    expect(warnings).toEqual([expect.stringMatching(/^b1copy has the settings and the seed of b1/)]);
    const { nashConv, bestNashConv, greedyNashConv, meanReturnVsRandom } = groups[0]?.games.kuhn ?? {};
    expect(nashConv).toEqual(meanInterval([0.3, 0.5, 0.7], 0));
    expect(bestNashConv).toEqual(meanInterval([0.2, 0.4, 0.1], 0));
    expect(greedyNashConv).toEqual(meanInterval([0.6, 1, 1.4], 0));
    expect(meanReturnVsRandom).toBeUndefined();
    expect(groups[0]?.runs[0]).toEqual({ run: "a1", seed: 1, update: 20 });
  });

  it("differ by the mean of differences over the seeds that both have, which may be negative", () => {
    const { differences } = compared("b1", "b2", "a3", "a2", "a1");
    expect(differences).toHaveLength(1);
    expect(differences[0]).toMatchObject({ label: "rl.advantage=rae", minus: "rl.advantage=none", seeds: [2, 1] });
    expect(differences[0]?.games.kuhn?.nashConv).toEqual(meanInterval([0.5 - 0.8, 0.3 - 0.5]));
    expect(differences[0]?.games.kuhn?.nashConv?.ci95?.[0]).toBeLessThan(-0.5);
    expect(compared("b1", "a2").differences).toEqual([]);
  });

  it("of which nothing differs: one group", () => {
    expect(compared("a1", "a2").groups.map(({ label }) => label)).toEqual(["all"]);
    expect(compared("a1")).toMatchObject({ groups: [{ label: "a1" }], differences: [] });
  });
});

it("games that only some runs have, and runs without an evaluation", () => {
  evaluatedRun(parent, "a", { nashConv: [0.5] });
  evaluatedRun(parent, "b", { game: "ttt", nashConv: [1] });
  evaluatedRun(parent, "c", { seed: 2 });
  const { groups, differences } = compared("a", "b", "c");
  expect(groups.map(({ games }) => Object.keys(games))).toEqual([["kuhn"], ["ttt"]]);
  expect(groups[0]?.runs.map(({ update }) => update)).toEqual([0, null]);
  expect(groups[0]?.games.kuhn?.nashConv).toEqual({ mean: 0.5, ci95: null });
  expect(differences).toMatchObject([{ seeds: [1], games: {} }]);
});
