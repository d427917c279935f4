/** PPO's passes over a batch: which rows each step sees, in what order, and what a single step comes to. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Infoset } from "../../src/graph/game-graph.ts";
import { startBackend } from "../../src/nn/backend.ts";
import type { PolicyModel, PolicyNetwork } from "../../src/policies/policy-kind.ts";
import type { Row } from "../../src/rl/rows.ts";
import { Rng } from "../../src/util/rng.ts";
import { kuhn, learnerWith, modelOf, rng, someRows, ttt } from "./learners.ts";

beforeAll(() => startBackend("kernels"));

/** A model that notes which information sets its networks are asked about, call by call. */
function noting(): { readonly model: PolicyModel; readonly calls: (readonly Infoset[])[] } {
  const calls: (readonly Infoset[])[] = [];
  const model = modelOf([kuhn, ttt]);
  const noted = <N extends PolicyNetwork>(network: N): N => {
    const policyAt = network.policyAt.bind(network);
    network.policyAt = (infosets) => {
      calls.push(infosets);
      return policyAt(infosets);
    };
    return network;
  };
  return {
    calls,
    model: {
      ...model,
      network: (weights) => noted(model.network(weights)),
      learner(weights, adam) {
        const network = noted(model.learner(weights, adam));
        const step = network.step.bind(network);
        network.step = (infosets, ...others) => {
          calls.push(infosets);
          step(infosets, ...others);
        };
        return network;
      },
    },
  };
}

/** The rows, as indices, of each step of one update. The first call is for the policy as it was. */
function stepsOf(rows: readonly Row[], epochs: number, minibatches: number, seed: string): number[][] {
  const noted = noting();
  const magnet = { kind: "uniform" as const, coefficient: 0.5, every: 1000 };
  const learner = learnerWith({ loss: "ppo", ppo: { clip: 0.2, epochs, minibatches }, magnet }, {}, noted.model);
  learner.update(rows, 1, new Rng(seed));
  expect(learner.save().optimizer.steps).toBe(noted.calls.length - 1);
  learner.dispose();
  const calls = noted.calls.map((infosets) => infosets.map((i) => rows.findIndex(({ infoset }) => infoset === i)));
  expect(calls[0]).toEqual(rows.map((_, i) => i));
  return calls.slice(1);
}

