/** Learning from an expert's games: which games, which gradient, what comes of it, for a policy of features and one of text. */
import assert from "node:assert/strict";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluateExactly } from "../../src/exact/nash-conv.ts";
import { getGame } from "../../src/games/registry.ts";
import { GameGraph } from "../../src/graph/game-graph.ts";
import { startBackend } from "../../src/nn/backend.ts";
import type { WeightArray } from "../../src/nn/weights.ts";
import { nash, opponents } from "../../src/players/opponents.ts";
import type { Policy } from "../../src/policies/policy.ts";
import type { PolicyModel } from "../../src/policies/policy-kind.ts";
import { policyModel } from "../../src/policies/registry.ts";
import { DemonstrationBatches, type Demonstrations, gamesOfExpert, imitation } from "../../src/rl/demonstrations.ts";
import { Learner, type LearnerSettings } from "../../src/rl/learner.ts";
import { mergeRows } from "../../src/rl/rows.ts";
import { type Snapshot, train } from "../../src/rl/train.ts";
import { episodeOf } from "../../src/selfplay/play.ts";
import { type RecordedGame, recordedTrajectories } from "../../src/selfplay/recorded.ts";
import { Rng } from "../../src/util/rng.ts";
import { onTensors, randomPolicy, recorder, smallRun } from "../helpers.ts";
import { smallText } from "../policies/small-text.ts";
import { throughFiles } from "../run/checkpoints.ts";
import { learnerDecisions, playBatch } from "./batches.ts";
import { kuhn, modelOf, ttt } from "./learners.ts";

beforeAll(() => startBackend("kernels"));

const textModel = (think = 0): Promise<PolicyModel> =>
  policyModel({ policy: "text", hidden: [8], outputScale: 1, text: { ...smallText, think } }, [kuhn, ttt]);

/** Games of random policies, whose moves differ in likelihood. */
const some = (id: string, count: number, seed = 1): RecordedGame[] =>
  gamesOfExpert(getGame(id), randomPolicy(seed), count, new Rng(seed));
const shown = (games: Record<string, readonly RecordedGame[]>, updates = 1): Demonstrations => ({
  expert: "expert",
  updates,
  games: new Map(Object.entries(games)),
});

/** − log π of the moves in these games, by a walk through the rules: the mean over each game's moves, summed over games. */
function crossEntropy(policy: Learner["policy"], games: Record<string, readonly RecordedGame[]>): number {
  let total = 0;
  for (const [id, episodes] of Object.entries(games)) {
    const graph = new GameGraph(getGame(id));
    const costs = episodes.flatMap(({ actions, opening }) => {
      let node = graph.root;
      return actions.flatMap((action, ply) => {
        const { infoset, turn } = node;
        const slot = turn.kind === "end" ? -1 : turn.actions.indexOf(action);
        node = graph.child(node, slot);
        if (!infoset || ply < opening) return [];
        return [-Math.log(policy.distributions([infoset])[0]?.[slot] as number)];
      });
    });
    total += costs.reduce((a, b) => a + b) / costs.length;
  }
  return total;
}

function learnerOf(model: PolicyModel, rl: Partial<LearnerSettings["rl"]> = {}): Learner {
  const settings = smallRun([], 300);
  return new Learner({ ...settings, rl: { ...settings.rl, ...rl } }, model, new Rng("learner"));
}

const length = (arrays: readonly Float32Array[]): number =>
  Math.sqrt(arrays.reduce((sum, array) => sum + array.reduce((s, x) => s + x * x, 0), 0));

function rowsOf(model: PolicyModel, games: Record<string, readonly RecordedGame[]>) {
  const sizes = Object.entries(games).map(([id, own]) => ({ game: getGame(id), episodes: own.length }));
  const batch = new DemonstrationBatches(shown(games), sizes, model).batch(1);
  return mergeRows(batch, imitation(batch)).rows;
}

describe("recorded games", () => {
  it.each(["kuhn", "ttt", "negotiation"])("of %s are the trajectories that were played", (id) => {
    const played = playBatch(id, 30, 7);
    const actions = Array.from({ length: 30 }, (_, e) => episodeOf(played, e).actions);
    const again = recordedTrajectories(
      new GameGraph(getGame(id)),
      "expert",
      actions.map((a) => ({ actions: a, opening: 0 })),
    );
    expect(
      learnerDecisions(again).map(({ cell, episode, infoset, ret, action }) => [
        cell,
        episode,
        infoset.key,
        ret,
        action,
      ]),
    ).toEqual(
      learnerDecisions(played).map(({ cell, episode, infoset, ret, action }) => [
        cell,
        episode,
        infoset.key,
        ret,
        action,
      ]),
    );
    expect(again.infosets.map(({ key }) => key)).toEqual(played.infosets.map(({ key }) => key));
    expect(episodeOf(again, 3)).toEqual({ ...episodeOf(played, 3), players: ["expert", "expert"] });
  });

  it("have no decision in an opening", () => {
    const games = [{ actions: [0, 4, 8, 1, 7, 6, 2, 5, 3], opening: 3 }];
    const { ids, infosets, decisions } = recordedTrajectories(new GameGraph(ttt), "x", games);
    expect([...decisions]).toEqual([-1, -1, -1, 0, 1, 2, 3, 4, 5]);
    expect(infosets.map(({ id }) => id)).toEqual([...ids]);
    expect(infosets[0]?.player).toBe(1);
  });

  it("must be whole and legal", () => {
    const graph = new GameGraph(ttt);
    expect(() => recordedTrajectories(graph, "x", [{ actions: [0, 0], opening: 0 }])).toThrow("not legal");
    expect(() => recordedTrajectories(graph, "x", [{ actions: [0, 1], opening: 0 }])).toThrow("no end");
  });
});

