/** Estimated advantages judged by the exact ones: known verdicts, and the figures against plain sums. */
import { beforeAll, describe, expect, it } from "vitest";
import { exactRows } from "../../src/exact/action-values.ts";
import { compiledGame } from "../../src/exact/compiled-game.ts";
import { strategyOf } from "../../src/exact/strategy.ts";
import { getGame } from "../../src/games/registry.ts";
import type { Infoset } from "../../src/graph/game-graph.ts";
import { startBackend } from "../../src/nn/backend.ts";
import { tf } from "../../src/nn/tf.ts";
import { kind } from "../../src/policies/features/mlp.ts";
import { networkPolicy } from "../../src/policies/network-policy.ts";
import { byRole, memoryless } from "../../src/rl/advantages/advantage.ts";
import { type AdvantageCredit, judgeAdvantages } from "../../src/rl/credit/advantages.ts";
import type { MakeJudged } from "../../src/rl/credit/credit.ts";
import { type GradientCredit, judgeGradients } from "../../src/rl/credit/gradients.ts";
import { judged, perDecision } from "../../src/rl/credit/judged.ts";
import { type CreditSettings, type EstimatorCredit, type Frozen, measureCredit } from "../../src/rl/credit/measure.ts";
import { type Sample, truthOf } from "../../src/rl/credit/truth.ts";
import { Rng } from "../../src/util/rng.ts";
import { onTensors } from "../helpers.ts";

const critic = { lambda: 0.95, learningRate: 0.003, hidden: [8] };
const settings: CreditSettings = {
  batches: 40,
  episodes: 256,
  warmUp: { batches: 10, episodes: 32 },
  estimator: {
    baselineDecay: 0.95,
    critic,
    exploration: 0.2,
    mirror: { critic: { hidden: [8], learningRate: { start: 0.003, end: 0.0003 }, steps: 2, after: 5 } },
  },
};

beforeAll(() => startBackend("kernels"));

function frozen(id: string, outputScale = 1): Frozen {
  const game = getGame(id);
  const model = kind.model({ policy: "mlp", hidden: [16], outputScale }, [game]);
  const weights = model.firstWeights(new Rng("credit"));
  const network = model.network(weights);
  const compiled = compiledGame(game);
  const rows = exactRows(compiled, strategyOf(compiled, networkPolicy("frozen", network, model)));
  network.dispose();
  return { weights, model, game, rows };
}

/** RAE with the mistake that its baseline has seen the return that it is subtracted from. */
const { leaking } = perDecision({
  leaking: ({ baselineDecay }) => {
    let b = 0;
    const advantages = (returns: Float64Array): Float64Array =>
      returns.map((r) => {
        b = baselineDecay * b + (1 - baselineDecay) * r;
        return r - b;
      });
    return { ...memoryless, advantages: (batch) => batch.map((t) => byRole(t, advantages)) };
  },
});

/** Knows the truth. */
const exactly =
  ({ rows }: Frozen): MakeJudged =>
  () => ({
    credits: () =>
      rows.map(({ infoset, reach, policy, advantage }) => ({
        infoset,
        decisions: policy.map(() => 1),
        advantage,
        push: advantage.map((a, slot) => reach * (policy[slot] as number) * a),
      })),
    dispose: () => {},
  });

/** How many standard errors of no bias. */
const surely = ({ squaredBias, squaredBiasError }: { squaredBias: number; squaredBiasError: number }): number =>
  squaredBias / squaredBiasError;

type Measured = ReturnType<typeof measureCredit<string>>;
const figuresOf = (measured: Measured, name: string) => measured.get(name) as EstimatorCredit;

