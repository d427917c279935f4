/** Each loss against its formula in double precision, and its gradient against finite differences, illegal actions masked. */
import { describe, expect, it } from "vitest";
import { logitGradient, softmax } from "../../../src/policies/softmax.ts";
import { entropyAt, type Length, lastUpdateOf, scheduled } from "../../../src/rl/annealing.ts";
import { negativeEntropy } from "../../../src/rl/losses/entropy.ts";
import type { Loss } from "../../../src/rl/losses/loss.ts";
import { klToMagnet } from "../../../src/rl/losses/magnet.ts";
import { policyGradient } from "../../../src/rl/losses/policy-gradient.ts";
import { ppo } from "../../../src/rl/losses/ppo.ts";
import { Rng } from "../../../src/util/rng.ts";

const [R, A] = [7, 6];
const rng = new Rng("losses");
const normals = (n: number, scale = 1) => Float32Array.from({ length: n }, () => scale * rng.normal());
/** The first row has one legal action, the second all of them. */
const legal = Array.from({ length: R * A }, (_, i) => (i < A ? i === 3 : i < 2 * A || i % A === 1 || rng.next() < 0.5));
const places = Int32Array.from(legal.flatMap((is, i) => (is ? [i] : [])));
const starts = Int32Array.from({ length: R + 1 }, (_, r) => places.filter((place) => place < r * A).length);
const sideBySide = (values: ArrayLike<number>) => Float64Array.from(places, (place) => values[place]);
// Some rows all but certain, as a trained policy is.
const logits = normals(R * A, 4);
const magnetLogits = normals(R * A, 4);
// A step or two away, so that some ratios are inside the clip range and some outside, on either side.
const oldLogits = logits.map((z) => z + 0.5 * rng.normal());
// Both at once in most places, as after many games; each alone in some.
const sums = (sign: 1 | -1) =>
  Float32Array.from(legal, (is) => (is && rng.next() < 0.8 ? sign * Math.abs(rng.normal()) : 0));
const [positive, negative] = [sums(1), sums(-1)];
const entropyWeights = Float32Array.from({ length: R }, () => rng.next());
const magnetWeights = Float32Array.from({ length: R }, () => rng.next());

/** π over the legal actions of each row; 0 for the others. */
function plainSoftmax(z: ArrayLike<number>): number[] {
  return Array.from({ length: R * A }, (_, i) => {
    if (!legal[i]) return 0;
    const row = Math.floor(i / A) * A;
    let sum = 0;
    for (let j = row; j < row + A; j++) if (legal[j]) sum += Math.exp(z[j] - z[i]);
    return 1 / sum;
  });
}
const sumLegal = (term: (i: number, row: number) => number): number =>
  legal.reduce((sum, is, i) => sum + (is ? term(i, Math.floor(i / A)) : 0), 0);
const m = plainSoftmax(magnetLogits);
const old = plainSoftmax(oldLogits);

const cases: readonly {
  name: string;
  made: (coefficient: number) => Loss;
  hasCoefficient: boolean;
  formula: (p: readonly number[]) => number;
}[] = [
  {
    name: "policy gradient",
    made: () => policyGradient().loss,
    hasCoefficient: false,
    formula: (p) => -sumLegal((i) => (positive[i] + negative[i]) * Math.log(p[i])),
  },
  {
    name: "PPO",
    made: () => ppo({ ppo: { clip: 0.2, epochs: 1, minibatches: 1 } }).loss,
    hasCoefficient: false,
    formula: (p) =>
      -sumLegal((i) => {
        const r = p[i] / old[i];
        const clipped = Math.min(1.2, Math.max(0.8, r));
        return [positive, negative].reduce((sum, of) => {
          const a = of[i];
          return sum + Math.min(r * a, clipped * a);
        }, 0);
      }),
  },
  {
    name: "negative entropy",
    made: (coefficient) => negativeEntropy({ coefficient }),
    hasCoefficient: true,
    formula: (p) => sumLegal((i, row) => entropyWeights[row] * p[i] * Math.log(p[i])),
  },
  {
    name: "KL to the magnet",
    made: (coefficient) => klToMagnet({ coefficient }),
    hasCoefficient: true,
    formula: (p) => sumLegal((i, row) => magnetWeights[row] * p[i] * Math.log(p[i] / m[i])),
  },
];

const batch = {
  positive: sideBySide(positive),
  negative: sideBySide(negative),
  oldLogPolicy: sideBySide(old.map(Math.log)),
  entropyWeights: sideBySide(legal.map((_, i) => entropyWeights[Math.floor(i / A)])),
  magnetWeights: sideBySide(legal.map((_, i) => magnetWeights[Math.floor(i / A)])),
  magnetLogPolicy: sideBySide(m.map(Math.log)),
};

