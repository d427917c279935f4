/**
 * What is computed on the whole tree of a game, as `spiral policy`, `eval` and `solve` compute it. It runs in a worker (worker.ts),
 * because a large game takes seconds.
 */
import { actionValues } from "../../src/exact/action-values.ts";
import { cfrPolicy } from "../../src/exact/cfr.ts";
import { compiledGame } from "../../src/exact/compiled-game.ts";
import { nodeValues } from "../../src/exact/expected-value.ts";
import { nashConv } from "../../src/exact/nash-conv.ts";
import { strategyOf } from "../../src/exact/strategy.ts";
import type { Game } from "../../src/games/game.ts";
import { getGame } from "../../src/games/registry.ts";
import { nash } from "../../src/players/opponents.ts";
import type { Policy } from "../../src/policies/policy.ts";
import { type Network, policyOf } from "../policy.ts";

export type Question =
  | { readonly kind: "tree"; readonly game: string }
  | { readonly kind: "policy"; readonly game: string; readonly network: Network }
  /** Of a family of equilibria, the one nearest to the policy `near`. */
  | { readonly kind: "equilibrium"; readonly game: string; readonly near: Network | undefined };

/** The nodes of a game: N nodes, E edges, I information sets, as in src/exact/compiled-game.ts. Node 0 is the root. */
export interface Tree {
  /** [N + 1] */
  readonly firstEdge: Int32Array;
  /** [E] */
  readonly target: Int32Array;
  /** [N] */
  readonly infoset: Int32Array;
  /** [I + 1] */
  readonly firstEntry: Int32Array;
  /** The player and the key of each information set: `0J:`. [I] */
  readonly keys: readonly string[];
}

/** A strategy for both seats and its exact values, in units of return. */
export interface Values {
  /** [entries] */
  readonly strategy: Float64Array;
  /** Of each action, to the seat that decides; NaN where the strategy never leads. [entries] */
  readonly q: Float64Array;
  /** Of each node, to seat 0. [N] */
  readonly value: Float64Array;
  readonly nashConv: number;
}

/** `tell` is called with the share of the work that is done. Throws an Error if the game cannot be walked. */
export function answer(question: Question, tell: (share: number) => void): Tree | Values {
  const game = getGame(question.game);
  switch (question.kind) {
    case "tree":
      return treeOf(game);
    case "policy":
      return valuesOf(game, policyOf("policy", question.network));
    case "equilibrium":
      return valuesOf(game, equilibriumOf(game, question.near, tell));
  }
}

function treeOf(game: Game): Tree {
  const { firstEdge, target, infoset, firstEntry, infosets } = compiledGame(game);
  return { firstEdge, target, infoset, firstEntry, keys: infosets.map(({ player, key }) => `${player}${key}`) };
}

function valuesOf(game: Game, policy: Policy): Values {
  const compiled = compiledGame(game);
  const strategy = strategyOf(compiled, policy);
  return {
    strategy,
    q: actionValues(compiled, strategy).q,
    value: nodeValues(compiled, strategy),
    nashConv: nashConv(compiled, strategy).nashConv,
  };
}

function equilibriumOf(game: Game, near: Network | undefined, tell: (share: number) => void): Policy {
  if (game.equilibrium && near) {
    const { infosets } = compiledGame(game);
    const distributions = policyOf("near", near).distributions(infosets);
    const byKey = new Map(infosets.map(({ key }, i) => [key, [...(distributions[i] ?? [])]]));
    return nash(game, (key) => byKey.get(key));
  }
  // `nash` finds it solved.
  if (!game.perfectInformation && !game.equilibrium) cfrPolicy(game, (i, total) => tell(i / total));
  return nash(game);
}
