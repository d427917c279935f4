/** The opponents during training: the number of games against each, their seats and moves, and whose turns are learned from. */
import { beforeAll, describe, expect, it } from "vitest";
import { getGame } from "../../src/games/registry.ts";
import { startBackend } from "../../src/nn/backend.ts";
import { opponents } from "../../src/players/opponents.ts";
import type { Policy } from "../../src/policies/policy.ts";
import { Matchmaker } from "../../src/rl/matchmaker.ts";
import type { PoolSettings } from "../../src/rl/pool.ts";
import { mergeRows } from "../../src/rl/rows.ts";
import type { Trajectories } from "../../src/selfplay/plan.ts";
import { Rng } from "../../src/util/rng.ts";
import { chiSquaredZ, randomPolicy } from "../helpers.ts";
import { content, deals } from "../selfplay/plans.ts";
import { learnerDecisions, learnerHas } from "./batches.ts";
import { learnerWith, modelOf } from "./learners.ts";

await startBackend("kernels");

const learner: Policy = { ...randomPolicy(7), name: "learner" };
const ALL = { every: 10, size: 3, sampling: "uniform" } as const;
const matchmakerOf = (
  mix: string,
  games: Readonly<Record<string, number>>,
  pool: PoolSettings = ALL,
  maxNodes?: number,
) =>
  new Matchmaker(
    {
      games: Object.entries(games).map(([id, episodes]) => ({ game: getGame(id), episodes })),
      rl: { opponents: mix, pool },
    },
    modelOf([getGame("kuhn"), getGame("ttt")]),
    maxNodes,
  );
/** One update's games of a matchmaker of its own. */
async function played(mix: string, games: Readonly<Record<string, number>>, draws = "draws"): Promise<Trajectories[]> {
  const matchmaker = matchmakerOf(mix, games);
  const own = learnerWith();
  matchmaker.offer(0, own);
  const batch = await matchmaker.play(learner, new Rng(draws));
  for (const owner of [matchmaker, own]) owner.dispose();
  return batch;
}
const summary = (batch: readonly Trajectories[]) =>
  batch.map(({ plan }) => `${plan.graph.game.id}: ${plan.episodes} ${plan.policies[1].name}`);

describe("explorers", () => {
  const explorers = { share: 0.125, exploration: 0.25, after: 0 };

  it.each([
    ["self", ["kuhn: 100 learner", "ttt: 88 learner", "ttt: 12 learner:exploring"]],
    [
      "self=0.5,random=0.5",
      ["kuhn: 50 learner", "kuhn: 50 random", "ttt: 44 learner", "ttt: 6 learner:exploring", "ttt: 50 random"],
    ],
    ["random", ["kuhn: 100 random", "ttt: 100 random"]],
  ])("take a share of self-play where nothing is hidden: %s", async (mix, expected) => {
    const batch = await matchmakerOf(mix, { kuhn: 100, ttt: 100 }).play(learner, new Rng(1), undefined, explorers);
    expect(summary(batch)).toEqual(expected);
  });

  it("play as the learner, but for random actions, and nothing is learned from their turns", async () => {
    const batch = await matchmakerOf("self", { ttt: 800 }).play(learner, new Rng(1), undefined, explorers);
    const [, against] = batch as [Trajectories, Trajectories];
    const [infoset] = against.infosets;
    const [own, other] = against.plan.policies.map((policy) => policy.distributions([infoset])[0]);
    other.forEach((p, slot) => {
      expect(p).toBeCloseTo(0.75 * own[slot] + 0.25 / own.length, 12);
    });
    // An independent count of the learner's turns, which sits in seat 0 of even games and in seat 1 of odd ones.
    const { decisions } = mergeRows([against], [new Float64Array(learnerDecisions(against).length)]);
    expect(decisions).toBe(learnerDecisions(against).length);
    expect(decisions).toBeLessThan(against.plies.reduce((sum, plies) => sum + plies, 0));
  });
});