describe.each(cases)("$name", ({ made, hasCoefficient, formula }) => {
  const evaluate = (coefficient = 1) => {
    const current = softmax({ starts, places }, logits);
    const inLogPolicy = new Float64Array(places.length);
    const value = made(coefficient)(current, batch, inLogPolicy);
    return { value, gradient: logitGradient({ starts, places }, current.policy, inLogPolicy, R * A), inLogPolicy };
  };

  it("is its formula", () => {
    const expected = formula(plainSoftmax(logits));
    expect(Math.abs(expected)).toBeGreaterThan(0.1);
    expect(evaluate().value).toBeCloseTo(expected, 10);
  });

  it("has the gradient that finite differences have, 0 where an action is illegal", () => {
    const { gradient } = evaluate();
    const z = Float64Array.from(logits);
    const differences = z.map((at, i) => {
      const shifted = (h: number) => formula(plainSoftmax(z.with(i, at + h)));
      return (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
    });
    gradient.forEach((g, i) => {
      expect(g).toBeCloseTo(differences[i], 6);
      if (!legal[i] || i < A) expect(Math.abs(g)).toBe(0);
    });
    expect(Math.max(...differences)).toBeGreaterThan(0.05);
  });

  it("is added to what is there, times its coefficient where it has one", () => {
    const factor = hasCoefficient ? 3 : 1;
    const [once, thrice] = [evaluate(), evaluate(3)];
    expect(thrice.value).toBeCloseTo(factor * once.value, 10);
    thrice.inLogPolicy.forEach((partial, i) => {
      expect(partial).toBeCloseTo(factor * once.inLogPolicy[i], 10);
    });
    const both = new Float64Array(places.length).fill(7);
    made(1)(softmax({ starts, places }, logits), batch, both);
    both.forEach((partial, i) => {
      expect(partial).toBeCloseTo(7 + once.inLogPolicy[i], 10);
    });
  });
});

it("the ratios of PPO's case are below, within and above the clip range, none at its edge", () => {
  const p = plainSoftmax(logits);
  const ratios = p.flatMap((x, i) => (legal[i] ? [x / old[i]] : []));
  expect(ratios.filter((r) => r < 0.79).length).toBeGreaterThan(1);
  expect(ratios.filter((r) => r > 0.81 && r < 1.19).length).toBeGreaterThan(1);
  expect(ratios.filter((r) => r > 1.21).length).toBeGreaterThan(1);
  for (const edge of [0.8, 1.2]) expect(Math.min(...ratios.map((r) => Math.abs(r - edge)))).toBeGreaterThan(1e-3);
});

it("a schedule is a straight line from its start at update 1 to its end at the last", () => {
  const schedule = { start: 0.01, end: 0.0002 };
  const at = (update: number, updates: number) =>
    scheduled(schedule, update, { updates, rl: { decay: "linear", halfLife: 200 } });
  expect(at(1, 50)).toBe(0.01);
  expect(at(50, 50)).toBeCloseTo(0.0002, 15);
  expect(at(26, 51)).toBeCloseTo(0.0051, 15);
  const steps = Array.from({ length: 49 }, (_, i) => at(i + 2, 50) - at(i + 1, 50));
  for (const step of steps) expect(step).toBeCloseTo(-0.0098 / 49, 12);
  expect(at(1, 1)).toBe(0.01);
  expect(entropyAt(schedule, 26, { updates: 51, rl: { decay: "linear", halfLife: 200 } })).toBe(at(26, 51));
});

it("with inverse-time decay an update does not depend on the length of the run", () => {
  const schedule = { start: 0.01, end: 0.0002 };
  const rl: Length["rl"] = { decay: "inverse-time", halfLife: 100 };
  for (const at of [scheduled, entropyAt])
    for (const update of [1, 2, 101, 301, 5000])
      expect([301, 100_000].map((updates) => at(schedule, update, { updates, rl }))).toEqual(
        Array(2).fill(at(schedule, update, { updates: 0, rl })),
      );
});

it("in a run of no set length a rate falls as 1 / t and the entropy bonus as its root, not below the end", () => {
  const length: Length = { updates: 0, rl: { decay: "linear", halfLife: 100 } };
  const schedule = { start: 0.01, end: 0.0002 };
  expect([1, 101, 301].map((update) => scheduled(schedule, update, length))).toEqual([0.01, 0.005, 0.0025]);
  expect([1, 301, 9901].map((update) => entropyAt(schedule, update, length))).toEqual([0.01, 0.005, 0.001]);
  expect(scheduled(schedule, 1_000_000, length)).toBe(0.0002);
  expect(entropyAt(schedule, 1_000_000, length)).toBe(0.0002);
  expect(lastUpdateOf(length)).toBe(Number.POSITIVE_INFINITY);
});
