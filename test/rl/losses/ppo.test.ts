/** PPO: merged rows against one decision at a time; where it is policy gradient, where it stands still, what stays finite. */
import { describe, expect, it } from "vitest";
import { logitGradient, softmax as softmaxOf } from "../../../src/policies/softmax.ts";
import type { PolicyLoss } from "../../../src/rl/losses/loss.ts";
import { policyGradient } from "../../../src/rl/losses/policy-gradient.ts";
import { ppo } from "../../../src/rl/losses/ppo.ts";
import { Rng } from "../../../src/util/rng.ts";

const A = 3;
const EPSILON = 0.2;
const clipped = ppo({ ppo: { clip: EPSILON, epochs: 1, minibatches: 1 } });

interface Case {
  /** By row. */
  readonly logits: readonly (readonly number[])[];
  readonly old: readonly (readonly number[])[];
  readonly positive: readonly (readonly number[])[];
  readonly negative: readonly (readonly number[])[];
  readonly isIllegal?: readonly (readonly boolean[])[];
}

/** The loss and its gradient in the logits. */
function evaluate(
  { loss }: PolicyLoss<"positive" | "negative" | "oldLogPolicy">,
  { logits, old, positive, negative, isIllegal }: Case,
) {
  const length = logits.length * A;
  const places = Int32Array.from({ length }, (_, i) => i).filter((i) => !isIllegal?.flat()[i]);
  const starts = Int32Array.from({ length: logits.length + 1 }, (_, r) => places.filter((i) => i < r * A).length);
  const legal = { starts, places };
  const of = (rows: readonly (readonly number[])[]) => Float64Array.from(places, (i) => rows.flat()[i]);
  const current = softmaxOf(legal, Float32Array.from(logits.flat()));
  const oldLogPolicy = softmaxOf(legal, Float32Array.from(old.flat())).logPolicy;
  const inLogPolicy = new Float64Array(places.length);
  const value = loss(current, { positive: of(positive), negative: of(negative), oldLogPolicy }, inLogPolicy);
  return { value, gradient: Array.from(logitGradient(legal, current.policy, inLogPolicy, length)) };
}

function softmax(z: readonly number[]): number[] {
  const e = z.map((x) => Math.exp(x - Math.max(...z)));
  const sum = e.reduce((a, b) => a + b);
  return e.map((x) => x / sum);
}

const R = 5;
const rng = new Rng("ppo");
const random = (scale = 1) => Array.from({ length: R }, () => Array.from({ length: A }, () => scale * rng.normal()));
const logits = random();
const old = logits.map((row) => row.map((z) => z + 0.3 * rng.normal()));
/** Many decisions at each row, gained by and lost by in turn. */
const decisions = Array.from({ length: 400 }, () => ({ row: rng.below(R), action: rng.below(A), a: rng.normal() }));
const merged = (keep: (a: number) => boolean) =>
  logits.map((row, r) =>
    row.map((_, action) =>
      decisions.reduce((sum, d) => sum + (d.row === r && d.action === action && keep(d.a) ? d.a / 400 : 0), 0),
    ),
  );
const sums = { positive: merged((a) => a > 0), negative: merged((a) => a < 0) };

/** The mean over decisions of min(r A, clip(r) A), negated. */
function unmerged(z: readonly (readonly number[])[]): number {
  const [p, before] = [z.map(softmax), old.map(softmax)];
  let total = 0;
  for (const { row, action, a } of decisions) {
    const r = p[row][action] / before[row][action];
    total += Math.min(r * a, Math.min(1 + EPSILON, Math.max(1 - EPSILON, r)) * a);
  }
  return -total / decisions.length;
}