describe("fractions", () => {
  it.each([
    ["self", ["kuhn: 100 learner", "ttt: 10 learner"]],
    ["random", ["kuhn: 100 random", "ttt: 10 random"]],
    ["self=0.7,random=0.3", ["kuhn: 70 learner", "kuhn: 30 random", "ttt: 7 learner", "ttt: 4 random"]],
    [
      "pool=0.5,self=0.25,sloppy=0.25",
      ["kuhn: 50 pool@0", "kuhn: 25 learner", "kuhn: 26 sloppy", "ttt: 6 pool@0", "ttt: 3 learner", "ttt: 2 sloppy"],
    ],
    // However little, it is played.
    ["self=0.999,nash=0.001", ["kuhn: 100 learner", "kuhn: 2 nash", "ttt: 10 learner", "ttt: 2 nash"]],
    ["self=0.001,nash=0.999", ["kuhn: 1 learner", "kuhn: 100 nash", "ttt: 1 learner", "ttt: 10 nash"]],
  ])("%s of 100 games and 10", async (mix, expected) => {
    expect(summary(await played(mix, { kuhn: 100, ttt: 10 }))).toEqual(expected);
  });
});

it("begins a graph anew once it has grown too large, and the games are the same", async () => {
  const [bounded, unbounded] = [50, undefined].map((maxNodes) =>
    matchmakerOf("self", { kuhn: 40, ttt: 40 }, ALL, maxNodes),
  ) as [Matchmaker, Matchmaker];
  const graphs = new Set<unknown>();
  for (let update = 1; update <= 4; update++) {
    const [few, all] = await Promise.all([bounded, unbounded].map((m) => m.play(learner, new Rng(update))));
    for (const { plan } of few ?? []) graphs.add(plan.graph);
    expect(few?.map(content)).toEqual(all?.map(content));
  }
  // One of Kuhn, which has 55 states and reaches 51 at once, and one of tic-tac-toe in each update.
  expect(graphs.size).toBeGreaterThanOrEqual(5);
  for (const owner of [bounded, unbounded]) owner.dispose();
});

describe("seats and deals", () => {
  let self: Trajectories;
  let random: Trajectories;
  beforeAll(async () => {
    [self, random] = (await played("self=0.5,random=0.5", { kuhn: 80 })) as [Trajectories, Trajectories];
  });

  it("against itself every game has its own deal; against another the seats are swapped on the same one", async () => {
    const pairs = (t: Trajectories) =>
      Array.from({ length: 20 }, (_, k) => String(deals(t, 2 * k)) === String(deals(t, 2 * k + 1)));
    expect(self.plan.paired).toBe(false);
    expect(pairs(self).every(Boolean)).toBe(false);
    expect(pairs(random)).toEqual(Array(20).fill(true));
  });

  it("what one matching draws does not depend on the others, nor on the other games", async () => {
    const returnsOf = (batch: readonly Trajectories[], name: string) =>
      batch.find(({ plan }) => plan.graph.game.id === "kuhn" && plan.policies[1].name === name)?.returns;
    const more = await played("random=0.25,minimax=0.25,self=0.5", { ttt: 8, "ttt-draw": 8 });
    expect(more.length).toBe(6);
    expect(returnsOf(await played("random=0.5,self=0.25,nash=0.25", { ttt: 4, kuhn: 80 }), "random")).toEqual(
      random.returns,
    );
    expect(returnsOf(await played("random=0.5,self=0.5", { kuhn: 80 }, "other"), "random")).not.toEqual(random.returns);
  });

  it("only the learner's turns are learned from", () => {
    for (const t of [self, random]) {
      const own = learnerDecisions(t);
      const { rows, decisions } = mergeRows([t], [new Float64Array(own.length).fill(1)]);
      expect(decisions).toBe(own.length);
      const orbits = new Set(own.map(({ infoset }) => infoset.canonical));
      expect(new Set(rows.map(({ infoset }) => infoset))).toEqual(orbits);
      const players = t.plan.episodes * 2;
      const seats = [...learnerSeats(t)].length;
      expect(seats).toBe(t === self ? players : players / 2);
    }
  });
});

function* learnerSeats(t: Trajectories) {
  for (let e = 0; e < t.plan.episodes; e++) for (const seat of [0, 1] as const) if (learnerHas(t, e, seat)) yield e;
}

