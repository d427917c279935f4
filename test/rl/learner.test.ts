/** An update of the learner: which way it moves, what it leaves alone. */
import { beforeAll, describe, expect, it } from "vitest";
import { startBackend } from "../../src/nn/backend.ts";
import type { Learner } from "../../src/rl/learner.ts";
import type { Row } from "../../src/rl/rows.ts";
import { find, kuhn, layout, learnerWith, quiet, rng, someRows, ttt } from "./learners.ts";

beforeAll(() => startBackend("kernels"));

/** Columns of the head, weights and bias, of θ. */
function headColumn(learner: Learner, column: number): number[] {
  const { weights } = learner.save();
  const weight = find(weights, "layer1.weight");
  const width = weight.shape[1] as number;
  const rows = Array.from({ length: weight.shape[0] as number }, (_, i) => weight.values[i * width + column] as number);
  return [...rows, find(weights, "layer1.bias").values[column] as number];
}

describe("an update", () => {
  it("makes what went well likelier, what went badly rarer", () => {
    const learner = learnerWith({
      magnet: { kind: "averaged" as const, coefficient: 0, every: 1000 },
      entropy: { start: 0, end: 0 },
    });
    const [row] = someRows(kuhn, 1) as [Row];
    const p = () => learner.policy.distributions([row.infoset])[0]?.[1] as number;
    for (const [advantage, direction] of [
      [1, 1],
      [-1, -1],
    ] as const) {
      const before = p();
      const sums = {
        positive: Float64Array.of(0, Math.max(0, advantage)),
        negative: Float64Array.of(0, Math.min(0, advantage)),
      };
      learner.update([{ ...row, ...sums }], 1, rng);
      expect(Math.sign(p() - before)).toBe(direction);
    }
    learner.dispose();
  });

  it("with entropy alone evens the odds out; with the magnet alone goes back to it", () => {
    const rows = quiet(someRows(kuhn, 2));
    const sets = rows.map(({ infoset }) => infoset);
    const distance = (learner: Learner, from: readonly Float64Array[]) =>
      learner.policy
        .distributions(sets)
        .reduce((sum, p, i) => sum + Math.abs((p[0] as number) - (from[i]?.[0] as number)), 0);
    const half = rows.map(() => Float64Array.of(0.5, 0.5));
    // Kuhn's own weight counts: 0 gives it no share of the bonus.
    for (const weight of [0, 1]) {
      const bonus = {
        magnet: { kind: "averaged" as const, coefficient: 0, every: 1000 },
        entropy: { start: 1, end: 1 },
      };
      const evening = learnerWith(bonus, { kuhn: { entropy: weight, magnet: 1 } });
      const start = distance(evening, half);
      for (let u = 1; u <= 20; u++) evening.update(rows, u, rng);
      if (weight === 0) expect(distance(evening, half)).toBe(start);
      else expect(distance(evening, half)).toBeLessThan(start / 4);
      evening.dispose();
    }

    const pulled = learnerWith({ magnet: { kind: "averaged" as const, coefficient: 1, every: 1000 } });
    const magnet = pulled.policy.distributions(sets).map((p) => p.slice());
    for (let u = 1; u <= 20; u++) pulled.update(someRows(kuhn, 3), u, rng);
    const away = distance(pulled, magnet);
    for (let u = 21; u <= 80; u++) pulled.update(rows, u, rng);
    expect(away).toBeGreaterThan(0.5);
    expect(distance(pulled, magnet)).toBeLessThan(away / 4);
    pulled.dispose();
  });

  it("does not move the outputs of other games, nor those of illegal actions", () => {
    const learner = learnerWith();
    const columns = (): number[][] => Array.from({ length: layout.outputs }, (_, c) => headColumn(learner, c));
    const start = columns();
    for (let u = 1; u <= 5; u++) learner.update(someRows(kuhn, u), u, rng);
    const afterKuhn = columns();
    expect(afterKuhn.map((c, i) => String(c) === String(start[i]))).toEqual(start.map((_, i) => i >= 2));
    // Tic-tac-toe with the centre taken in every row.
    const taken = someRows(ttt, 9).filter(({ infoset }) => infoset.key[4] !== ".");
    expect(taken.length).toBeGreaterThan(20);
    for (let u = 6; u <= 10; u++) learner.update(taken, u, rng);
    expect(columns().map((c, i) => String(c) === String(afterKuhn[i]))).toEqual(
      start.map((_, i) => i < 2 || i === 2 + 4),
    );
    learner.dispose();
  });

  it("is the same from merged rows and from one row for each decision", () => {
    const run = (split: boolean) => {
      // A large ε makes Adam's step proportional to the gradient, so that equal weights mean equal gradients.
      const learner = learnerWith({
        adam: { beta1: 0, beta2: 0.999, epsilon: 10 },
        learningRate: { start: 1, end: 1 },
      });
      const rows = someRows(kuhn, 4);
      const parts = rows.flatMap((row) =>
        [0.25, 0.75].map((share) => ({
          ...row,
          visits: row.visits * share,
          positive: row.positive.map((a) => a * share),
          negative: row.negative.map((a) => a * share),
        })),
      );
      const loss = learner.update(split ? parts : rows, 1, rng);
      const { weights, magnet, optimizer } = learner.save();
      learner.dispose();
      return { loss, arrays: [...weights, ...magnet, ...optimizer.arrays] };
    };
    const [merged, split] = [run(false), run(true)];
    expect(split.loss).toBeCloseTo(merged.loss, 5);
    merged.arrays.forEach(({ name, values }, i) => {
      values.forEach((x, j) => {
        expect(split.arrays[i]?.values[j], name).toBeCloseTo(x, 6);
      });
    });
  });
});