describe("merged rows", () => {
  it("are worth as much as one decision at a time, in value and gradient", () => {
    const { value, gradient } = evaluate(clipped, { logits, old, ...sums });
    expect(value).toBeCloseTo(unmerged(logits), 5);
    // Summed together first, positive and negative advantages would be clipped alike.
    const net = sums.positive.map((row, r) => row.map((g, a) => g + sums.negative[r][a]));
    const together = {
      positive: net.map((row) => row.map((x) => Math.max(0, x))),
      negative: net.map((row) => row.map((x) => Math.min(0, x))),
    };
    expect(Math.abs(evaluate(clipped, { logits, old, ...together }).value - value)).toBeGreaterThan(1e-3);
    gradient.forEach((g, i) => {
      const shifted = (h: number) => unmerged(logits.map((row, r) => row.map((z, a) => (r * A + a === i ? z + h : z))));
      expect(g).toBeCloseTo((shifted(1e-5) - shifted(-1e-5)) / 2e-5, 5);
    });
    expect(Math.max(...gradient)).toBeGreaterThan(0.005);
  });

  it("have the policy gradient's gradient where the policy has not moved", () => {
    const here = { logits, old: logits, ...sums };
    const expected = evaluate(policyGradient(), here).gradient;
    expect(Math.max(...expected)).toBeGreaterThan(0.005);
    evaluate(clipped, here).gradient.forEach((g, i) => {
      expect(g).toBeCloseTo(expected[i], 6);
    });
  });
});

describe("one row, three actions, π_old uniform", () => {
  /** π = ½, ¼, ¼ has r = 3/2, 3/4, 3/4. */
  const at = (positive: number[], negative: number[]) =>
    evaluate(clipped, { logits: [[Math.log(2), 0, 0]], old: [[0, 0, 0]], positive: [positive], negative: [negative] });

  it("stands still where all that was gained by is up, and all that was lost by down, by more than ε", () => {
    const { value, gradient } = at([1, 0, 0], [0, -2, -3]);
    // −(1 · 1.2 − 2 · 0.8 − 3 · 0.8)
    expect(value).toBeCloseTo(2.8, 5);
    for (const g of gradient) expect(Math.abs(g)).toBe(0);
  });

  it("comes back where what was lost by is up, or what was gained by is down", () => {
    const lost = at([0, 0, 0], [-1, 0, 0]);
    expect(lost.value).toBeCloseTo(1.5, 5);
    // d(r)/dz = r (1 − π) for the action itself, −r π_j for the others.
    [0.75, -0.375, -0.375].forEach((g, i) => {
      expect(lost.gradient[i]).toBeCloseTo(g, 5);
    });
    const gained = at([0, 1, 0], [0, 0, 0]);
    expect(gained.value).toBeCloseTo(-0.75, 5);
    [0.375, -0.5625, 0.1875].forEach((g, i) => {
      expect(gained.gradient[i]).toBeCloseTo(g, 5);
    });
  });
});

it("stands still where the ratio is beyond all bounds, which keep it finite", () => {
  const far = { logits: [[90, 0, 0]], old: [[-90, 0, 0]], positive: [[0, 0, 0]], negative: [[-1, 0, 0]] };
  const { value, gradient } = evaluate(clipped, far);
  expect(value).toBeCloseTo(Math.exp(20), 0);
  for (const g of gradient) expect(Math.abs(g)).toBe(0);
});

it("is finite for actions that are illegal, or were all but never played and now are, or the reverse", () => {
  const isIllegal = [
    [false, false, true],
    [false, true, true],
  ];
  const [zeros, some] = [
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
    [
      [1, 2, 0],
      [1, 0, 0],
    ],
  ];
  for (const [z, before] of [
    [0, 0],
    [90, -90],
    [-90, 90],
  ] as const) {
    const { value, gradient } = evaluate(clipped, {
      logits: [
        [z, 0, 300],
        [z, 0, 300],
      ],
      old: [
        [before, 0, -300],
        [before, 0, -300],
      ],
      positive: some,
      negative: some.map((row) => row.map((x) => -x)),
      isIllegal,
    });
    expect([value, ...gradient].every(Number.isFinite)).toBe(true);
    for (const i of [2, 3, 4, 5]) expect(Math.abs(gradient[i])).toBe(0);
    expect(
      evaluate(clipped, { logits: zeros, old: zeros, positive: zeros, negative: zeros, isIllegal }).gradient,
    ).toEqual(Array(6).fill(expect.closeTo(0, 12)));
  }
});
