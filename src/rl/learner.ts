/**
 * The learner: the weights θ that play, their running average θ̄ that is served, the magnet, and the optimizer.
 *
 *   L(θ)  = policy gradient + β KL(π_θ ‖ π_magnet) − entropy bonus
 *   θ     ← Adam(θ, ∇L, η)
 *   θ̄     ← δ θ̄ + (1 − δ) θ
 *   magnet ← θ̄ every `magnet.every` updates
 */
import type { FeatureLayout } from "../games/features.ts";
import type { Policy } from "../games/policy.ts";
import { Adam, type AdamSettings } from "../nn/adam.ts";
import { initialWeights, Mlp, type WeightArray } from "../nn/mlp.ts";
import { tf } from "../nn/tf.ts";
import { neuralPolicy } from "../players/neural.ts";
import type { Rng } from "../util/rng.ts";
import { negativeEntropy } from "./losses/entropy.ts";
import type { LossBatch } from "./losses/loss.ts";
import { klToMagnet } from "./losses/magnet.ts";
import { policyGradient } from "./losses/policy-gradient.ts";
import type { Row } from "./rows.ts";
import { type Schedule, scheduled } from "./schedule.ts";

/** Added to the logits of illegal actions: e to this power is 0 in 32 bits, and 0 · it is still 0. */
const ILLEGAL = -1e9;

export const losses = { pg: policyGradient } as const;

export interface LearnerSettings {
  readonly updates: number;
  readonly nn: { readonly hidden: readonly number[]; readonly outputScale: number };
  readonly rl: {
    readonly loss: keyof typeof losses;
    readonly learningRate: Schedule;
    readonly adam: AdamSettings;
    readonly magnet: { readonly coefficient: number; readonly every: number };
    readonly averaging: number;
    readonly entropy: Schedule;
  };
  /** By game id: what its share of the entropy bonus and of the pull to the magnet is multiplied by. */
  readonly weights: Readonly<Record<string, { readonly entropy: number; readonly magnet: number }>>;
}

export class Learner {
  /** π_θ, which plays. */
  readonly policy: Policy;
  /** π_θ̄, which is served. */
  readonly averagedPolicy: Policy;
  readonly #settings: LearnerSettings;
  readonly #layout: FeatureLayout;
  readonly #network: Mlp;
  readonly #averaged: Mlp;
  readonly #magnet: Mlp;
  readonly #adam: Adam;

  constructor(settings: LearnerSettings, layout: FeatureLayout, rng: Rng) {
    const shape = { ...settings.nn, inputs: layout.inputs, outputs: layout.outputs };
    const weights = initialWeights(shape, rng);
    this.#settings = settings;
    this.#layout = layout;
    this.#network = new Mlp(weights);
    this.#averaged = new Mlp(weights);
    this.#magnet = new Mlp(weights);
    this.#adam = new Adam(this.#network.variables, settings.rl.adam);
    this.policy = neuralPolicy("learner", layout, this.#network);
    this.averagedPolicy = neuralPolicy("averaged", layout, this.#averaged);
  }

  /** One update, number `update` counted from 1, from the rows of a batch that `policy` has just played. → L(θ) */
  update(rows: readonly Row[], update: number): number {
    const { rl, updates } = this.#settings;
    const entropy = scheduled(rl.entropy, update, updates);
    const { value, grads } = tf.tidy(() => {
      const { x, illegal, batch } = this.#tensors(rows);
      return tf.variableGrads(() => {
        const logPolicy = tf.logSoftmax(tf.add(this.#network.forward(x), illegal)) as tf.Tensor2D;
        const pull = tf.mul(klToMagnet(logPolicy, batch), rl.magnet.coefficient);
        const bonus = tf.mul(negativeEntropy(logPolicy, batch), entropy);
        return tf.add(tf.add(losses[rl.loss](logPolicy, batch), pull), bonus) as tf.Scalar;
      }, [...this.#network.variables]);
    });
    const gradients = this.#network.variables.map(({ name }) => grads[name] as tf.Tensor);
    this.#adam.step(gradients, scheduled(rl.learningRate, update, updates));
    const loss = value.dataSync()[0] as number;
    tf.dispose([value, gradients]);
    this.#averaged.moveTowards(this.#network, rl.averaging);
    if (update % rl.magnet.every === 0) this.#magnet.moveTowards(this.#averaged, 0);
    return loss;
  }

  #tensors(rows: readonly Row[]): { x: tf.Tensor2D; illegal: tf.Tensor2D; batch: LossBatch } {
    const R = rows.length;
    const A = this.#layout.outputs;
    const illegal = new Float32Array(R * A).fill(ILLEGAL);
    const weights = new Float32Array(R * A);
    rows.forEach(({ infoset, weights: byslot }, row) => {
      const offset = row * A + this.#layout.actionOffset(infoset.game);
      infoset.actions.forEach((action, slot) => {
        illegal[offset + action] = 0;
        weights[offset + action] = byslot[slot] as number;
      });
    });
    const x = tf.tensor2d(this.#layout.encode(rows.map(({ infoset }) => infoset)), [R, this.#layout.inputs]);
    const mask = tf.tensor2d(illegal, [R, A]);
    const weighted = (of: "entropy" | "magnet") =>
      tf.tensor2d(
        Float32Array.from(rows, ({ visits, infoset }) => visits * (this.#settings.weights[infoset.game.id]?.[of] ?? 1)),
        [R, 1],
      );
    return {
      x,
      illegal: mask,
      batch: {
        weights: tf.tensor2d(weights, [R, A]),
        entropyWeights: weighted("entropy"),
        magnetWeights: weighted("magnet"),
        magnetLogPolicy: tf.logSoftmax(tf.add(this.#magnet.forward(x), mask)) as tf.Tensor2D,
      },
    };
  }

  /** The served weights: a network file of their own. */
  saveModel(): WeightArray[] {
    return this.#averaged.save();
  }

  /** Everything else that the next update needs. */
  saveOptimizer(): { arrays: WeightArray[]; steps: number } {
    const prefixed = (prefix: string, network: Mlp) =>
      network.save().map((array) => ({ ...array, name: `${prefix}.${array.name}` }));
    return {
      arrays: [...prefixed("learner", this.#network), ...prefixed("magnet", this.#magnet), ...this.#adam.save()],
      steps: this.#adam.steps,
    };
  }

  restore(model: readonly WeightArray[], optimizer: readonly WeightArray[], steps: number): void {
    const part = (prefix: string) =>
      optimizer
        .filter(({ name }) => name.startsWith(`${prefix}.`))
        .map((array) => ({ ...array, name: array.name.slice(prefix.length + 1) }));
    this.#averaged.load(model);
    this.#network.load(part("learner"));
    this.#magnet.load(part("magnet"));
    this.#adam.restore(optimizer, steps);
  }

  dispose(): void {
    for (const owner of [this.#network, this.#averaged, this.#magnet, this.#adam]) owner.dispose();
  }
}
