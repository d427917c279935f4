/**
 * The learner: the weights θ that play, their moving average θ̄ that is served, the magnet, and the optimizer.
 *
 *   L(θ)   = policy loss + β KL(π_θ ‖ magnet) − entropy bonus
 *   θ      ← Adam(θ, ∇L, η)          once a batch; PPO: for every minibatch of every epoch
 *   θ̄      ← δ θ̄ + (1 − δ) θ         once a batch
 *   magnet ← θ̄                       every `magnet.every` updates, if `magnet.kind` is "averaged"
 */

import type { Infoset } from "../graph/game-graph.ts";
import type { AdamSettings } from "../nn/adam-settings.ts";
import type { OptimizerState } from "../nn/row-network.ts";
import type { WeightArray } from "../nn/weights.ts";
import { networkPolicy } from "../policies/network-policy.ts";
import type { Policy } from "../policies/policy.ts";
import type { LearningNetwork, PolicyModel, PolicyNetwork } from "../policies/policy-kind.ts";
import { type PolicyAtRows, perLegalAction, slotStarts } from "../policies/softmax.ts";
import type { Rng } from "../util/rng.ts";
import { entropyAt, type LearningRate, type Length, learningRateAt, type Schedule } from "./annealing.ts";
import { negativeEntropy } from "./losses/entropy.ts";
import type { LossBatch, LossSettings, PolicyLoss } from "./losses/loss.ts";
import { klToMagnet, meanKl } from "./losses/magnet.ts";
import { losses } from "./losses/registry.ts";
import { minibatchesOf } from "./minibatches.ts";
import type { Row } from "./rows.ts";

/** The policy that the learner is pulled to: an earlier average of itself, uniform play, or none. */
export const magnets = ["averaged", "uniform", "none"] as const;

export interface LearnerSettings extends Length {
  readonly rl: Length["rl"] & {
    readonly loss: keyof typeof losses;
    readonly ppo: LossSettings["ppo"];
    readonly learningRate: LearningRate;
    readonly adam: AdamSettings;
    readonly magnet: { readonly kind: (typeof magnets)[number]; readonly coefficient: number; readonly every: number };
    readonly averaging: number;
    readonly entropy: Schedule;
  };
  /** By game id: factors on the game's entropy bonus, its pull to the magnet and its floor; 1 by default. */
  readonly weights: Readonly<
    Record<string, { readonly entropy: number; readonly magnet: number; readonly floor?: number } | undefined>
  >;
}

/** The part of a checkpoint that belongs to the learner. */
export interface LearnerState {
  /** θ. */
  readonly weights: readonly WeightArray[];
  /** θ̄, the policy that is served. */
  readonly averaged: readonly WeightArray[];
  readonly magnet: readonly WeightArray[];
  readonly optimizer: OptimizerState;
}

/** The scheduled settings of one update. */
interface Rates {
  readonly learningRate: number;
  readonly entropy: number;
}

/** The served average of the rule `mirror` covers one in so many of the updates so far. */
const SERVED = 8;

type OnPhase = (name: "forward" | "backward") => void;

export class Learner {
  /** π_θ, which plays. */
  readonly policy: Policy;
  /** π_θ̄, which is served. */
  readonly averagedPolicy: Policy;
  /** The magnet, which plays in polish (polish.ts). */
  readonly magnetPolicy: Policy;
  readonly #settings: LearnerSettings;
  readonly #policyLoss: PolicyLoss;
  readonly #network: LearningNetwork;
  readonly #averaged: PolicyNetwork;
  readonly #magnet: PolicyNetwork;
  readonly #freshOptimizer: () => OptimizerState;
  /** By game id, KL(π_θ ‖ magnet) before the last step of `update`: the mean over decisions. Empty without a magnet. */
  magnetKl: Readonly<Record<string, number>> = {};
  /** log π of the magnet at the information sets that were asked about since its last refresh. */
  readonly #magnetRows = new Map<Infoset, Float64Array>();

