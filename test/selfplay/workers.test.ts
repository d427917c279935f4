/** Episodes partitioned over threads are the same as in one thread, for any number of workers and if workers die. */
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getGame } from "../../src/games/registry.ts";
import { GameGraph } from "../../src/graph/game-graph.ts";
import { startBackend } from "../../src/nn/backend.ts";
import { bestResponseTo } from "../../src/players/best-response.ts";
import { mctsPlayer } from "../../src/players/mcts.ts";
import { opponents } from "../../src/players/opponents.ts";
import { exploring } from "../../src/policies/exploring.ts";
import { kind } from "../../src/policies/features/mlp.ts";
import { networkPolicy } from "../../src/policies/network-policy.ts";
import { greedy, type Policy, uniform } from "../../src/policies/policy.ts";
import type { PolicyNetwork } from "../../src/policies/policy-kind.ts";
import { assign } from "../../src/selfplay/partition.ts";
import type { Plan, Trajectories } from "../../src/selfplay/plan.ts";
import { play } from "../../src/selfplay/play.ts";
import { WorkerPool } from "../../src/selfplay/worker-pool.ts";
import { Rng } from "../../src/util/rng.ts";
import { randomPolicy } from "../helpers.ts";
import { content } from "./plans.ts";

const program = (name: string) => new URL(`../../dist/selfplay/${name}`, import.meta.url);
// The third has many information sets.
const games = ["kuhn", "ttt", "leduc"].map(getGame);
const model = kind.model({ policy: "mlp", hidden: [4], outputScale: 3 }, games);
let networks: PolicyNetwork[];
let learner: Policy;
let past: Policy;
/** What one thread plays. */
let here: readonly string[];
/** What one thread plays of the plans that are dealt whole, with the weights that `playAll` leaves. */
let wholeHere: readonly string[];
/** Pools by their number of workers; tests in which nothing happens to the workers share them. */
const pools = new Map<number, ReturnType<typeof poolOf>>();

beforeAll(async () => {
  await startBackend("kernels");
  networks = ["a", "b"].map((name) => model.network(model.firstWeights(new Rng(name))));
  [learner, past] = networks.map((network, i) => networkPolicy(`net ${i}`, network, model)) as [Policy, Policy];
  here = await playAll(play);
  wholeHere = wholePlans().map((plans) => all(play(plans)));
});
afterAll(async () => {
  for (const network of networks) network.dispose();
  for (const { pool } of pools.values()) await pool.close();
});

function poolOf(
  workers: number,
  url = program("worker.js"),
  others: { readonly maxNodes?: number } = {},
): { pool: WorkerPool; warnings: string[] } {
  const warnings: string[] = [];
  const pool = new WorkerPool({
    workers,
    backend: "kernels",
    warn: (text) => warnings.push(text),
    program: url,
    ...others,
  });
  return { pool, warnings };
}

function sharedPool(workers: number): ReturnType<typeof poolOf> {
  const shared = pools.get(workers) ?? poolOf(workers);
  pools.set(workers, shared);
  return shared;
}

/** Batches that follow one another on the same graphs, of all kinds of policy. */
function batches(): Plan[][] {
  const graphs = games.map((game) => new GameGraph(game));
  const nash = opponents.find(({ name }) => name === "nash")?.make(getGame("kuhn")) as Policy;
  return [1, 2, 3].map((key) => {
    const keys = { chanceKey: key * 17, actionKey: key * 31 };
    const self = graphs.map((graph) => ({
      graph,
      // Just enough for five threads.
      episodes: 161,
      policies: [learner, learner] as const,
      paired: false,
      ...keys,
    }));
    const [kuhn, ttt] = graphs as [GameGraph, GameGraph];
    return [
      ...self,
      { graph: kuhn, episodes: 160, policies: [learner, nash], paired: true, ...keys },
      { graph: ttt, episodes: 160, policies: [greedy(past), uniform], paired: true, ...keys },
      { graph: ttt, episodes: 160, policies: [exploring(past, 0.3), past], paired: true, ...keys },
      { graph: kuhn, episodes: 160, policies: [bestResponseTo(past, kuhn.game), past], paired: true, ...keys },
      {
        graph: kuhn,
        episodes: 160,
        policies: [mctsPlayer({ sims: 8 }).policy(getGame("kuhn")), uniform],
        paired: true,
        ...keys,
      },
      // Too few to be split, and one that only this thread can play.
      { graph: ttt, episodes: 20, policies: [learner, past], paired: true, ...keys },
      { graph: kuhn, episodes: 160, policies: [randomPolicy("here"), learner], paired: true, ...keys },
    ];
  });
}

/** All that is read of trajectories, as JSON: a comparison of texts takes a tenth of the time. */
const all = (batch: readonly Trajectories[]): string =>
  JSON.stringify(
    batch.map((t) => ({ content: content(t), infosets: t.infosets.map(({ player, key }) => `${player}${key}`) })),
  );