describe("bias", () => {
  it.each([
    ["kuhn", 40, 1024],
    ["leduc", 24, 512],
  ] as const)("%s: is found in no unbiased estimator, and in those that have one", (id, batches, episodes) => {
    const { none, rae, infoset, "group-std": divided } = judged;
    const more: Record<string, MakeJudged> = id === "kuhn" ? { rloo: judged.rloo, leaking } : {};
    const makers = { none, rae, infoset, divided, ...more };
    const measured = measureCredit(frozen(id), makers, { ...settings, batches, episodes }, new Rng("draws"));
    for (const name of ["none", "rae", "infoset", ...(id === "kuhn" ? ["rloo"] : [])]) {
      const { all, gradient } = figuresOf(measured, name);
      expect(Math.abs(surely(all)), name).toBeLessThan(4);
      expect(Math.abs(surely(gradient as GradientCredit)), name).toBeLessThan(4);
    }
    const { all, gradient } = figuresOf(measured, "divided");
    expect(surely(all)).toBeGreaterThan(10);
    expect(surely(gradient as GradientCredit)).toBeGreaterThan(10);
    if (id !== "kuhn") return;
    // The leak shrinks advantages by 1 − α = 5 %.
    const leak = figuresOf(measured, "leaking").all;
    expect(surely(leak)).toBeGreaterThan(4);
    expect(Math.sqrt(leak.squaredBias / leak.signal)).toBeCloseTo(0.05, 1);
  });

  it("of group is that it shrinks advantages by 1 / n", () => {
    const { group, rloo } = judged;
    const two = { ...settings, batches: 400, episodes: 2 };
    const measured = measureCredit(frozen("kuhn"), { group, rloo }, two, new Rng("draws"));
    const { squaredBias, squaredBiasError } = figuresOf(measured, "group").gradient as GradientCredit;
    expect(squaredBias).toBeCloseTo(1 / 4, 1);
    expect(squaredBias).toBeGreaterThan(4 * squaredBiasError);
    expect(Math.abs(surely(figuresOf(measured, "rloo").gradient as GradientCredit))).toBeLessThan(4);
  });
});

describe("credit", () => {
  it.each(["kuhn", "ttt"])("%s: of one who knows the truth is perfect", (id) => {
    const policy = frozen(id);
    const small = { ...settings, batches: 3, episodes: 8, warmUp: { batches: 0, episodes: 1 } };
    const { all, gradient, byPly } = figuresOf(
      measureCredit(policy, { exactly: exactly(policy) }, small, new Rng(1)),
      "exactly",
    );
    expect(all).toMatchObject({ rankCorrelation: expect.closeTo(1, 9), covered: expect.closeTo(1, 9) });
    expect(Math.abs(all.meanSquaredError)).toBeLessThan(1e-12);
    expect(all.variance).toBeLessThan(1e-12);
    expect(all.signal).toBeGreaterThan(1e-4);
    expect(gradient).toMatchObject({ cosine: expect.closeTo(1, 5), squaredBias: expect.closeTo(0, 5) });
    expect(byPly.map(({ role, ply }) => [role, ply])).toEqual(
      id === "kuhn"
        ? [
            ["first", 1],
            ["second", 2],
            ["first", 3],
          ]
        : Array.from({ length: 9 }, (_, ply) => [ply % 2 === 0 ? "X" : "O", ply]),
    );
  });

  it("of a baseline is that of none but for the gradient, which it makes less noisy", async () => {
    await onTensors();
    const { none, rae, shared, mirror } = judged;
    const game = getGame("ttt-draw");
    const ttt = frozen("ttt");
    const compiled = compiledGame(game);
    const model = kind.model(ttt.model.settings, [game]);
    const network = model.network(ttt.weights);
    const rows = exactRows(compiled, strategyOf(compiled, networkPolicy("frozen", network, model)));
    network.dispose();
    const before = tf.memory().numTensors;
    const few = { ...settings, batches: 12, episodes: 128 };
    const measured = measureCredit({ ...ttt, model, game, rows }, { none, rae, shared, mirror }, few, new Rng(2));
    expect(tf.memory().numTensors).toBe(before);
    const [without, with_, same, other] = ["none", "rae", "shared", "mirror"].map((name) =>
      figuresOf(measured, name),
    ) as [EstimatorCredit, EstimatorCredit, EstimatorCredit, EstimatorCredit];
    expect(same).toEqual(without);
    expect(with_.all.meanSquaredError / without.all.meanSquaredError).toBeCloseTo(1, 1);
    expect(other.all.meanSquaredError).toBeLessThan(0.5 * without.all.meanSquaredError);
    expect(other.gradient?.cosine).toBeGreaterThan(without.gradient?.cosine as number);
  });
});