describe("the batches", () => {
  const firsts = (batches: DemonstrationBatches, update: number) => {
    const [trajectories] = batches.batch(update);
    if (!trajectories) throw new Error("no batch");
    return Array.from({ length: trajectories.plan.episodes }, (_, e) => episodeOf(trajectories, e).actions.join());
  };
  const games = some("ttt", 5);
  const names = games.map(({ actions }) => actions.join());

  it("go round the games in order", () => {
    const batches = new DemonstrationBatches(shown({ ttt: games }), [{ game: ttt, episodes: 3 }], modelOf([ttt]));
    expect([1, 2, 3].flatMap((update) => firsts(batches, update))).toEqual([...names, ...names.slice(0, 4)]);
    expect(firsts(batches, 1)).toEqual(names.slice(0, 3));
  });

  it("hold no game twice", () => {
    const batches = new DemonstrationBatches(shown({ ttt: games }), [{ game: ttt, episodes: 99 }], modelOf([ttt]));
    expect(firsts(batches, 4)).toEqual(names);
  });
});

describe.each([
  ["mlp", async () => modelOf([kuhn, ttt])],
  ["text", () => textModel()],
  ["text that may think", () => textModel(2)],
])("imitation by %s", (name, makeModel) => {
  const games = { kuhn: some("kuhn", 20), ttt: some("ttt", 6) };

  it("goes down the gradient of the cross-entropy, and nothing else", async () => {
    await onTensors();
    const model = await makeModel();
    // Adam's step is −g if the rate and ε are both large, so that θ tells the gradient.
    const [epsilon, quiet] = [1e7, { learningRate: { start: 1e7, end: 1e7 } }];
    const learner = learnerOf(model, { ...quiet, adam: { beta1: 0, beta2: 0, epsilon }, averaging: 0 });
    const before = learner.save().weights;
    const loss = learner.imitateExpert(rowsOf(model, games), 1);
    const after = learner.save().weights;
    learner.dispose();
    if (name !== "text that may think") {
      const untouched = learnerOf(model);
      untouched.restore({ ...untouched.save(), weights: before });
      expect(loss).toBeCloseTo(crossEntropy(untouched.policy, games), 5);
      untouched.dispose();
    }
    const lossAt = (weights: readonly WeightArray[]): number => {
      const probe = learnerOf(model, { learningRate: { start: 1e-9, end: 1e-9 } });
      probe.restore({ ...probe.save(), weights });
      const value = probe.imitateExpert(rowsOf(model, games), 1);
      probe.dispose();
      return value;
    };
    // The slope along the step itself is −|g|², and along a random direction −g · d.
    const rng = new Rng("direction");
    const step = before.map(({ values }, i) => values.map((w, j) => (after[i]?.values[j] as number) - w));
    const random = before.map(({ values }) => values.map(() => 0.01 * rng.normal()));
    const steepest = length(step);
    for (const direction of [step, random]) {
      const norm = length(direction);
      const h = 0.005 / norm;
      const moved = (by: number) =>
        before.map((array, i) => ({
          ...array,
          values: array.values.map((w, j) => w + by * (direction[i]?.[j] as number)),
        }));
      const slope = (lossAt(moved(h)) - lossAt(moved(-h))) / (2 * h * norm);
      const expected =
        -direction.reduce((sum, d, i) => sum + d.reduce((s, x, j) => s + x * (step[i]?.[j] as number), 0), 0) / norm;
      expect(Math.abs(slope - expected)).toBeLessThan(0.005 * steepest);
    }
  });
});

it("in Kuhn poker it comes to the frequencies of the expert's moves", () => {
  const games = { kuhn: some("kuhn", 400, 5) };
  const model = modelOf([kuhn]);
  const learner = learnerOf(model, { learningRate: { start: 0.03, end: 0.0003 } });
  const rows = rowsOf(model, games);
  for (let update = 1; update <= 300; update++) learner.imitateExpert(rows, update);
  const batch = recordedTrajectories(new GameGraph(kuhn), "expert", games.kuhn);
  const counts = new Map<string, { readonly infoset: (typeof batch.infosets)[number]; readonly taken: number[] }>();
  for (const { infoset, action, actions } of learnerDecisions(batch)) {
    const entry = counts.get(`${infoset.player}${infoset.key}`) ?? { infoset, taken: actions.map(() => 0) };
    entry.taken[actions.indexOf(action)] = (entry.taken[actions.indexOf(action)] as number) + 1;
    counts.set(`${infoset.player}${infoset.key}`, entry);
  }
  expect(counts.size).toBeGreaterThan(8);
  for (const { infoset, taken } of counts.values()) {
    const visits = taken.reduce((a, b) => a + b);
    const [found] = learner.policy.distributions([infoset]);
    for (const [slot, n] of taken.entries()) {
      expect(Math.abs((found?.[slot] as number) - n / visits)).toBeLessThan(0.02);
    }
  }
  learner.dispose();
});

