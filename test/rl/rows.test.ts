/**
 * Merging is exact: the sum over rows is the sum over decisions, in value and in gradient, symmetries and all. Everything
 * is computed here in double precision, for logits at random, one set for each orbit.
 */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { getGame } from "../../src/games/registry.ts";
import { GameGraph } from "../../src/graph/game-graph.ts";
import { uniform } from "../../src/policies/policy.ts";
import { mergeRows } from "../../src/rl/rows.ts";
import type { Trajectories } from "../../src/selfplay/plan.ts";
import { Rng } from "../../src/util/rng.ts";
import { type Decision, learnerDecisions, opponent, playBatch } from "./batches.ts";

const cases = ["kuhn", "ttt", "kuhn-match", "negotiation"].flatMap((id) => [
  { id, against: "itself", shape: {} },
  { id, against: "another", shape: { opponent } },
]);

/** An advantage at random for every decision. */
const noise = (trajectories: Trajectories, seed: string): Float64Array => {
  const rng = new Rng(seed);
  return Float64Array.from(learnerDecisions(trajectories), () => rng.normal());
};

/** The decisions of a batch, each with its advantage and its share of all decisions. */
function withAdvantages(batch: readonly Trajectories[], advantages: readonly Float64Array[]) {
  const all: (Decision & { readonly advantage: number })[] = [];
  batch.forEach((trajectories, i) => {
    for (const [t, d] of learnerDecisions(trajectories).entries()) {
      all.push({ ...d, advantage: advantages[i][t] });
    }
  });
  return all;
}

/** π(· | orbit) from logits that are a function of the orbit's name. */
function policyAt(orbit: string, actions: readonly number[]): number[] {
  const rng = new Rng(orbit);
  const weights = actions.map(() => Math.exp(rng.normal()));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((w) => w / sum);
}

describe.each(cases)("$id against $against", ({ id, shape }) => {
  const trajectories = playBatch(id, 150, 1, shape);
  const advantages = noise(trajectories, id);
  const decisions = withAdvantages([trajectories], [advantages]);
  const { rows, decisions: count } = mergeRows([trajectories], [advantages]);
  const orbitOf = ({ game, player, key }: { game: { id: string }; player: number; key: string }) =>
    `${game.id} ${player} ${key}`;

  it("has one row for each orbit that came up in the learner's turn", () => {
    expect(count).toBe(decisions.length);
    expect(rows.map(({ infoset }) => orbitOf(infoset)).sort()).toEqual(
      [...new Set(decisions.map((d) => d.orbit))].sort(),
    );
    expect(rows.length).toBeLessThan(decisions.length);
    expect(rows.reduce((sum, { visits }) => sum + visits, 0)).toBeCloseTo(1, 12);
  });

  it("has the same policy gradient, in value and by every logit", () => {
    const [unmerged, merged] = [new Map<string, number>(), new Map<string, number>()];
    const totals = { unmerged: 0, merged: 0 };
    const add = (into: Map<string, number>, key: string, x: number) => into.set(key, (into.get(key) ?? 0) + x);
    for (const { orbit, actions, action, advantage } of decisions) {
      const p = policyAt(orbit, actions);
      totals.unmerged -= (advantage * Math.log(p[actions.indexOf(action)])) / decisions.length;
      actions.forEach((a, i) => {
        add(unmerged, `${orbit} ${a}`, (-advantage * ((a === action ? 1 : 0) - p[i])) / decisions.length);
      });
    }
    for (const { infoset, positive, negative } of rows) {
      const p = policyAt(orbitOf(infoset), infoset.actions);
      const weights = positive.map((gain, slot) => gain + negative[slot]);
      const sum = weights.reduce((a, b) => a + b, 0);
      infoset.actions.forEach((a, slot) => {
        totals.merged -= weights[slot] * Math.log(p[slot]);
        add(merged, `${orbitOf(infoset)} ${a}`, -(weights[slot] - sum * p[slot]));
      });
    }
    expect(totals.merged).toBeCloseTo(totals.unmerged, 10);
    expect(Math.abs(totals.merged)).toBeGreaterThan(1e-4);
    expect(merged.size).toBe(unmerged.size);
    for (const [key, gradient] of unmerged) assert(Math.abs((merged.get(key) as number) - gradient) < 5e-11, key);
  });

  it("sums positive advantages and negative ones apart", () => {
    const sums = (advantageOf: (d: { readonly advantage: number }) => number) => {
      const byAction = new Map<string, number>();
      for (const d of decisions) {
        const key = `${d.orbit} ${d.action}`;
        byAction.set(key, (byAction.get(key) ?? 0) + advantageOf(d) / decisions.length);
      }
      return byAction;
    };
    const gained = sums(({ advantage }) => (advantage > 0 ? advantage : 0));
    const lost = sums(({ advantage }) => (advantage < 0 ? advantage : 0));
    for (const { infoset, positive, negative } of rows) {
      infoset.actions.forEach((a, slot) => {
        const key = `${orbitOf(infoset)} ${a}`;
        assert(Math.abs(positive[slot] - (gained.get(key) ?? 0)) < 5e-13, key);
        assert(Math.abs(negative[slot] - (lost.get(key) ?? 0)) < 5e-13, key);
      });
    }
  });

  it("has visits that weight a term of each row as its decisions do", () => {
    const counts = new Map<string, number>();
    for (const { orbit } of decisions) counts.set(orbit, (counts.get(orbit) ?? 0) + 1);
    for (const { infoset, visits } of rows) {
      assert(Math.abs(visits - (counts.get(orbitOf(infoset)) as number) / decisions.length) < 5e-13);
    }
  });
});

