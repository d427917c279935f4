/**
 * The learner as slow code without TensorFlow: one network in 64-bit numbers, the loss written out as its formula, the
 * gradient by central finite differences, Adam, the magnet and the averaged weights. For networks of a few hundred weights.
 */

import type { WeightArray } from "../../src/nn/weights.ts";
import type { FeatureLayout } from "../../src/policies/features/layout.ts";
import type { LearnerSettings } from "../../src/rl/learner.ts";
import type { Row } from "../../src/rl/rows.ts";

/** Half the distance of the two points that a slope is taken over. */
const H = 1e-6;

type Weights = readonly { readonly shape: readonly number[]; readonly values: Float64Array }[];

/** The logits of one row of features. */
export function plainLogits(weights: Weights, x: ArrayLike<number>): number[] {
  let h = x;
  let z: number[] = [];
  for (let layer = 0; layer < weights.length; layer += 2) {
    const { shape, values } = weights[layer];
    const bias = weights[layer + 1].values;
    const [inputs = 0, outputs = 0] = shape;
    z = [];
    for (let o = 0; o < outputs; o++) z.push(bias[o]);
    for (let i = 0; i < inputs; i++) {
      const input = h[i];
      // Most features are 0.
      if (input === 0) continue;
      for (let o = 0; o < outputs; o++) z[o] += input * values[i * outputs + o];
    }
    h = z.map((value) => Math.max(0, value));
  }
  return z;
}

/** In 64 bits. */
export const widened = (arrays: readonly WeightArray[]): Weights =>
  arrays.map(({ shape, values }) => ({ shape, values: Float64Array.from(values) }));

/**
 * `updates` updates on the same rows, from the weights given. Learning rate, entropy bonus and pull are those of the first
 * update throughout. Returns the loss of each update, and the weights and averaged weights at the end, one after another.
 */
export function plainTraining(
  start: readonly WeightArray[],
  rows: readonly Row[],
  layout: FeatureLayout,
  { rl, weights: perGame }: LearnerSettings,
  updates: number,
): { losses: number[]; weights: number[]; averaged: number[] } {
  const x = rows.map(({ infoset }) => layout.encode([infoset]));
  /** π of each row over its legal actions, by slot. */
  const policies = (weights: Weights): number[][] =>
    rows.map(({ infoset: { game, actions } }, r) => {
      const logits = plainLogits(weights, x[r]);
      const powers = actions.map((action) => Math.exp(logits[layout.actionOffset(game) + action]));
      const sum = powers.reduce((a, b) => a + b, 0);
      return powers.map((power) => power / sum);
    });
  const loss = (current: number[][], old: number[][], magnet: number[][]): number => {
    let total = 0;
    rows.forEach(({ infoset, visits, positive, negative }, r) => {
      const of = perGame[infoset.game.id] ?? { entropy: 1, magnet: 1 };
      current[r]?.forEach((p, slot) => {
        const [up, down] = [positive[slot], negative[slot]];
        const [before, m] = [old[r]?.[slot], magnet[r]?.[slot]];
        const { clip } = rl.ppo;
        total -=
          rl.loss === "pg"
            ? (up + down) * Math.log(p)
            : up * Math.min(p / before, 1 + clip) + down * Math.max(p / before, 1 - clip);
        if (rl.magnet.kind !== "none") total += rl.magnet.coefficient * visits * of.magnet * p * Math.log(p / m);
        total += rl.entropy.start * visits * of.entropy * p * Math.log(p);
      });
    });
    return total;
  };

  const weights = widened(start);
  let averaged = widened(start);
  let magnetWeights = averaged;
  const second = weights.map(({ values }) => new Float64Array(values.length));
  let steps = 0;
  const step = (old: number[][], magnet: number[][]): number => {
    const before = loss(policies(weights), old, magnet);
    const gradient = weights.map(({ values }) =>
      values.map((w, i) => {
        values[i] = w + H;
        const above = loss(policies(weights), old, magnet);
        values[i] = w - H;
        const below = loss(policies(weights), old, magnet);
        values[i] = w;
        return (above - below) / (2 * H);
      }),
    );
    steps += 1;
    const { beta2, epsilon } = rl.adam;
    weights.forEach(({ values }, k) => {
      const v = second[k] as Float64Array;
      gradient[k]?.forEach((g, i) => {
        v[i] = beta2 * v[i] + (1 - beta2) * g * g;
        const scale = Math.sqrt(v[i] / (1 - beta2 ** steps)) + epsilon;
        values[i] = values[i] - (rl.learningRate.start * g) / scale;
      });
    });
    return before;
  };

  const losses: number[] = [];
  const even = rows.map(({ infoset: { actions } }) => actions.map(() => 1 / actions.length));
  for (let update = 1; update <= updates; update++) {
    const old = policies(weights);
    const magnet = rl.magnet.kind === "averaged" ? policies(magnetWeights) : even;
    const epochs = rl.loss === "ppo" ? rl.ppo.epochs : 1;
    const ofUpdate = Array.from({ length: epochs }, () => step(old, magnet));
    losses.push(ofUpdate.reduce((a, b) => a + b, 0) / epochs);
    averaged = averaged.map(({ shape, values }, k) => ({
      shape,
      values: values.map((a, i) => rl.averaging * a + (1 - rl.averaging) * weights[k]?.values[i]),
    }));
    if (update % rl.magnet.every === 0) magnetWeights = averaged;
  }
  const flat = (all: Weights): number[] => all.flatMap(({ values }) => [...values]);
  return { losses, weights: flat(weights), averaged: flat(averaged) };
}
