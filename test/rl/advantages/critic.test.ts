/** The critic: GAE(λ) against its sum, the step of V against the loss of every decision, and what V comes to. */
import { beforeAll, describe, expect, it } from "vitest";
import { getGame } from "../../../src/games/registry.ts";
import { GameGraph, type GameNode, type Infoset } from "../../../src/graph/game-graph.ts";
import { startBackend } from "../../../src/nn/backend.ts";
import { Mlp } from "../../../src/nn/mlp.ts";
import { tf } from "../../../src/nn/tf.ts";
import type { WeightArray } from "../../../src/nn/weights.ts";
import { uniform } from "../../../src/policies/policy.ts";
import type { EstimatorState } from "../../../src/rl/advantages/advantage.ts";
import type { Trajectories } from "../../../src/selfplay/plan.ts";
import { onTensors } from "../../helpers.ts";
import { byCell, type Decision, gamesOf, learnerDecisions, opponent, playBatch, withReturns } from "../batches.ts";
import { layout, make } from "./estimators.ts";

beforeAll(() => startBackend("kernels"));

const critic = (lambda: number, learningRate = 0.01) =>
  make("critic", { critic: { lambda, learningRate, hidden: [8] } });

const arraysOf = ({ arrays }: EstimatorState, prefix: string): WeightArray[] =>
  arrays
    .filter(({ name }) => name.startsWith(prefix))
    .map((array) => ({ ...array, name: array.name.slice("critic.".length) }));

/** V of the player to move at the representative, in double precision, from saved weights: one hidden layer. */
function valueAt(state: EstimatorState, { canonical }: Infoset): number {
  const [w1, b1, w2, b2] = arraysOf(state, "critic.layer").map(({ values }) => Array.from(values)) as [
    number[],
    number[],
    number[],
    number[],
  ];
  const hidden = b1.map((b) => b);
  layout.encode([canonical]).forEach((x, i) => {
    for (let j = 0; j < b1.length; j++) (hidden[j] as number) += x * (w1[i * b1.length + j] as number);
  });
  return hidden.reduce(
    (sum, h, j) => sum + Math.max(0, h) * (w2[j * 2 + canonical.player] as number),
    b2[canonical.player] as number,
  );
}

/** Two plans of tic-tac-toe, which has symmetries, and one of Kuhn. */
const someBatch = (): Trajectories[] => {
  const graph = new GameGraph(getGame("ttt"));
  const plans = [
    playBatch("ttt", 12, 1, { graph }),
    playBatch("kuhn", 20, 2),
    playBatch("ttt", 8, 3, { graph, opponent }),
  ];
  return plans.map((t, i) => withReturns(t, i));
};

/** A_t = Σ_k λᵏ δ_{t+k} by the double sum. By cell. */
function generalised(t: Trajectories, lambda: number, v: (infoset: Infoset) => number): Map<number, number> {
  const advantages = new Map<number, number>();
  const decisions = learnerDecisions(t);
  for (const first of decisions) {
    const own = decisions.filter((d) => d.episode === first.episode && d.seat === first.seat && d.cell >= first.cell);
    const deltas = own.map(({ infoset, ret }, i) => {
      const next = own[i + 1];
      return (next ? v(next.infoset) : ret) - v(infoset);
    });
    advantages.set(
      first.cell,
      deltas.reduce((sum, delta, k) => sum + lambda ** k * delta, 0),
    );
  }
  return advantages;
}

describe.each([0, 0.5, 1])("λ = %d", (lambda) => {
  it("is the sum of discounted differences, V as it stood before", () => {
    const estimator = critic(lambda);
    for (let round = 0; round < 3; round++) {
      const batch = someBatch();
      const state = estimator.save();
      const v = (infoset: Infoset) => valueAt(state, infoset);
      const found = estimator.advantages(batch).map((a, i) => byCell(batch[i] as Trajectories, a));
      batch.forEach((t, i) => {
        const expected = generalised(t, lambda, v);
        found[i]?.forEach((a, cell) => {
          expect(a).toBeCloseTo(expected.get(cell) ?? 0, 5);
        });
        if (lambda !== 1) return;
        for (const { cell, infoset, ret } of learnerDecisions(t))
          expect(found[i]?.[cell]).toBeCloseTo(ret - v(infoset), 5);
      });
    }
    estimator.dispose();
  });

  it("comes to the value of every information set under uniform play", () => {
    const graph = new GameGraph(getGame("kuhn"));
    const expected = uniformValues(graph);
    expect(expected.size).toBe(12);
    const estimator = make("critic", { critic: { lambda, learningRate: 0.01, hidden: [8] } });
    for (let u = 0; u < 150; u++) estimator.advantages([playBatch("kuhn", 300, u, { graph, learner: uniform })]);
    const state = estimator.save();
    for (const [infoset, value] of expected) {
      expect(Math.abs(valueAt(state, infoset) - value), `${infoset.player} ${infoset.key}`).toBeLessThan(0.25);
    }
    estimator.dispose();
  });
});

