/**
 * Merging is exact: the sum over rows is the sum over decisions, in value and in gradient, symmetries and all. Everything
 * is computed here in double precision, for logits at random, one set for each orbit.
 */
import { describe, expect, it } from "vitest";
import { GameGraph } from "../../src/games/graph.ts";
import { type Policy, uniform } from "../../src/games/policy.ts";
import { getGame } from "../../src/games/registry.ts";
import { mergeRows } from "../../src/rl/rows.ts";
import { play, type Trajectories } from "../../src/selfplay/play.ts";
import { Rng } from "../../src/util/rng.ts";
import { randomPolicy } from "../helpers.ts";

const ids = ["kuhn", "ttt", "kuhn-match", "negotiation"];

function batch(id: string, episodes: number, policy: Policy = randomPolicy(id)): Trajectories {
  const graph = new GameGraph(getGame(id));
  const plan = { graph, episodes, policies: [policy, policy] as const, paired: false, chanceKey: 1, actionKey: 2 };
  return play([plan])[0] as Trajectories;
}

/** An advantage at random for every cell, chance and unplayed cells included: those must not count. */
const noise = ({ decisions }: Trajectories, seed: string): Float64Array => {
  const rng = new Rng(seed);
  return Float64Array.from(decisions, () => rng.normal());
};

interface Decision {
  readonly orbit: string;
  readonly actions: readonly number[];
  readonly action: number;
  readonly advantage: number;
}

/** Every decision, moved to the representative of its orbit by the game's own word. */
function decisionsOf(
  { plan: { graph, episodes }, plies, slots, decisions, infosets }: Trajectories,
  advantages: Float64Array,
) {
  const { game } = graph;
  const list: Decision[] = [];
  for (let cell = 0; cell < episodes * game.maxPlies; cell++) {
    const index = decisions[cell] as number;
    if (cell % game.maxPlies >= (plies[Math.floor(cell / game.maxPlies)] as number) || index < 0) continue;
    const infoset = infosets[index];
    if (!infoset) throw new Error(`no information set ${index}`);
    const taken = infoset.actions[slots[cell] as number] as number;
    const image = game.canonical?.(infoset.state) ?? { state: infoset.state, permutation: undefined };
    const turn = game.turn(image.state);
    list.push({
      orbit: `${game.id} ${infoset.player} ${game.infosetKey(image.state, infoset.player)}`,
      actions: turn.kind === "end" ? [] : turn.actions,
      action: image.permutation ? (image.permutation[taken] as number) : taken,
      advantage: advantages[cell] as number,
    });
  }
  return list;
}

/** π(· | orbit) from logits that are a function of the orbit's name. */
function policyAt(orbit: string, actions: readonly number[]): number[] {
  const rng = new Rng(orbit);
  const weights = actions.map(() => Math.exp(rng.normal()));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((w) => w / sum);
}

describe.each(ids)("%s", (id) => {
  const trajectories = batch(id, 150);
  const advantages = noise(trajectories, id);
  const decisions = decisionsOf(trajectories, advantages);
  const rows = mergeRows([trajectories], [advantages]);
  const orbitOf = ({ game, player, key }: { game: { id: string }; player: number; key: string }) =>
    `${game.id} ${player} ${key}`;

  it("has one row for each orbit that came up", () => {
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
      totals.unmerged -= (advantage * Math.log(p[actions.indexOf(action)] as number)) / decisions.length;
      actions.forEach((a, i) => {
        add(unmerged, `${orbit} ${a}`, (-advantage * ((a === action ? 1 : 0) - (p[i] as number))) / decisions.length);
      });
    }
    for (const { infoset, weights } of rows) {
      const p = policyAt(orbitOf(infoset), infoset.actions);
      const sum = weights.reduce((a, b) => a + b, 0);
      infoset.actions.forEach((a, slot) => {
        totals.merged -= (weights[slot] as number) * Math.log(p[slot] as number);
        add(merged, `${orbitOf(infoset)} ${a}`, -((weights[slot] as number) - sum * (p[slot] as number)));
      });
    }
    expect(totals.merged).toBeCloseTo(totals.unmerged, 10);
    expect(Math.abs(totals.merged)).toBeGreaterThan(1e-4);
    expect(merged.size).toBe(unmerged.size);
    for (const [key, gradient] of unmerged) expect(merged.get(key), key).toBeCloseTo(gradient, 10);
  });

  it("has visits that weight a term of each row as its decisions do", () => {
    for (const { infoset, visits } of rows) {
      const here = decisions.filter(({ orbit }) => orbit === orbitOf(infoset)).length;
      expect(visits).toBeCloseTo(here / decisions.length, 12);
    }
  });
});

it("merges what only symmetry joins: nine first moves are three rows", () => {
  const trajectories = batch("ttt", 400, uniform);
  const rows = mergeRows([trajectories], [new Float64Array(trajectories.decisions.length).fill(1)]);
  const afterOneMove = ({ key }: { key: string }) => key.replaceAll(".", "") === "X";
  expect(trajectories.infosets.filter(afterOneMove).length).toBe(9);
  expect(rows.filter(({ infoset }) => afterOneMove(infoset)).length).toBe(3);
});

it("counts each game's decisions as one whole, however many there are", () => {
  const batches = ["kuhn", "ttt", "kuhn"].map((id, i) => batch(id, 10 + 50 * i));
  const rows = mergeRows(
    batches,
    batches.map((t) => noise(t, "whole")),
  );
  const share = (id: string) =>
    rows.filter(({ infoset }) => infoset.game.id === id).reduce((s, { visits }) => s + visits, 0);
  expect([share("kuhn"), share("ttt")]).toEqual([expect.closeTo(2, 10), expect.closeTo(1, 10)]);
});