  /** By default the first weights are drawn by `rng`. */
  constructor(
    settings: LearnerSettings,
    model: PolicyModel,
    rng: Rng,
    weights: readonly WeightArray[] = model.firstWeights(rng),
  ) {
    this.#settings = settings;
    this.#policyLoss = losses[settings.rl.loss](settings.rl);
    this.#network = model.learner(weights, settings.rl.adam);
    this.#averaged = model.network(weights);
    this.#magnet = model.network(weights);
    this.policy = networkPolicy("learner", this.#network, model);
    this.averagedPolicy = networkPolicy("averaged", this.#averaged, model);
    this.magnetPolicy = networkPolicy("magnet", this.#magnet, model);
    this.#freshOptimizer = () => {
      const arrays = model.optimizerTensors(settings.rl.adam).map((tensor) => ({
        ...tensor,
        values: new Float32Array(tensor.shape.reduce((a, b) => a * b, 1)),
      }));
      return { arrays, steps: 0 };
    };
  }

  /**
   * One update, number `update` counted from 1, from the rows of a batch that `policy` has just played. `rng` shuffles
   * rows into minibatches. `phase` is called when a forward or a backward pass begins. → the mean of L(θ) over the steps
   */
  update(rows: readonly Row[], update: number, rng: Rng, phase: OnPhase = () => {}): number {
    const { rl } = this.#settings;
    const rates = {
      learningRate: learningRateAt(rl.learningRate, update, this.#settings),
      entropy: entropyAt(rl.entropy, update, this.#settings),
    };
    const { reuse } = this.#policyLoss;
    const stepLosses = reuse ? this.#epochs(rows, reuse, rates, rng, phase) : [this.#step(rows, rates, phase)];
    this.#averaged.moveTowards(this.#network, rl.averaging);
    this.#refreshMagnet(update);
    return stepLosses.reduce((sum, loss) => sum + loss, 0) / stepLosses.length;
  }

  /** π and log π at these information sets, a row each. */
  policyAt(infosets: readonly Infoset[]): PolicyAtRows {
    return this.#network.policyAt(infosets);
  }

  /** log π of the magnet at these information sets. [S] */
  magnetLogPolicyAt(infosets: readonly Infoset[]): Float64Array {
    const { kind } = this.#settings.rl.magnet;
    if (kind === "averaged") return this.#magnet.policyAt(infosets).logPolicy;
    return perLegalAction({ starts: slotStarts(infosets) }, (r) => -Math.log(infosets[r].actions.length));
  }

  /** One update from rows of an expert's games, whose advantages are all 1: one step, whatever `rl.loss` says. → the cross-entropy */
  imitateExpert(rows: readonly Row[], update: number): number {
    const moves = rows.map(({ positive }) => positive);
    const rate = learningRateAt(this.#settings.rl.learningRate, update, this.#settings);
    const loss = this.imitate(infosetsOf(rows), moves, rate);
    this.#refreshMagnet(update);
    return loss;
  }

  #refreshMagnet(update: number): void {
    if (update % this.#settings.rl.magnet.every !== 0) return;
    this.#magnet.moveTowards(this.#averaged, 0);
    this.#magnetRows.clear();
  }

  /** The averaged policy becomes the learner and the magnet, and the optimizer forgets: the gradients of polish are of another size. */
  beginPolish(): void {
    this.#network.moveTowards(this.#averaged, 0);
    this.#magnet.moveTowards(this.#averaged, 0);
    this.#magnetRows.clear();
    this.#network.restoreOptimizer(this.#freshOptimizer());
  }

  /** A step down the cross-entropy, after which the average follows. → the loss */
  imitate(infosets: readonly Infoset[], targets: readonly Float64Array[], learningRate: number): number {
    const loss = this.fit(infosets, targets, learningRate);
    this.#averaged.moveTowards(this.#network, this.#settings.rl.averaging);
    return loss;
  }

  /** A step down the cross-entropy − Σ target · log π, for a target by legal action of each information set. → the loss */
  fit(infosets: readonly Infoset[], targets: readonly Float64Array[], learningRate: number): number {
    let loss = 0;
    this.#network.step(
      infosets,
      (at) => {
        const gradient = perLegalAction(at, (r) => targets[r]).map((target) => -target);
        loss = gradient.reduce((sum, g, i) => sum + g * at.logPolicy[i], 0);
        return gradient;
      },
      learningRate,
    );
    return loss;
  }

  /**
   * The averages after update t of the rule `mirror`: m ← δ m + (1 − δ) θ for the magnet, and for the policy that is served an
   * average whose window grows, θ̄ ← θ̄ + min(1 − δ, 8 / (t + 8)) (θ − θ̄). It covers about the last eighth of the run so far.
   */
  follow(update: number): void {
    const { averaging } = this.#settings.rl;
    this.#magnet.moveTowards(this.#network, averaging);
    this.#averaged.moveTowards(this.#network, 1 - Math.min(1 - averaging, SERVED / (update + SERVED)));
  }

  /** A step for every minibatch of every epoch. → L(θ) of each step */
  #epochs(
    rows: readonly Row[],
    { epochs, minibatches }: NonNullable<PolicyLoss["reuse"]>,
    rates: Rates,
    rng: Rng,
    phase: OnPhase,
  ): number[] {
    phase("forward");
    const old = logPolicies(this.#network, infosetsOf(rows));
    const stepLosses: number[] = [];
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (const minibatch of minibatchesOf(rows.length, minibatches, rng.fork("epoch", epoch))) {
        const [someRows, someOld] = [minibatch.map((r) => rows[r]), minibatch.map((r) => old[r])];
        stepLosses.push(this.#step(someRows, rates, phase, someOld));
      }
    }
    return stepLosses;
  }

  /** One Adam step on the rows. `old`: log π of each row under the policy that played the batch. → L(θ) */
  #step(rows: readonly Row[], { learningRate, entropy }: Rates, phase: OnPhase, old?: readonly Float64Array[]): number {
    const { magnet } = this.#settings.rl;
    phase("forward");
    const batch = this.#batch(rows, old);
    let loss = 0;
    const lossGradient = (at: PolicyAtRows): Float64Array => {
      const gradient = new Float64Array(at.policy.length);
      loss = this.#policyLoss.loss(at, batch, gradient);
      if (magnet.kind !== "none") {
        loss += klToMagnet(magnet)(at, batch, gradient);
        this.magnetKl = meanKl(rows, at.policy, at.logPolicy, batch.magnetLogPolicy);
      }
      loss += negativeEntropy({ coefficient: entropy })(at, batch, gradient);
      phase("backward");
      return gradient;
    };
    this.#network.step(infosetsOf(rows), lossGradient, learningRate);
    return loss;
  }

  #batch(rows: readonly Row[], old: readonly Float64Array[] | undefined): LossBatch {
    const legal = { starts: slotStarts(infosetsOf(rows)) };
    const weighted = (of: "entropy" | "magnet") =>
      perLegalAction(legal, (r) => {
        const { visits, infoset } = rows[r];
        return visits * (this.#settings.weights[infoset.game.id]?.[of] ?? 1);
      });
    const magnet = this.#magnetLogPolicies(rows);
    return {
      positive: perLegalAction(legal, (r) => rows[r].positive),
      negative: perLegalAction(legal, (r) => rows[r].negative),
      ...(old ? { oldLogPolicy: perLegalAction(legal, (r) => old[r]) } : {}),
      entropyWeights: weighted("entropy"),
      magnetWeights: weighted("magnet"),
      magnetLogPolicy: perLegalAction(legal, (r) => magnet[r]),
    };
  }

  /** log π of the magnet at each row. Between two refreshes its network runs once for each information set. */
  #magnetLogPolicies(rows: readonly Row[]): Float64Array[] {
    if (this.#settings.rl.magnet.kind !== "averaged") {
      return rows.map(({ infoset: { actions } }) => new Float64Array(actions.length).fill(-Math.log(actions.length)));
    }
    const known = rows.map(({ infoset }) => this.#magnetRows.get(infoset));
    const unknown = rows.flatMap(({ infoset }, r) => (known[r] ? [] : [infoset]));
    if (unknown.length === 0) return known as Float64Array[];
    logPolicies(this.#magnet, unknown).forEach((logPolicy, i) => {
      this.#magnetRows.set(unknown[i], logPolicy);
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

const infosetsOf = (rows: readonly Row[]): Infoset[] => rows.map(({ infoset }) => infoset);

/** log π at each information set. */
function logPolicies(network: PolicyNetwork, infosets: readonly Infoset[]): Float64Array[] {
  const { starts, logPolicy } = network.policyAt(infosets);
  return infosets.map((_, r) => logPolicy.subarray(starts[r], starts[r + 1]));
}
