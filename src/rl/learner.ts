/**
 * The learner: the weights θ that play, their running average θ̄ that is served, the magnet, and the optimizer.
 *
 *   L(θ)   = policy loss + β KL(π_θ ‖ magnet) − entropy bonus
 *   θ      ← Adam(θ, ∇L, η)          once a batch; PPO: for every minibatch of every epoch
 *   θ̄      ← δ θ̄ + (1 − δ) θ         once a batch
 *   magnet ← θ̄                       every `magnet.every` updates, where the magnet is the averaged policy
 */

import type { Infoset } from "../graph/game-graph.ts";
import type { AdamSettings } from "../nn/adam.ts";
import type { WeightArray } from "../nn/weights.ts";
import type { LearningNetwork, OptimizerState, PolicyModel, PolicyNetwork } from "../policies/kind.ts";
import { networkPolicy } from "../policies/network-policy.ts";
import type { Policy } from "../policies/policy.ts";
import { type PolicyAtRows, sideBySide, slotStarts } from "../policies/softmax.ts";
import type { Rng } from "../util/rng.ts";
import { negativeEntropy } from "./losses/entropy.ts";
import type { LossBatch, LossSettings, PolicyLoss } from "./losses/loss.ts";
import { klToMagnet } from "./losses/magnet.ts";
import { losses } from "./losses/registry.ts";
import type { Row } from "./rows.ts";
import { type Schedule, scheduled } from "./schedule.ts";

/** What the policy is pulled to: nothing, uniform play, or an earlier average of itself. */
export const magnets = ["averaged", "uniform", "none"] as const;

export interface LearnerSettings {
  readonly updates: number;
  readonly rl: {
    readonly loss: keyof typeof losses;
    readonly ppo: LossSettings["ppo"];
    readonly learningRate: Schedule;
    readonly adam: AdamSettings;
    readonly magnet: { readonly kind: (typeof magnets)[number]; readonly coefficient: number; readonly every: number };
    readonly averaging: number;
    readonly entropy: Schedule;
  };
  /** By game id: what its share of the entropy bonus and of the pull to the magnet is multiplied by. */
  readonly weights: Readonly<Record<string, { readonly entropy: number; readonly magnet: number }>>;
}

/** What a checkpoint must hold of a learner. */
export interface LearnerState {
  /** θ. */
  readonly weights: readonly WeightArray[];
  /** θ̄, the policy that is served. */
  readonly averaged: readonly WeightArray[];
  readonly magnet: readonly WeightArray[];
  readonly optimizer: OptimizerState;
}

export class Learner {
  /** π_θ, which plays. */
  readonly policy: Policy;
  /** π_θ̄, which is served. */
  readonly averagedPolicy: Policy;
  readonly #settings: LearnerSettings;
  readonly #policyLoss: PolicyLoss;
  readonly #network: LearningNetwork;
  readonly #averaged: PolicyNetwork;
  readonly #magnet: PolicyNetwork;
  /** log π of the magnet, where it has been asked. */
  readonly #magnetRows = new Map<Infoset, Float64Array>();