/** Where they differ, what differs is shown. */
function expectSame(found: readonly string[], expected: readonly string[]): void {
  assert.equal(found.length, expected.length);
  for (const [i, text] of found.entries()) {
    if (text !== expected[i]) expect(JSON.parse(text)).toEqual(JSON.parse(expected[i] as string));
  }
}

/** Plays the batches one after another, with an update of the weights in between, as training does. */
async function playAll(playBatch: (plans: readonly Plan[]) => Trajectories[] | Promise<Trajectories[]>) {
  for (const [i, network] of networks.entries()) network.load(model.firstWeights(new Rng(`first ${i}`)));
  const results: string[] = [];
  for (const [i, plans] of batches().entries()) {
    results.push(all(await playBatch(plans)));
    networks[0]?.load(model.firstWeights(new Rng(`next ${i}`)));
  }
  return results;
}

describe("a pool of workers", () => {
  it.each([1, 3, 4])("of %d plays the same games, and notes the same information sets in the same order", async (n) => {
    const { pool, warnings } = sharedPool(n);
    await pool.ready();
    expectSame(await playAll((plans) => pool.play(plans)), here);
    expect(warnings).toEqual([]);
  });

  it("does play: without its workers' part the cells stay empty", async () => {
    const { pool } = poolOf(1, answering(`port.postMessage(batch.jobs.map(nothing))`));
    await pool.ready();
    const [plan] = batches()[0] as [Plan];
    const [t] = (await pool.play([plan])) as [Trajectories];
    expect([...t.plies.subarray(80)]).toEqual(Array(81).fill(0));
    expect([...t.plies.subarray(0, 80)]).not.toContain(0);
    await pool.close();
  });

  it("plays everything itself as long as no worker is ready", async () => {
    const { pool } = poolOf(2, answering("", false));
    expectSame(await playAll((plans) => pool.play(plans)), here);
    await pool.close();
  });
});

describe("plans are partitioned", () => {
  const graph = new GameGraph(getGame("kuhn"));
  const planOf = (episodes: number, sets: number, policy: Policy = uniform): Plan => ({
    graph,
    episodes,
    policies: [policy, policy],
    paired: false,
    chanceKey: 1,
    actionKey: 2,
    expected: Array(sets).fill(0),
  });
  const merged = planOf(16384, 12);
  const [large, small] = [planOf(512, 1400), planOf(256, 600)];

  it.each([
    ["one thread plays all", [merged, large, small], 1, [0, 0, 0]],
    [
      "many games at few information sets are cut, the others go whole to a thread",
      [merged, large, small],
      2,
      ["cut", 1, 0],
    ],
    ["of many the larger first, each to whoever has the least", [small, large, small, small], 2, [0, 1, 0, 0]],
    ["where threads outnumber them by far, all are cut", [merged, large, small], 6, ["cut", "cut", "cut"]],
    ["one alone is cut", [large], 2, ["cut"]],
    ["nothing is known of them yet", [planOf(512, 0), planOf(512, 0)], 2, ["cut", "cut"]],
    ["too few games stay here", [planOf(63, 1), planOf(64, 1)], 2, [0, "cut"]],
    ["a policy that only this thread has stays here", [planOf(512, 1, randomPolicy(1)), merged], 2, [0, "cut"]],
    ["none", [], 3, []],
  ] as const)("%s", (_, plans, threads, shares) => {
    expect(assign(plans, threads)).toEqual(shares);
  });
});

/** Batches of plans that are dealt whole, on graphs that come and go. */
function wholePlans(): Plan[][] {
  const graphs = games.map((game) => new GameGraph(game));
  const batches = [
    [0, 1, 2, 0, 1, 2],
    [2, 1, 2],
    [0, 0, 1, 2, 2, 1],
    [0, 1],
    [1, 2, 0, 2, 1, 0],
  ];
  return batches.map((ids, key) =>
    ids.map((id) => ({
      graph: graphs[id] as GameGraph,
      episodes: 130,
      policies: [learner, learner],
      paired: false,
      chanceKey: key,
      actionKey: ~key,
      expected: Array.from({ length: 100 + ((7 * id + key) % 5) }, (_, i) => i),
    })),
  );
}

describe("whole plans, on graphs that come and go between batches", () => {
  it.each([
    ["1 worker", 1, () => sharedPool(1)],
    ["3 workers", 3, () => sharedPool(3)],
    ["graphs that grow too large", 2, () => poolOf(2, program("worker.js"), { maxNodes: 40 })],
    ["workers that die", 2, () => poolOf(2, answering("", true, `if (++count === 2) { process.exit(1); }`))],
  ])("%s: the same games", async (_, workers, start) => {
    const { pool } = start();
    const shares = new Set<number | "cut">();
    const played: string[] = [];
    for (const plans of wholePlans()) {
      await pool.ready();
      for (const share of assign(plans, workers + 1)) shares.add(share);
      played.push(all(await pool.play(plans)));
    }
    expectSame(played, wholeHere);
    expect(shares.size).toBeGreaterThan(workers);
    if (pools.get(workers)?.pool !== pool) await pool.close();
  });
});