/** z of the moves of one side, over all its information sets, against the policy that should have made them. */
function zOfMoves(t: Trajectories, side: "learner" | "other", policy: Policy): number[] {
  const counts = new Map<string, { counts: number[]; expected: readonly number[] }>();
  const { plan, plies, slots } = t;
  for (let e = 0; e < plan.episodes; e++) {
    let node = plan.graph.root;
    for (let ply = 0; ply < (plies[e] as number); ply++) {
      const slot = slots[e * plan.graph.game.maxPlies + ply] as number;
      const { infoset } = node;
      if (infoset && learnerHas(t, e, infoset.player) === (side === "learner")) {
        const key = `${infoset.player} ${infoset.key}`;
        const entry = counts.get(key) ?? {
          counts: infoset.actions.map(() => 0),
          expected: [...(policy.distributions([infoset])[0] ?? [])],
        };
        (entry.counts[slot] as number)++;
        counts.set(key, entry);
      }
      node = plan.graph.child(node, slot);
    }
  }
  return [...counts.values()].map(({ counts, expected }) => {
    const n = counts.reduce((a, b) => a + b);
    return chiSquaredZ(
      counts,
      expected.map((p) => p * n),
    );
  });
}

describe("the moves against another", () => {
  it.each([
    ["random", "kuhn"],
    ["nash", "kuhn"],
    ["sloppy", "kuhn"],
    ["minimax", "ttt"],
  ])("are %s's and the learner's, each in its own turns: %s", async (name, id) => {
    const [t] = (await played(name, { [id]: 3000 })) as [Trajectories];
    const other = opponents.find((o) => o.name === name)?.make(getGame(id)) as Policy;
    // A move of probability 0 would have z = ∞.
    for (const z of zOfMoves(t, "other", other)) expect(z).toBeLessThan(4.5);
    for (const z of zOfMoves(t, "learner", learner)) expect(z).toBeLessThan(4.5);
    expect(Math.max(...zOfMoves(t, "other", learner))).toBeGreaterThan(20);
  });

  it("are a past checkpoint's where it is the pool's", async () => {
    const matchmaker = matchmakerOf("pool", { kuhn: 3000 });
    const own = learnerWith();
    matchmaker.offer(0, own);
    const [t] = (await matchmaker.play(learner, new Rng(1))) as [Trajectories];
    expect(t.plan.policies[1].name).toBe("pool@0");
    for (const z of zOfMoves(t, "other", own.averagedPolicy)) expect(z).toBeLessThan(4.5);
    expect(Math.max(...zOfMoves(t, "other", learner))).toBeGreaterThan(20);
    for (const owner of [matchmaker, own]) owner.dispose();
  });
});

describe("the pool's scores", () => {
  it("are the learner's mean over the games against it: 1 for a win, ½ for a draw, 0 for a loss", async () => {
    const matchmaker = matchmakerOf("self=0.5,pool=0.5", { ttt: 400, kuhn: 100 });
    const own = learnerWith();
    matchmaker.offer(0, own);
    const batch = await matchmaker.play(learner, new Rng(1));
    const against = batch.filter(({ plan }) => plan.policies[1].name === "pool@0");
    expect(against.length).toBe(2);
    const results = against.flatMap((t) =>
      Array.from({ length: t.plan.episodes }, (_, e) => {
        const r = t.returns[e * 2 + (e % 2)] as number;
        return r > 0 ? 1 : r === 0 ? 0.5 : 0;
      }),
    );
    const mean = results.reduce<number>((a, b) => a + b, 0) / results.length;
    expect(results).toContain(0.5);
    expect(Math.abs(mean - 0.5)).toBeGreaterThan(0.01);
    expect(matchmaker.save()[0]?.score).toBeCloseTo(0.5 + 0.1 * (mean - 0.5), 12);
    for (const owner of [matchmaker, own]) owner.dispose();
  });

  it("are not kept, nor a network, where nobody plays the pool", async () => {
    const matchmaker = matchmakerOf("self", { kuhn: 10 });
    matchmaker.offer(0, undefined as never);
    expect(matchmaker.save()).toEqual([]);
    matchmaker.dispose();
  });
});

it("plays the same after other batches as in their place: what came up before is only a cache", async () => {
  const [used, fresh] = [0, 1].map(() => matchmakerOf("self=0.5,random=0.5", { kuhn: 60, ttt: 20 })) as [
    Matchmaker,
    Matchmaker,
  ];
  for (let i = 0; i < 3; i++) await used.play(randomPolicy(i), new Rng(i));
  const content = async (m: Matchmaker) =>
    (await m.play(learner, new Rng("last"))).map(({ slots, returns, plies }) => ({ slots, returns, plies }));
  expect(await content(used)).toEqual(await content(fresh));
});