  constructor(settings: LearnerSettings, model: PolicyModel, rng: Rng) {
    const weights = model.firstWeights(rng);
    this.#settings = settings;
    this.#policyLoss = losses[settings.rl.loss](settings.rl);
    this.#network = model.learner(weights, settings.rl.adam);
    this.#averaged = model.network(weights);
    this.#magnet = model.network(weights);
    this.policy = networkPolicy("learner", this.#network, model);
    this.averagedPolicy = networkPolicy("averaged", this.#averaged, model);
  }

  /**
   * One update, number `update` counted from 1, from the rows of a batch that `policy` has just played. `rng` shuffles
   * rows into minibatches. `phase` is told where the forward and the backward passes begin. → the mean L(θ) of its steps
   */
  update(
    rows: readonly Row[],
    update: number,
    rng: Rng,
    phase: (name: "forward" | "backward") => void = () => {},
  ): number {
    const { rl, updates } = this.#settings;
    const learningRate = scheduled(rl.learningRate, update, updates);
    const entropy = scheduled(rl.entropy, update, updates);
    let total = 0;
    let steps = 0;
    if (this.#policyLoss.reuse) {
      const { epochs, minibatches } = this.#policyLoss.reuse;
      phase("forward");
      const infosets = rows.map(({ infoset }) => infoset);
      const old = logPolicies(this.#network, infosets);
      for (let epoch = 0; epoch < epochs; epoch++) {
        for (const part of minibatchesOf(rows.length, minibatches, rng.fork("epoch", epoch))) {
          total += this.#step(
            part.map((i) => rows[i] as Row),
            learningRate,
            entropy,
            phase,
            part.map((i) => old[i] as Float64Array),
          );
          steps += 1;
        }
      }
    } else {
      total = this.#step(rows, learningRate, entropy, phase);
      steps = 1;
    }
    this.#averaged.moveTowards(this.#network, rl.averaging);
    if (update % rl.magnet.every === 0) {
      this.#magnet.moveTowards(this.#averaged, 0);
      this.#magnetRows.clear();
    }
    return total / steps;
  }

  /** One Adam step on the rows. `old`: log π of each row under the policy that played the batch. → L(θ) */
  #step(
    rows: readonly Row[],
    learningRate: number,
    entropy: number,
    phase: (name: "forward" | "backward") => void,
    old?: readonly Float64Array[],
  ): number {
    const { rl } = this.#settings;
    phase("forward");
    const infosets = rows.map(({ infoset }) => infoset);
    const batch = this.#batch(rows, old);
    let loss = 0;
    const lossGradient = (at: PolicyAtRows): Float64Array => {
      const gradient = new Float64Array(at.policy.length);
      loss = this.#policyLoss.loss(at, batch, gradient);
      if (rl.magnet.kind !== "none") loss += klToMagnet(rl.magnet)(at, batch, gradient);
      loss += negativeEntropy({ coefficient: entropy })(at, batch, gradient);
      phase("backward");
      return gradient;
    };
    this.#network.step(infosets, lossGradient, learningRate);
    return loss;
  }

  #batch(rows: readonly Row[], old: readonly Float64Array[] | undefined): LossBatch {
    const infosets = rows.map(({ infoset }) => infoset);
    const legal = { starts: slotStarts(infosets) };
    const weighted = (of: "entropy" | "magnet") =>
      sideBySide(legal, (r) => {
        const { visits, infoset } = rows[r] as Row;
        return visits * (this.#settings.weights[infoset.game.id]?.[of] ?? 1);
      });
    const magnet = this.#magnetLogPolicies(rows);
    return {
      positive: sideBySide(legal, (r) => rows[r].positive),
      negative: sideBySide(legal, (r) => rows[r].negative),
      ...(old ? { oldLogPolicy: sideBySide(legal, (r) => old[r] as Float64Array) } : {}),
      entropyWeights: weighted("entropy"),
      magnetWeights: weighted("magnet"),
      magnetLogPolicy: sideBySide(legal, (r) => magnet[r] as Float64Array),
    };
  }

  /** The magnet stands still from refresh to refresh: the network runs once per information set in between. */
  #magnetLogPolicies(rows: readonly Row[]): Float64Array[] {
    if (this.#settings.rl.magnet.kind !== "averaged") {
      return rows.map(({ infoset: { actions } }) => new Float64Array(actions.length).fill(-Math.log(actions.length)));
    }
    const known = rows.map(({ infoset }) => this.#magnetRows.get(infoset));
    const unknown = rows.flatMap(({ infoset }, r) => (known[r] ? [] : [infoset]));
    if (unknown.length === 0) return known as Float64Array[];
    logPolicies(this.#magnet, unknown).forEach((logPolicy, i) => {
      this.#magnetRows.set(unknown[i] as Infoset, logPolicy);
    });
    return rows.map(({ infoset }) => this.#magnetRows.get(infoset) as Float64Array);
  }

  /** A copy of the weights that are served. */
  served(): WeightArray[] {
    return this.#averaged.save();
  }

  save(): LearnerState {
    return {
      weights: this.#network.save(),
      averaged: this.#averaged.save(),
      magnet: this.#magnet.save(),
      optimizer: this.#network.saveOptimizer(),
    };
  }

  restore({ weights, averaged, magnet, optimizer }: LearnerState): void {
    this.#network.load(weights);
    this.#averaged.load(averaged);
    this.#magnet.load(magnet);
    this.#magnetRows.clear();
    this.#network.restoreOptimizer(optimizer);
  }

  dispose(): void {
    for (const network of [this.#network, this.#averaged, this.#magnet]) network.dispose();
  }
}

/** log π of each row as it stands. */
function logPolicies(network: PolicyNetwork, infosets: readonly Infoset[]): Float64Array[] {
  const { starts, logPolicy } = network.policyAt(infosets);
  return infosets.map((_, r) => logPolicy.subarray(starts[r], starts[r + 1]));
}

/** The indices 0 … count − 1, shuffled (Fisher–Yates) and dealt into at most `parts` parts, none of them empty. */
function minibatchesOf(count: number, parts: number, rng: Rng): number[][] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  const size = Math.ceil(count / Math.min(parts, count));
  return Array.from({ length: Math.ceil(count / size) }, (_, part) => order.slice(part * size, (part + 1) * size));
}