describe("epochs and minibatches", () => {
  const rows = someRows(ttt, 3, 20);
  const all = rows.map((_, i) => i);

  it.each([
    [1, 1],
    [3, 1],
    [2, 4],
    [2, 7],
    [2, 1000],
  ])("%d of %d: every row once an epoch, in parts of one size but the last", (epochs, minibatches) => {
    const steps = stepsOf(rows, epochs, minibatches, "a");
    expect(steps.length % epochs).toBe(0);
    const parts = steps.length / epochs;
    expect(parts).toBeLessThanOrEqual(minibatches);
    expect(parts).toBeGreaterThan(0.7 * Math.min(minibatches, rows.length));
    const orders = Array.from({ length: epochs }, (_, e) => steps.slice(e * parts, (e + 1) * parts));
    for (const order of orders) {
      expect(order.flat().sort((a, b) => a - b)).toEqual(all);
      const sizes = order.map((part) => part.length);
      expect(Math.min(...sizes)).toBeGreaterThan(0);
      for (const size of sizes.slice(0, -1)) expect(size).toBe(Math.max(...sizes));
    }
    expect(new Set(orders.map(String)).size).toBe(epochs);
    for (const order of orders) expect(order.flat()).not.toEqual(all);
  });

  it("are shuffled by the seed alone", () => {
    expect(stepsOf(rows, 2, 4, "a")).toEqual(stepsOf(rows, 2, 4, "a"));
    expect(stepsOf(rows, 2, 4, "a")).not.toEqual(stepsOf(rows, 2, 4, "b"));
  });

  it("shuffle every row to every place alike", () => {
    const few = rows.slice(0, 3);
    const noted = noting();
    const magnet = { kind: "uniform" as const, coefficient: 0.5, every: 1000 };
    const learner = learnerWith(
      { loss: "ppo", ppo: { clip: 0.2, epochs: 1, minibatches: 1 }, magnet },
      {},
      noted.model,
    );
    for (let i = 0; i < 240; i++) learner.update(few, 1, new Rng(`seed ${i}`));
    learner.dispose();
    const orders = new Map<string, number>();
    // Of each update's two calls the second is the step.
    for (const call of noted.calls.filter((_, i) => i % 2 === 1)) {
      const order = String(call.map((i) => few.findIndex(({ infoset }) => infoset === i)));
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    // 3! orders, 40 of each, with a standard deviation of 5.8.
    expect(orders.size).toBe(6);
    for (const count of orders.values()) expect(Math.abs(count - 40)).toBeLessThan(24);
  });

  it("take a batch of fewer rows than minibatches", () => {
    expect(stepsOf(rows.slice(0, 2), 2, 4, "a").map(({ length }) => length)).toEqual([1, 1, 1, 1]);
  });
});

describe("one step over the whole batch", () => {
  // A large ε makes Adam's step proportional to the gradient.
  const proportional = {
    adam: { beta1: 0, beta2: 0.999, epsilon: 10 },
    learningRate: { start: 1, end: 1 },
    averaging: 0,
    ppo: { clip: 0.2, epochs: 1, minibatches: 1 },
  };
  const trained = (loss: "pg" | "ppo", epochs: number) => {
    const learner = learnerWith({ ...proportional, loss, ppo: { ...proportional.ppo, epochs } });
    learner.update(someRows(kuhn, 4), 1, rng);
    const weights = learner.save().averaged.flatMap(({ values }) => [...values]);
    learner.dispose();
    return weights;
  };

  it("is policy gradient's; two steps are not", () => {
    const [pg, one, two] = [trained("pg", 1), trained("ppo", 1), trained("ppo", 2)];
    const distance = (a: readonly number[], b: readonly number[]) =>
      Math.max(...a.map((x, i) => Math.abs(x - (b[i] as number))));
    expect(distance(pg, one)).toBeLessThan(1e-6);
    expect(distance(pg, two)).toBeGreaterThan(1e-3);
  });

  it("the second epoch is held against the policy that played, not against the first epoch's", () => {
    // One action gained by, a step that is far outside the clip range: from there on nothing more is gained.
    const [row] = someRows(kuhn, 1) as [Row];
    const gained = { ...row, positive: Float64Array.of(0, 1), negative: new Float64Array(2) };
    const probability = (epochs: number) => {
      const learner = learnerWith({
        loss: "ppo",
        ppo: { clip: 0.05, epochs, minibatches: 1 },
        learningRate: { start: 0.05, end: 0.05 },
        magnet: { kind: "none", coefficient: 0, every: 1 },
        entropy: { start: 0, end: 0 },
      });
      const before = learner.policy.distributions([row.infoset])[0]?.[1] as number;
      learner.update([gained], 1, rng);
      const now = learner.policy.distributions([row.infoset])[0]?.[1] as number;
      learner.dispose();
      return now / before;
    };
    const [first, fifth] = [probability(1), probability(5)];
    expect(first).toBeGreaterThan(1.05);
    expect(fifth).toBe(first);
  });
});

it("policy gradient asks about its rows once, and the magnet about those that are new since it has moved", () => {
  const noted = noting();
  const learner = learnerWith({ magnet: { kind: "averaged", coefficient: 0.5, every: 2 } }, {}, noted.model);
  const rows = someRows(kuhn, 1);
  const sets = rows.map(({ infoset }) => infoset);
  const callsOf = (update: number, some: readonly Row[]) => {
    noted.calls.length = 0;
    learner.update(some, update, rng);
    return noted.calls;
  };
  expect(callsOf(1, rows.slice(2))).toEqual([sets.slice(2), sets.slice(2)]);
  expect(callsOf(2, rows)).toEqual([sets.slice(0, 2), sets]);
  expect(callsOf(3, rows)).toEqual([sets, sets]);
  expect(callsOf(4, rows)).toEqual([sets]);
  learner.dispose();
});

it("what is remembered of the magnet changes nothing: a learner restored, which remembers nothing, goes on alike", () => {
  const rows = someRows(ttt, 4, 20);
  const make = () => learnerWith({ magnet: { kind: "averaged", coefficient: 0.5, every: 3 } });
  const learner = make();
  for (let update = 1; update <= 8; update++) {
    // Not the same rows always, so that some of the magnet's are remembered and some are not.
    const some = rows.slice(update);
    const fresh = make();
    fresh.restore(learner.save());
    learner.update(some, update, rng);
    fresh.update(some, update, rng);
    expect(fresh.save()).toEqual(learner.save());
    fresh.dispose();
  }
  learner.dispose();
});
