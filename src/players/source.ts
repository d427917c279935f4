/** Makes the policies that another thread's batches name. */

import type { Game } from "../games/game.ts";
import { getGame } from "../games/registry.ts";
import { Mlp } from "../nn/mlp.ts";
import { FeatureLayout } from "../policies/features/layout.ts";
import { neuralPolicy } from "../policies/network-policy.ts";
import { greedy, type Policy, type PolicySource, type SourceArray } from "../policies/policy.ts";
import { mctsPlayer } from "./mcts.ts";
import { opponents } from "./opponents.ts";

/** A source as it travels: plain data. */
export type SentSource =
  | Exclude<PolicySource, { kind: "network" | "greedy" }>
  | { readonly kind: "network"; readonly games: readonly string[]; readonly arrays: readonly SourceArray[] }
  | { readonly kind: "greedy"; readonly of: SentSource };

/** Owns the networks it makes; each is kept, and given the new weights, for as long as its place asks for the same shape. */
export class PolicyMaker {
  readonly #networks = new Map<number, { readonly shape: string; readonly network: Mlp; readonly policy: Policy }>();
  readonly #fixed = new Map<string, Policy>();

  /** `place`: the policy's number among those of the batch. */
  make(source: SentSource, place: number, game: Game): Policy {
    switch (source.kind) {
      case "greedy":
        return greedy(this.make(source.of, place, game));
      case "opponent":
        return this.#fixedPolicy(`${source.name} ${game.id}`, () =>
          opponents.find(({ name }) => name === source.name)?.make(game),
        );
      case "mcts":
        return this.#fixedPolicy(`${JSON.stringify(source.settings)} ${game.id}`, () =>
          mctsPlayer(source.settings).policy(game),
        );
      case "network":
        return this.#network(source.games, source.arrays, place);
    }
  }

  #fixedPolicy(key: string, make: () => Policy | undefined): Policy {
    const policy = this.#fixed.get(key) ?? make();
    if (!policy) throw new Error(`there is no policy ${key}`);
    this.#fixed.set(key, policy);
    return policy;
  }

  #network(games: readonly string[], arrays: readonly SourceArray[], place: number): Policy {
    const shape = JSON.stringify([games, arrays.map(({ name, shape }) => [name, shape])]);
    // The arrays are the sender's, which will write the next weights into them.
    const own = arrays.map((array) => ({ ...array, values: array.values.slice() }));
    const known = this.#networks.get(place);
    if (known?.shape === shape) {
      known.network.load(own);
      return known.policy;
    }
    known?.network.dispose();
    const network = new Mlp(own);
    const policy = neuralPolicy(`network ${place}`, new FeatureLayout(games.map(getGame)), network);
    this.#networks.set(place, { shape, network, policy });
    return policy;
  }
}
