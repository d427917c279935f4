/**
 * Policies as plain data, for jobs: `SentRecipes` writes the recipes of live policies, and `PolicyCache` makes the policies
 * again in the thread or process that plays the job.
 */
import { createHash } from "node:crypto";
import type { Game } from "../games/game.ts";
import { getGame } from "../games/registry.ts";
import type { WeightArray } from "../nn/weights.ts";
import { BEST_RESPONSE, makeBestResponse } from "../players/best-response.ts";
import { makeMcts } from "../players/mcts.ts";
import { makeOpponent } from "../players/opponents.ts";
import { makeExploring } from "../policies/exploring.ts";
import { type NetworkRecipe, networkPolicy } from "../policies/network-policy.ts";
import { type MadePolicy, makeGreedy, type Policy, type PolicyMaker, type PolicyRecipe } from "../policies/policy.ts";
import { policyModel } from "../policies/registry.ts";

/** Makes a network policy from its settings and weights. */
const makeNetworkPolicy: PolicyMaker<NetworkRecipe> = async ({ settings: { nn, games }, weights = [] }) => {
  const model = await policyModel(nn, games.map(getGame));
  const network = model.network(weights);
  return { policy: networkPolicy("network", network, model), dispose: () => network.dispose() };
};

/** Makes a policy of actions write them, as the policies of this model do. */
const makeWritten: PolicyMaker<NetworkRecipe> = async ({ settings: { nn, games }, of }) => {
  const { writing } = await policyModel(nn, games.map(getGame));
  if (!of || !writing) throw new Error("a policy that writes is made of another, for a kind that writes");
  return { policy: writing.written(of) };
};

/** The makers of policies, by the name in a recipe. */
const MAKERS = {
  opponent: makeOpponent,
  mcts: makeMcts,
  greedy: makeGreedy,
  [BEST_RESPONSE]: makeBestResponse,
  exploring: makeExploring,
  network: makeNetworkPolicy,
  written: makeWritten,
} as const;

/** A recipe as plain data. Weights are named by their SHA-256 and are sent beside it. */
export interface SentRecipe {
  readonly maker: string;
  readonly settings?: unknown;
  readonly of?: SentRecipe | undefined;
  readonly weights?: string | undefined;
}

/** Weights by their SHA-256. */
export type Weights = Map<string, readonly WeightArray[]>;

/** The recipes of a batch's policies as plain data, and the weights that they name. Each policy's weights are read once. */
export class SentRecipes {
  readonly weights: Weights = new Map();
  readonly #known = new Map<PolicyRecipe, SentRecipe>();

  /** Throws if the policy has no recipe, so that only this thread can play it. */
  of({ name, recipe }: Policy): SentRecipe {
    if (!recipe) throw new Error(`${name} can be played by the thread that made it only`);
    return this.#sent(recipe);
  }

  #sent(recipe: PolicyRecipe): SentRecipe {
    let sent = this.#known.get(recipe);
    if (!sent) {
      const { maker, settings, of, weights: read } = recipe;
      const arrays = read?.();
      const weights = arrays && hashOf(arrays);
      if (arrays && weights !== undefined) this.weights.set(weights, arrays);
      sent = { maker, settings, of: of && this.#sent(of), weights };
      this.#known.set(recipe, sent);
    }
    return sent;
  }
}

function hashOf(arrays: readonly WeightArray[]): string {
  const hash = createHash("sha256");
  for (const { name, shape, values } of arrays) hash.update(`${name} ${shape}\n`).update(values);
  return hash.digest("hex");
}

const needsWeights = ({ weights, of }: SentRecipe): boolean =>
  weights !== undefined || (of !== undefined && needsWeights(of));

/** Makes policies and keeps them: those without weights for good, those with weights as long as every batch uses them. */
export class PolicyCache {
  #made = new Map<string, MadePolicy & { readonly isNetwork: boolean }>();
  #used = new Set<string>();

  async make(recipe: SentRecipe, game: Game, weights: Weights): Promise<Policy> {
    const of = recipe.of && (await this.make(recipe.of, game, weights));
    const isNetwork = needsWeights(recipe);
    // One network plays all its games, so that it is asked about all of them in one forward pass.
    const key = JSON.stringify([recipe, isNetwork ? "" : game.id]);
    this.#used.add(key);
    let made = this.#made.get(key);
    if (!made) {
      made = { ...(await madeFrom(recipe, game, of, weights)), isNetwork };
      this.#made.set(key, made);
    }
    return made.policy;
  }

  /** Called after a batch: disposes of the policies with weights that the batch did not use. */
  sweep(): void {
    for (const [key, { isNetwork, dispose }] of this.#made) {
      if (!isNetwork || this.#used.has(key)) continue;
      dispose?.();
      this.#made.delete(key);
    }
    this.#used = new Set();
  }
}

function madeFrom(
  recipe: SentRecipe,
  game: Game,
  of: Policy | undefined,
  all: Weights,
): MadePolicy | Promise<MadePolicy> {
  const { maker, settings, weights: hash } = recipe;
  if (!Object.hasOwn(MAKERS, maker)) throw new Error(`there is no maker of policies "${maker}"`);
  const weights = hash === undefined ? undefined : all.get(hash);
  if (hash !== undefined && !weights) throw new Error(`the weights ${hash} have not been sent`);
  // The settings in a recipe are of its maker's type.
  const make = MAKERS[maker as keyof typeof MAKERS] as PolicyMaker<unknown>;
  return make({ settings, game, of, weights });
}