it("with a clock it plays in workers where that is quicker, and in this thread where it is not", async () => {
  // Cells that a worker should have filled stay empty, which shows who played.
  const playedHere = async (seconds: (batch: number) => number): Promise<boolean[]> => {
    let calls = 0;
    const clock = () => (calls++ % 2 === 0 ? 0 : seconds(calls / 2 - 1));
    const idle = answering(`port.postMessage(batch.jobs.map(nothing))`);
    const options = { workers: 1, backend: "kernels", warn: () => {}, program: idle } as const;
    const pool = new WorkerPool({ ...options, clock, areAlike: true });
    await pool.ready();
    const found: boolean[] = [];
    for (let batch = 0; batch < 8; batch++) {
      const [t] = await pool.play([(batches()[0] as Plan[])[0] as Plan]);
      found.push(t?.plies.subarray(80).every((plies) => plies > 0) === true);
    }
    await pool.close();
    return found;
  };
  const [here, there] = [true, false];
  expect(await playedHere((batch) => (batch < 3 ? 2 : 1))).toEqual([
    here,
    here,
    here,
    there,
    there,
    there,
    there,
    there,
  ]);
  expect(await playedHere((batch) => (batch < 3 ? 1 : 2))).toEqual([here, here, here, there, there, there, here, here]);
});

it("with a clock its workers start once playing has taken as long as a start", async () => {
  let now = 0;
  // A batch takes 15 ms, as the clock is asked before and after it; a start takes 100.
  const clock = () => {
    now += 15;
    return now;
  };
  const program = answering(`port.postMessage(batch.jobs.map(nothing))`);
  const started = async (timed: { clock?: () => number }): Promise<number[]> => {
    const pool = new WorkerPool({ workers: 2, backend: "kernels", warn: () => {}, program, ...timed });
    const sizes: number[] = [];
    for (let batch = 0; batch < 8; batch++) {
      await pool.play([(batches()[0] as Plan[])[0] as Plan]);
      sizes.push(pool.size);
    }
    await pool.close();
    return sizes;
  };
  expect(await started({ clock })).toEqual([0, 0, 0, 0, 0, 0, 2, 2]);
  expect((await started({}))[0]).toBe(2);
});

describe("a worker that dies", () => {
  it("in the middle of a batch: its jobs are played again, another takes its place, and the result is the same", async () => {
    // Each plays one batch, and dies of the second.
    const url = answering("", true, `if (++count === 2) { process.exit(1); }`);
    const { pool, warnings } = poolOf(2, url);
    const counts: number[] = [];
    const results = await playAll(async (plans) => {
      await pool.ready();
      counts.push(pool.size);
      return pool.play(plans);
    });
    expectSame(results, here);
    expect(counts).toEqual([2, 2, 2]);
    expect(warnings).toEqual([]);
    await pool.close();
  });

  it("by an error of its own: the same", async () => {
    const { pool } = poolOf(1, answering("", true, `if (++count === 2) throw new Error("boom");`));
    const results = await playAll(async (plans) => {
      await pool.ready();
      return pool.play(plans);
    });
    expectSame(results, here);
    await pool.close();
  });

  it("again and again: says so once, with the reason, and goes on alone", async () => {
    const { pool, warnings } = poolOf(2, answering(`throw new Error("no such luck")`, false));
    await pool.ready();
    expectSame(await playAll((plans) => pool.play(plans)), here);
    expect(pool.size).toBe(0);
    expect(warnings.length).toBe(1);
    expect(warnings[0]).toContain("no such luck");
    await pool.close();
  });
});

/**
 * A program for workers: the real one, which it hears beside, or where there is an `answer` that instead. `first` runs
 * before the real one sees a batch.
 */
function answering(answer: string, real = answer === "", first = ""): URL {
  const file = join(mkdtempSync(join(tmpdir(), "spiral-worker-")), "worker.mjs");
  writeFileSync(
    file,
    `import { parentPort as port } from "node:worker_threads";
let count = 0;
const nothing = ({ from, to }) => {
  const none = { slots: new Uint16Array(0), decisions: new Int32Array(0), returns: new Float64Array(0) };
  const cells = { plies: new Uint16Array(to - from), ...none };
  return { graph: 0, from, to, cells, visited: [], earliest: [] };
};
port.on("message", (batch) => { ${first} ${real || answer.startsWith("throw") ? "" : answer} });
${answer.startsWith("throw") ? answer : ""}
${real ? `await import(${JSON.stringify(pathToFileURL(fileURLToPath(program("worker.js"))).href)});` : ""}
${!real && answer !== "" ? `port.postMessage("ready");` : ""}
`,
  );
  return pathToFileURL(file);
}
