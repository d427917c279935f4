/** The random draws of the game loop: no player changes a deal, pairs share it, and actions follow the policy. */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { getGame } from "../../src/games/registry.ts";
import { GameGraph } from "../../src/graph/game-graph.ts";
import { type Policy, uniform } from "../../src/policies/policy.ts";
import { episodeOf } from "../../src/selfplay/play.ts";
import { chiSquaredZ, randomDistribution, randomPolicy } from "../helpers.ts";
import { always, content, deals, plan, playOne } from "./plans.ts";

describe("chance", () => {
  it.each([
    ["kuhn", 200],
    ["kuhn-match", 200],
    // Hundreds of offers can be legal at once, so its graph grows slowly.
    ["negotiation-private", 60],
  ] as const)("%s: deals do not depend on who plays, or how", (id, episodes) => {
    const t = playOne(plan(id, episodes));
    const others = [
      playOne(plan(id, episodes, { policies: [always(0), uniform] })),
      playOne(plan(id, episodes, { actionKey: 77 })),
      playOne(plan(id, episodes, { policies: [uniform, uniform], expected: t.ids })),
    ];
    const all = Array.from({ length: episodes }, (_, e) => deals(t, e));
    for (const other of others) {
      assert.deepEqual(
        Array.from({ length: episodes }, (_, e) => deals(other, e)),
        all,
      );
      assert.notDeepEqual(content(other), content(t));
    }
    const rekeyed = playOne(plan(id, episodes, { chanceKey: 1 }));
    expect(Array.from({ length: episodes }, (_, e) => deals(rekeyed, e))).not.toEqual(all);
    expect(new Set(all.map(String)).size).toBeGreaterThan(5);
  });

  it.each(["kuhn", "kuhn-match"])("%s: each deal is as likely as the rules say", (id) => {
    const t = playOne(plan(id, 12_000, { graph: new GameGraph(getGame(id)) }));
    const hands = Array.from({ length: 12_000 }, (_, e) => deals(t, e));
    for (let hand = 0; hand < (hands[0]?.length ?? 0); hand++) {
      const counts = [0, 1, 2, 3, 4, 5].map((deal) => hands.filter((dealt) => dealt[hand] === deal).length);
      expect(Math.abs(chiSquaredZ(counts, Array(6).fill(2000)))).toBeLessThan(4);
    }
  });

  it.each(["kuhn", "kuhn-match", "negotiation-private"])("%s: a pair shares its deals, the seats swapped", (id) => {
    const policies = [always(0), randomPolicy("opponent")] as const;
    const t = playOne(plan(id, 100, { policies, paired: true }));
    const pairs = Array.from({ length: 50 }, (_, k) => [2 * k, 2 * k + 1] as const);
    let different = 0;
    for (const [even, odd] of pairs) {
      assert.deepEqual(deals(t, odd), deals(t, even));
      if (t.plies[even] !== t.plies[odd]) different++;
      for (const [episode, seatOfFirst] of [
        [even, 0],
        [odd, 1],
      ] as const) {
        const names = ["always-0", "random-opponent"];
        assert.deepEqual(episodeOf(t, episode).players, seatOfFirst === 0 ? names : [...names].reverse());
        for (let ply = 0; ply < (t.plies[episode] as number); ply++) {
          const cell = episode * t.plan.graph.game.maxPlies + ply;
          if (t.infosets[t.decisions[cell] as number]?.player === seatOfFirst) assert.equal(t.slots[cell], 0);
        }
      }
    }
    // Games of one pair do differ in length, so that equal deals are no matter of course.
    if (id !== "negotiation-private") expect(different).toBeGreaterThan(10);
    expect(new Set(pairs.map(([even]) => String(deals(t, even)))).size).toBeGreaterThan(3);
  });
});

describe("actions", () => {
  it.each(["kuhn", "ttt", "kuhn-match", "negotiation:maxTurns=4"])("%s: are as frequent as the policy says", (id) => {
    const t = playOne(plan(id, 20_000));
    const counts = t.infosets.map(({ actions }) => new Float64Array(actions.length));
    for (let cell = 0; cell < t.decisions.length; cell++) {
      const index = t.decisions[cell] as number;
      const within =
        cell % t.plan.graph.game.maxPlies < (t.plies[Math.floor(cell / t.plan.graph.game.maxPlies)] as number);
      if (!within || index < 0) continue;
      const count = counts[index] as Float64Array;
      count[t.slots[cell] as number] = (count[t.slots[cell] as number] as number) + 1;
    }
    let tested = 0;
    const zs = t.infosets.map((infoset, i) => {
      const p = randomDistribution(id, infoset);
      const visits = (counts[i] as Float64Array).reduce((a, b) => a + b, 0);
      // What has no probability never happens, however often it might have.
      for (let slot = 0; slot < p.length; slot++) if (p[slot] === 0) assert.equal(counts[i]?.[slot], 0);
      if (visits < 400 || p.some((x) => x > 0 && x * visits < 5)) return 0;
      tested++;
      return chiSquaredZ(
        counts[i] as Float64Array,
        p.map((x) => x * visits),
      );
    });
    expect(tested).toBeGreaterThanOrEqual(5);
    expect(Math.max(...zs)).toBeLessThan(4.5);
  });

  it("of probability 0 are never taken, wherever rounding leaves the sum", () => {
    for (const [none, some] of [
      [0, 1],
      [1, 0],
    ] as const) {
      // A sum far below 1 makes every tenth draw fall past the end, as draws next to 1 do with the last digit missing.
      const short: Policy = {
        name: "short",
        distributions: (infosets) =>
          infosets.map(({ actions }) => new Float64Array(actions.length).fill(0.9, some, some + 1)),
      };
      const t = playOne(plan("kuhn", 5000, { policies: [short, short] }));
      for (let e = 0; e < 5000; e++) {
        const start = e * 4;
        const taken = Array.from(t.slots.subarray(start + 1, start + (t.plies[e] as number)));
        assert(!taken.includes(none));
      }
    }
  });

  it("depend on the key, the game and the ply", () => {
    const policies = [uniform, uniform] as const;
    const t = content(playOne(plan("ttt", 2000, { policies })));
    expect(content(playOne(plan("ttt", 2000, { policies, actionKey: 3 })))).not.toEqual(t);
    expect(new Set(t.map(({ actions }) => String(actions))).size).toBeGreaterThan(1900);
    const firsts = Array.from({ length: 9 }, (_, a) => t.filter(({ actions }) => actions[0] === a).length);
    expect(chiSquaredZ(firsts, Array(9).fill(2000 / 9))).toBeLessThan(4);
  });
});
