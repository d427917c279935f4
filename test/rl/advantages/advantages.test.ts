/** Advantages against plain loops, on games at random with returns at random, against itself and against others. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { getGame } from "../../../src/games/registry.ts";
import { GameGraph } from "../../../src/graph/game-graph.ts";
import { startBackend } from "../../../src/nn/backend.ts";
import type { Trajectories } from "../../../src/selfplay/plan.ts";
import { plain } from "../../reference/plain-advantages.ts";
import { byCell, learnerDecisions, learnerHas, opponent, playBatch, withReturns } from "../batches.ts";
import { make, names, throughFiles } from "./estimators.ts";

beforeAll(() => startBackend("kernels"));

/** Kuhn and tic-tac-toe in self-play, and Kuhn again, on the same graph, against another. */
function mixedBatch(key: number, [kuhn, ttt, against]: readonly [number, number, number]): Trajectories[] {
  const graph = new GameGraph(getGame("kuhn"));
  return [
    playBatch("kuhn", kuhn, key, { graph }),
    playBatch("ttt", ttt, key + 1),
    playBatch("kuhn", against, key + 2, { graph, opponent }),
  ].map((t, i) => withReturns(t, key + i));
}
const sizes = fc.tuple(
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 1, max: 6 }),
  fc.integer({ min: 1, max: 12 }),
);
const keys = fc.integer({ min: 1, max: 1e6 });

describe.each(Object.keys(plain) as (keyof typeof plain & (typeof names)[number])[])("%s", (name) => {
  it("is its formula, from batch to batch, and 0 where the learner does not decide", () => {
    fc.assert(
      fc.property(keys, sizes, (key, size) => {
        const estimator = make(name);
        const memory = new Map<string, number>();
        for (const batch of [mixedBatch(key, size), mixedBatch(key + 10, size)]) {
          const expected = plain[name]?.(batch, memory) ?? [];
          estimator.advantages(batch).forEach((advantages, i) => {
            byCell(batch[i], advantages).forEach((a, cell) => {
              assert(Math.abs(a - expected[i][cell]) < 5e-10);
            });
          });
        }
        const { numbers, arrays } = estimator.save();
        expect(arrays).toEqual([]);
        expect(Object.keys(numbers).sort()).toEqual([...memory.keys()].sort());
        for (const [key, value] of memory) assert(Math.abs((numbers[key] as number) - value) < 5e-13);
      }),
      { numRuns: 40 },
    );
  });
});

it("every estimator is held against a formula", () => {
  expect([...Object.keys(plain), "critic"].sort()).toEqual([...names].sort());
});

describe.each(names)("%s", (name) => {
  it("goes on from a saved memory, and forgets its own", () => {
    const [first, second] = [mixedBatch(1, [30, 10, 30]), mixedBatch(5, [30, 10, 30])];
    const [whole, resumed, fresh] = [make(name), make(name), make(name)];
    whole.advantages(first);
    resumed.advantages([playBatch("ttt", 5, 3)]);
    resumed.restore(throughFiles(whole.save()));
    expect(resumed.save()).toEqual(whole.save());
    const expected = whole.advantages(second);
    expect(resumed.advantages(second)).toEqual(expected);
    expect(resumed.save()).toEqual(whole.save());
    const remembers = name === "rae" || name === "shared" || name === "critic";
    if (remembers) expect(fresh.advantages(second)).not.toEqual(expected);
    else expect(fresh.advantages(second)).toEqual(expected);
    for (const estimator of [whole, resumed, fresh]) estimator.dispose();
  });

  it("does not hear of the opponent's returns", () => {
    const batch = mixedBatch(7, [1, 1, 20]).slice(2);
    const altered = batch.map((t) => ({
      ...t,
      returns: t.returns.map((r, i) => (learnerHas(t, i >> 1, (i % 2) as 0 | 1) ? r : r + 100)),
    }));
    const [as, if_] = [make(name), make(name)];
    expect(if_.advantages(altered)).toEqual(as.advantages(batch));
    expect(if_.save()).toEqual(as.save());
    for (const estimator of [as, if_]) estimator.dispose();
  });

  it("has a baseline that does not depend on the return it is subtracted from", () => {
    const batch = mixedBatch(11, [6, 4, 8]);
    const λ1 = { critic: { lambda: 1, learningRate: 0.01, hidden: [8] } };
    const advantagesOf = (batch: readonly Trajectories[]) => {
      const estimator = make(name, λ1);
      const advantages = estimator.advantages(batch).map((a, i) => byCell(batch[i], a));
      estimator.dispose();
      return advantages;
    };
    const before = advantagesOf(batch);
    const moved: number[] = [];
    batch.forEach((t, i) => {
      for (const { cell, episode, seat } of learnerDecisions(t)) {
        const returns = t.returns.slice();
        returns[episode * 2 + seat] += 1;
        const after = advantagesOf(batch.with(i, { ...t, returns }));
        moved.push(after[i][cell] - before[i][cell]);
      }
    });
    expect(moved.length).toBeGreaterThan(30);
    // The mean of a group holds the return itself.
    const unbiased = moved.every((change) => Math.abs(change - 1) < 1e-9);
    expect(unbiased).toBe(name !== "group" && name !== "group-std");
  });

  it("is a number for a lone game, for equal returns and where there is nothing to be won", () => {
    const lone = withReturns(playBatch("kuhn", 1, 1), 1);
    const a = byCell(lone, ...(make(name).advantages([lone]) as [Float64Array]));
    for (const { cell, ret } of learnerDecisions(lone)) {
      if (name === "group" || name === "group-std") expect(a[cell]).toBe(0);
      else if (name !== "critic") expect(a[cell]).toBe(ret);
      expect(a[cell]).not.toBeNaN();
    }
    for (const value of [0, 1, 0.1, -1 / 3]) {
      const batch = [playBatch("kuhn", 7, 2), playBatch("ttt", 6, 3, { opponent })].map((t) => ({
        ...t,
        returns: t.returns.map(() => value),
      }));
      for (const x of make(name)
        .advantages(batch)
        .flatMap((list) => [...list])) {
        // NaN is not less than anything.
        assert(Math.abs(x) < 2);
        if (name === "group-std") assert.equal(Math.abs(x), 0);
        if (name === "group" || name === "rloo" || name === "infoset") assert(Math.abs(x) < 5e-13);
      }
    }
  });
});

it("no orbit comes up twice in an episode, which the baseline at an information set relies on", () => {
  for (const id of ["kuhn", "ttt", "ttt-draw", "leduc", "kuhn-match", "negotiation", "negotiation-private"]) {
    const decisions = learnerDecisions(playBatch(id, 200, 5));
    const seen = new Set(decisions.map(({ episode, orbit }) => `${episode} ${orbit}`));
    expect(seen.size, id).toBe(decisions.length);
  }
});