/** The mean return of the player to move at each information set, over all that may happen. */
function uniformValues(graph: GameGraph): Map<Infoset, number> {
  const sums = new Map<Infoset, { reach: number; value: number }>();
  const visit = (node: GameNode, reach: number): number => {
    if (node.turn.kind === "end") return node.turn.returns[0];
    const chances = node.turn.kind === "chance" ? node.turn.probabilities : node.turn.actions.map(() => 1 / 2);
    let value = 0;
    chances.forEach((p, slot) => {
      value += p * visit(graph.child(node, slot), reach * p);
    });
    if (node.infoset) {
      const sum = sums.get(node.infoset) ?? { reach: 0, value: 0 };
      sum.reach += reach;
      sum.value += reach * (node.infoset.player === 0 ? value : -value);
      sums.set(node.infoset, sum);
    }
    return value;
  };
  visit(graph.root, 1);
  return new Map([...sums].map(([infoset, { reach, value }]) => [infoset, value / reach]));
}

it("by hand: V is ¼ for the first and −½ for the second, λ = ½", () => {
  // J against K: check, bet, fold: −1 and 1. The first decides twice.
  const trajectories = gamesOf("kuhn", [[1, 0, 1, 0]]);
  const estimator = critic(0.5);
  const { numbers, arrays } = estimator.save();
  const constant = arrays.map((array) => ({
    ...array,
    values: array.name === "critic.layer1.bias" ? Float32Array.of(0.25, -0.5) : new Float32Array(array.values.length),
  }));
  estimator.restore({ numbers, arrays: constant });
  const [advantages] = estimator.advantages([trajectories]) as [Float64Array];
  // −1 − ¼ last, half of it before; 1 + ½.
  expect([...advantages]).toEqual([-0.625, 1.5, -1.25]);
  estimator.dispose();
});

it("V moves down the gradient of the mean squared error of every decision, none of them merged", async () => {
  await onTensors();
  const batch = someBatch();
  const lambda = 0.7;
  const estimator = critic(lambda);
  const before = estimator.save();
  const network = new Mlp(arraysOf(before, "critic.layer"));
  const decisions: Decision[] = [];
  const targets: number[] = [];
  for (const t of batch) {
    const advantages = generalised(t, lambda, (infoset) => valueAt(before, infoset));
    for (const d of learnerDecisions(t)) {
      decisions.push(d);
      targets.push((advantages.get(d.cell) as number) + valueAt(before, d.infoset));
    }
  }
  // The mean over decisions of (V − target)², in a network's two outputs one for each role.
  const x = layout.encode(decisions.map(({ infoset }) => infoset.canonical));
  const gradients = network.gradients(x, (values) =>
    values.map((value, i) => {
      const decision = Math.floor(i / 2);
      const isOwn = decisions[decision]?.seat === i % 2;
      return isOwn ? (2 * (value - (targets[decision] as number))) / decisions.length : 0;
    }),
  );

  estimator.advantages(batch);
  const after = estimator.save();
  expect(after.numbers).toEqual({ "critic.steps": 1 });
  const seconds = arraysOf(after, "critic.adam.v");
  const [old, moved] = [arraysOf(before, "critic.layer"), arraysOf(after, "critic.layer")];
  gradients.forEach((gradient, i) => {
    const g = gradient.dataSync() as Float32Array;
    expect(Math.max(...g.map(Math.abs))).toBeGreaterThan(1e-3);
    g.forEach((expected, j) => {
      // After one step v is (1 − β₂) g², and the step is η the other way.
      const size = Math.sqrt((seconds[i]?.values[j] as number) / (1 - 0.999));
      expect(size).toBeCloseTo(Math.abs(expected), 4);
      const step = (moved[i]?.values[j] as number) - (old[i]?.values[j] as number);
      if (Math.abs(expected) > 1e-4) expect(step).toBeCloseTo(-0.01 * Math.sign(expected), 4);
    });
  });
  tf.dispose(gradients);
  network.dispose();
  estimator.dispose();
});

it("leaves no tensor behind, in 30 batches or after it is gone", async () => {
  await onTensors();
  const tensors = () => [tf.memory().numTensors, tf.backend().numDataIds()];
  const before = tensors();
  const estimator = critic(0.9);
  const batch = someBatch();
  estimator.advantages(batch);
  const warm = tensors();
  for (let u = 0; u < 30; u++) estimator.advantages(batch);
  estimator.restore(estimator.save());
  expect(tensors()).toEqual(warm);
  estimator.dispose();
  expect(tensors()).toEqual(before);
});
