/** Advantages: by hand, against a plain loop over episodes, and with their memory saved. */
import { describe, expect, it } from "vitest";
import { GameGraph } from "../../src/games/graph.ts";
import { getGame } from "../../src/games/registry.ts";
import { none } from "../../src/rl/advantages/none.ts";
import { rae } from "../../src/rl/advantages/rae.ts";
import { play, type Trajectories } from "../../src/selfplay/play.ts";
import { randomPolicy } from "../helpers.ts";

function batch(id: string, episodes: number, key: number): Trajectories {
  const graph = new GameGraph(getGame(id));
  const policy = randomPolicy(key);
  const plan = {
    graph,
    episodes,
    policies: [policy, policy] as const,
    paired: false,
    chanceKey: key,
    actionKey: key + 1,
  };
  return play([plan])[0] as Trajectories;
}

/** Three games of Kuhn with returns made up so that neither role's can be had from the other's. */
const handmade: Trajectories = { ...batch("kuhn", 3, 1), returns: Float64Array.of(1, 4, -1, 0, 2, 0) };

/** By episode and ply: whose decision it was, and its advantage. */
function byDecision({ plan: { graph, episodes }, plies, decisions, infosets }: Trajectories, advantages: Float64Array) {
  const P = graph.game.maxPlies;
  return Array.from({ length: episodes }, (_, e) =>
    Array.from({ length: P }, (_, ply) => {
      const infoset = infosets[decisions[e * P + ply] as number];
      const value = advantages[e * P + ply] as number;
      if (ply >= (plies[e] as number) || !infoset) return value === 0 ? undefined : "a value where nobody decided";
      return { seat: infoset.player, value };
    }).filter((x) => x !== undefined),
  );
}

describe("rae", () => {
  it("with α = ½ gives what a pencil gives", () => {
    const [advantages] = rae({ baselineDecay: 0.5 }).advantages([handmade]) as [Float64Array];
    // First role: b = 0, ½, −¼. Second role: b = 0, 2, 1.
    const expected = [
      [1, 4],
      [-1.5, -2],
      [2.25, -1],
    ];
    const found = byDecision(handmade, advantages);
    expect(found.flat().length).toBeGreaterThanOrEqual(6);
    found.forEach((decisions, e) => {
      for (const decision of decisions) {
        expect(decision).toEqual({ seat: expect.any(Number), value: expect.any(Number) });
        if (typeof decision === "object") expect(decision.value).toBe(expected[e]?.[decision.seat]);
      }
    });
  });

  it("is a plain loop over episodes, per game and role, from batch to batch", () => {
    const alpha = 0.95;
    const estimator = rae({ baselineDecay: alpha });
    const b: Record<string, number> = {};
    for (const key of [1, 2, 3]) {
      const batches = ["kuhn", "ttt", "kuhn-match", "kuhn"].map((id, i) => batch(id, 40, key * 10 + i));
      const advantages = estimator.advantages(batches);
      batches.forEach((trajectories, i) => {
        const { game } = trajectories.plan.graph;
        byDecision(trajectories, advantages[i] as Float64Array).forEach((decisions, e) => {
          for (const seat of [0, 1] as const) {
            const name = `${game.id}/${game.roles[seat]}`;
            const r = trajectories.returns[e * 2 + seat] as number;
            const before = b[name] ?? 0;
            for (const decision of decisions) {
              if (typeof decision === "string") throw new Error(decision);
              if (decision.seat === seat) expect(decision.value).toBeCloseTo(r - before, 12);
            }
            b[name] = alpha * before + (1 - alpha) * r;
          }
        });
      });
    }
    const saved = estimator.save();
    expect(Object.keys(saved).sort()).toEqual(Object.keys(b).sort());
    for (const [name, value] of Object.entries(saved)) expect(value).toBeCloseTo(b[name] as number, 12);
    expect(Object.keys(saved)).toContain("kuhn/first");
    expect(saved["ttt/X"]).not.toBe(0);
  });

  it("settles near the mean return of a role that gains on average", () => {
    const estimator = rae({ baselineDecay: 0.95 });
    const constant: Trajectories = {
      ...batch("kuhn", 400, 5),
      returns: new Float64Array(800).map((_, i) => (i % 2 ? -1 : 1)),
    };
    estimator.advantages([constant]);
    expect(estimator.save()["kuhn/first"]).toBeCloseTo(1, 6);
    expect(estimator.save()["kuhn/second"]).toBeCloseTo(-1, 6);
  });

  it("goes on from a saved memory, and forgets its own", () => {
    const [first, second] = [batch("kuhn", 50, 1), batch("kuhn", 50, 2)];
    const whole = rae({ baselineDecay: 0.9 });
    whole.advantages([first]);
    const resumed = rae({ baselineDecay: 0.9 });
    resumed.advantages([batch("ttt", 5, 3)]);
    resumed.restore(JSON.parse(JSON.stringify(whole.save())) as Record<string, number>);
    expect(resumed.save()).toEqual(whole.save());
    const fresh = rae({ baselineDecay: 0.9 }).advantages([second]);
    const expected = whole.advantages([second]);
    expect(resumed.advantages([second])).toEqual(expected);
    expect(fresh).not.toEqual(expected);
  });
});

describe("none", () => {
  it("is the return of the player who decides", () => {
    for (const { value, seat, e } of byDecision(handmade, none().advantages([handmade])[0] as Float64Array).flatMap(
      (decisions, e) => decisions.map((d) => ({ ...(d as { seat: number; value: number }), e })),
    )) {
      expect(value).toBe(handmade.returns[e * 2 + seat]);
    }
    expect(none().save()).toEqual({});
  });
});
