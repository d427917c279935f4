/** A pool of the learner's own past checkpoints, to train against. */

import type { WeightArray } from "../nn/weights.ts";
import { networkPolicy } from "../policies/network-policy.ts";
import type { Policy } from "../policies/policy.ts";
import type { PolicyModel, PolicyNetwork } from "../policies/policy-kind.ts";
import type { Rng } from "../util/rng.ts";

export interface PoolSettings {
  /** A checkpoint joins the pool every so many updates. */
  readonly every: number;
  /** The most checkpoints in the pool; the oldest leaves first. */
  readonly size: number;
  /** `uniform`: all are equally likely. `winrate`: those that the learner scores less against are more likely. */
  readonly sampling: "uniform" | "winrate";
}

/** The part of a checkpoint that belongs to the pool, the oldest member first. */
export type PoolState = readonly PoolMember[];

export interface PoolMember {
  /** The update after which the weights were copied. */
  readonly update: number;
  readonly score: number;
  readonly weights: readonly WeightArray[];
}

interface Member {
  readonly update: number;
  readonly network: PolicyNetwork;
  readonly policy: Policy;
  /** Moving average of the learner's score against it: a win counts 1, a draw ½, a loss 0. */
  score: number;
}

/** Weight of the latest batch in a member's score. */
const SCORE_RATE = 0.1;

/** Owns the networks of past checkpoints. */
export class Pool {
  readonly #settings: PoolSettings;
  readonly #model: PolicyModel;
  #members: Member[] = [];

  constructor(settings: PoolSettings, model: PolicyModel) {
    this.#settings = settings;
    this.#model = model;
  }

  /** Adds a member if `update` is a multiple of `every`. The first member is update 0, the untrained policy. */
  offer(update: number, weights: () => WeightArray[]): void {
    if (update % this.#settings.every !== 0) return;
    this.#add({ update, weights: weights(), score: 0.5 });
    if (this.#members.length > this.#settings.size) this.#members.shift()?.network.dispose();
  }

  /** A random member to play against. Call `played` with the learner's mean score against it. */
  draw(rng: Rng): { readonly policy: Policy; readonly played: (meanScore: number) => void } {
    // A member that the learner always beats is still drawn at times: the learner may forget how to beat it.
    const weightOf = ({ score }: Member) => (this.#settings.sampling === "uniform" ? 1 : 1.05 - score);
    let left = rng.next() * this.#members.reduce((sum, member) => sum + weightOf(member), 0);
    let member = this.#members.at(-1) as Member;
    for (const candidate of this.#members) {
      left -= weightOf(candidate);
      if (left >= 0) continue;
      member = candidate;
      break;
    }
    return {
      policy: member.policy,
      played(meanScore) {
        member.score += SCORE_RATE * (meanScore - member.score);
      },
    };
  }

  #add({ update, weights, score }: PoolMember): void {
    const network = this.#model.network(weights);
    this.#members.push({ update, network, policy: networkPolicy(`pool@${update}`, network, this.#model), score });
  }

  save(): PoolState {
    return this.#members.map(({ update, network, score }) => ({ update, score, weights: network.save() }));
  }

  restore(members: PoolState): void {
    this.dispose();
    for (const member of members) this.#add(member);
  }

  dispose(): void {
    for (const { network } of this.#members) network.dispose();
    this.#members = [];
  }
}