describe("the figures", () => {
  const infoset = { player: 0, key: "a" } as Infoset;
  const policy = Float64Array.of(0.25, 0.75);
  const truth = truthOf([
    { infoset, ply: 0, reach: 0.5, policy, advantage: Float64Array.of(3, -1) },
    { infoset: { ...infoset, key: "never" } as Infoset, ply: 0, reach: 0, policy, advantage: Float64Array.of(1, 1) },
  ]);
  const sample = (...estimates: [entry: number, decisions: number, advantage: number][]): Sample => ({
    entries: Int32Array.from(estimates, ([entry]) => entry),
    decisions: Float64Array.from(estimates, ([, n]) => n),
    advantage: Float64Array.from(estimates, ([, , a]) => a),
  });

  it("of advantages are those of plain sums", () => {
    const samples = [sample([0, 1, 6], [1, 3, 1]), sample([0, 1, 2], [1, 3, 2]), sample([1, 6, 3])];
    const { all } = Object.fromEntries(judgeAdvantages(samples, truth, new Map([["all", [0]]]))) as Record<
      string,
      AdvantageCredit
    >;
    // m: (6 + 2) / 2 = 4 and (3 · 1 + 3 · 2 + 6 · 3) / 12 = 2.25; o: 1 + 1.6875 = 2.6875.
    const square = 0.25 * (4 - 2.6875 - 3) ** 2 + 0.75 * (2.25 - 2.6875 + 1) ** 2;
    // √(B / (B − 1)) n (Â − m) / Σ n of each batch, and its square less that of its mean.
    const [two, three] = [Math.SQRT2, Math.sqrt(1.5)];
    const noise = [
      [(two * 2) / 2, (three * 3 * -1.25) / 12],
      [(two * -2) / 2, (three * 3 * -0.25) / 12],
      [0, (three * 6 * 0.75) / 12],
    ].map(
      ([a, b]) =>
        0.25 * (a as number) ** 2 + 0.75 * (b as number) ** 2 - (0.25 * (a as number) + 0.75 * (b as number)) ** 2,
    );
    const variance = 0.25 * 2 * 4 + (0.75 * 1.5 * (3 * 1.25 ** 2 + 3 * 0.25 ** 2 + 6 * 0.75 ** 2)) / 12;
    expect(all?.signal).toBeCloseTo(0.25 * 9 + 0.75, 12);
    expect(all?.variance).toBeCloseTo(variance, 12);
    expect(all?.squaredBias).toBeCloseTo(square - noise.reduce((a, b) => a + b), 12);
    expect(all?.meanSquaredError).toBeCloseTo((all?.squaredBias as number) + variance, 12);
    // The first two batches rank both actions right; the third tells of one.
    expect(all?.rankCorrelation).toBeCloseTo(1, 12);
    expect(all?.covered).toBe(1);
  });

  it("of advantages leave out what only one batch tells of", () => {
    const samples = [sample([0, 1, 6], [1, 1, 0]), sample([0, 1, 4])];
    const all = judgeAdvantages(samples, truth, new Map([["all", [0]]])).get("all");
    expect(all).toMatchObject({ covered: 0.25, signal: 0, squaredBias: 0, rankCorrelation: null });
  });

  it("of gradients are those of plain sums", () => {
    const gradients = [Float32Array.of(2, 0), Float32Array.of(0, 2), Float32Array.of(1, 2)];
    const { cosine, squaredBias, squaredBiasError, variance } = judgeGradients(
      gradients,
      Float64Array.of(2, 0),
    ) as GradientCredit;
    // y: (0, 0), (−2, 2), (−1, 2); their products: 0, 0 and 6.
    expect(cosine).toBeCloseTo((1 + 0 + 1 / Math.sqrt(5)) / 3, 12);
    expect(squaredBias).toBeCloseTo(12 / 6 / 4, 12);
    expect(squaredBiasError).toBeCloseTo(Math.sqrt(2 * 72) / 6 / 4, 12);
    expect(variance).toBeCloseTo((0 + 8 + 5) / 3 / 4 - 0.5, 12);
    expect(judgeGradients(gradients, new Float64Array(2))).toBeNull();
  });
});