/** The frequencies of the moves in games, by orbit of the information sets; uniform where the games never went. */
function frequencies(id: string, games: readonly RecordedGame[]): Policy {
  const counts = new Map<string, number[]>();
  for (const { orbit, actions, action } of learnerDecisions(
    recordedTrajectories(new GameGraph(getGame(id)), "x", games),
  )) {
    const taken = counts.get(orbit) ?? actions.map(() => 0);
    taken[actions.indexOf(action)] = (taken[actions.indexOf(action)] as number) + 1;
    counts.set(orbit, taken);
  }
  return {
    name: "frequencies",
    symmetric: true,
    distributions: (infosets) =>
      infosets.map(({ player, canonical: { key, actions }, toCanonical }) => {
        const taken = counts.get(`${id} ${player} ${key}`) ?? actions.map(() => 1);
        const visits = taken.reduce((a, b) => a + b);
        return Float64Array.from(actions, (_, slot) => (taken[toCanonical?.[slot] ?? slot] as number) / visits);
      }),
  };
}

// The figures of docs/results.md.
it.each([
  ["kuhn", "nash", [0, 1 / 3], [0.556, 7 / 6]],
  ["kuhn", "sloppy", [0.156, 1 / 3], [0.152, 1 / 3]],
  ["ttt", "nash", [0, 0], [1.586, 2]],
  ["ttt", "sloppy", [0.697, 0], [0.731, 0]],
])("in %s, of 25,000 games of %s even a table is exploited", (id, name, own, copied) => {
  const game = getGame(id);
  const expert = opponents.find((opponent) => opponent.name === name)?.make(game) as Policy;
  for (const [policy, expected] of [
    [expert, own],
    [frequencies(id, gamesOfExpert(game, expert, 25_000, new Rng(1))), copied],
  ] as const) {
    const { nashConv, greedyNashConv } = evaluateExactly(game, policy) ?? {
      nashConv: Number.NaN,
      greedyNashConv: Number.NaN,
    };
    expect(Math.abs(nashConv - expected[0])).toBeLessThan(0.02);
    expect(greedyNashConv).toBeCloseTo(expected[1], 10);
  }
});

describe("a run", () => {
  const UPDATES = 20;
  const games = { kuhn: gamesOfExpert(kuhn, nash(kuhn), 100, new Rng(1)), ttt: some("ttt", 10) };
  const settings = {
    ...smallRun(
      [
        [kuhn, 48],
        [ttt, 12],
      ],
      UPDATES,
    ),
    demonstrations: shown(games, 8),
    run: { logEvery: 4, evaluateEvery: 10, checkpointEvery: 100, keepEpisodes: 2 },
  };
  const run = async (stopAt?: number, resume?: Snapshot) => {
    const recorded = recorder(undefined, stopAt);
    await train(settings, recorded.hooks, resume);
    return recorded;
  };
  let whole: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => {
    whole = await run();
  });

  it("learns from the expert first and then from self-play, and says which", () => {
    expect(whole.metrics.map(({ update, demonstrations }) => [update, demonstrations])).toEqual([
      ...[
        [0, undefined],
        [4, true],
        [8, true],
        [10, undefined],
      ],
      ...[
        [12, undefined],
        [16, undefined],
        [20, undefined],
      ],
    ]);
    const players = whole.episodes.map(({ update, players: [first] }) => [(update as number) <= 8, first]);
    expect(new Set(players.map(String))).toEqual(new Set(["true,expert", "false,learner"]));
    // Ten games of tic-tac-toe are all that there are.
    expect(whole.metrics.at(-1)?.episodes).toBe(8 * (48 + 10) + 12 * (48 + 12));
  });

  it("moves no baseline before self-play", () => {
    expect(whole.metrics[2]?.baselines).toEqual({});
    expect(whole.metrics.at(-1)?.baselines).toHaveProperty("kuhn/first");
  });

  it.each([3, 8, 9])("goes on after update %i as if it had not been interrupted", async (stop) => {
    const first = await run(stop);
    const rest = await run(undefined, throughFiles(first.snapshots.at(-1) as Snapshot, settings));
    assert.deepEqual([...first.metrics, ...rest.metrics], whole.metrics);
    assert.deepEqual([...first.episodes, ...rest.episodes], whole.episodes);
    assert.deepEqual(rest.snapshots.at(-1), whole.snapshots.at(-1));
  });
});
