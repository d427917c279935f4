/** A pool of the learner's own past checkpoints, to train against. */

import { Mlp, type WeightArray } from "../nn/mlp.ts";
import { withoutPrefix, withPrefix } from "../nn/weights.ts";
import type { FeatureLayout } from "../policies/features/layout.ts";
import { neuralPolicy } from "../policies/network-policy.ts";
import type { Policy } from "../policies/policy.ts";
import type { Rng } from "../util/rng.ts";

export interface PoolSettings {
  /** Updates between the checkpoints that join the pool. */
  readonly every: number;
  /** Checkpoints held at most; the oldest leaves first. */
  readonly size: number;
  /** Each alike, or more often the less the learner wins against it. */
  readonly sampling: "uniform" | "winrate";
}

interface Member {
  readonly update: number;
  readonly network: Mlp;
  readonly policy: Policy;
  /** Moving average of the learner's score against it: 1 win, ½ draw, 0 loss. */
  score: number;
}

/** Weight of the latest batch in a member's score. */
const SCORE_RATE = 0.1;

/** Owns the networks of past checkpoints. */
export class Pool {
  readonly #settings: PoolSettings;
  readonly #layout: FeatureLayout;
  #members: Member[] = [];

  constructor(settings: PoolSettings, layout: FeatureLayout) {
    this.#settings = settings;
    this.#layout = layout;
  }

  /** Takes the weights in, where it is time for a new member. Update 0, the untrained policy, is the first. */
  offer(update: number, weights: () => WeightArray[]): void {
    if (update % this.#settings.every !== 0) return;
    this.#add(update, weights(), 0.5);
    if (this.#members.length > this.#settings.size) this.#members.shift()?.network.dispose();
  }

  /** The member to play against, and what to tell it of the learner's scores. */
  draw(rng: Rng): { readonly policy: Policy; readonly played: (meanScore: number) => void } {
    // A member that the learner always beats keeps a little weight, so that forgetting how would be noticed.
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

  #add(update: number, weights: readonly WeightArray[], score: number): void {
    const network = new Mlp(weights);
    this.#members.push({ update, network, policy: neuralPolicy(`pool@${update}`, this.#layout, network), score });
  }

  save(): { numbers: Record<string, number>; arrays: WeightArray[] } {
    return {
      numbers: Object.fromEntries(this.#members.map(({ update, score }) => [`pool.${update}`, score])),
      arrays: this.#members.flatMap(({ update, network }) => withPrefix(`pool.${update}`, network.save())),
    };
  }

  restore({ numbers, arrays }: { numbers: Readonly<Record<string, number>>; arrays: readonly WeightArray[] }): void {
    this.dispose();
    for (const [key, score] of Object.entries(numbers)) {
      if (!key.startsWith("pool.")) continue;
      this.#add(Number(key.slice("pool.".length)), withoutPrefix(key, arrays), score);
    }
  }

  dispose(): void {
    for (const { network } of this.#members) network.dispose();
    this.#members = [];
  }
}