it("merges what only symmetry joins: nine first moves are three rows", () => {
  const trajectories = playBatch("ttt", 400, 1, { learner: uniform });
  const { rows } = mergeRows([trajectories], [new Float64Array(learnerDecisions(trajectories).length).fill(1)]);
  const afterOneMove = ({ key }: { key: string }) => key.replaceAll(".", "") === "X";
  expect(trajectories.infosets.filter(afterOneMove).length).toBe(9);
  expect(rows.filter(({ infoset }) => afterOneMove(infoset)).length).toBe(3);
});

it("counts each game's decisions as one whole, however many there are and whoever they were against", () => {
  const graph = new GameGraph(getGame("kuhn"));
  const batches = [
    playBatch("kuhn", 10, 1, { graph }),
    playBatch("ttt", 60, 2),
    playBatch("kuhn", 110, 3, { graph, opponent }),
  ];
  const advantages = batches.map((t) => noise(t, "whole"));
  const { rows, decisions } = mergeRows(batches, advantages);
  const share = (id: string) =>
    rows.filter(({ infoset }) => infoset.game.id === id).reduce((s, { visits }) => s + visits, 0);
  expect([share("kuhn"), share("ttt")]).toEqual([expect.closeTo(1, 10), expect.closeTo(1, 10)]);
  expect(decisions).toBe(withAdvantages(batches, advantages).length);

  // Both plans of Kuhn count by their decisions, and share their rows.
  const kuhn = withAdvantages([batches[0], batches[2]], [advantages[0], advantages[2]]);
  const own = rows.filter(({ infoset }) => infoset.game.id === "kuhn");
  expect(own.length).toBe(new Set(kuhn.map(({ orbit }) => orbit)).size);
  for (const { infoset, visits, positive, negative } of own) {
    const here = kuhn.filter((d) => d.infoset === infoset);
    expect(visits).toBeCloseTo(here.length / kuhn.length, 12);
    const total = [...positive, ...negative].reduce((sum, x) => sum + x, 0);
    expect(total).toBeCloseTo(here.reduce((sum, { advantage }) => sum + advantage, 0) / kuhn.length, 12);
  }
});
