/** The fixed opponents, by their names in `--vs` and `rl.opponents`. */

import { cfrPolicy } from "../exact/cfr.ts";
import { minimax } from "../exact/minimax.ts";
import type { Game } from "../games/game.ts";
import { type Policy, type PolicyMaker, uniform } from "../policies/policy.ts";
import { tablePolicy } from "../policies/table-policy.ts";
import { negotiationScripts } from "./negotiation-scripts.ts";

export interface Opponent {
  readonly name: string;
  /** A description for help texts. */
  readonly what: string;
  readonly plays: (game: Game) => boolean;
  /** Throws if it does not play the game. */
  readonly make: (game: Game) => Policy;
}

/** The probability that `sloppy` moves at random. */
const SLIP = 0.2;

const isNegotiation = (game: Game): boolean => game.id.split(":")[0] === "negotiation";
const WHAT: Readonly<Record<string, string | undefined>> = {
  fair: "takes no trade that costs it items; offers even swaps",
  stubborn: "never trades",
  naive: "takes and offers whatever raises its own value",
};

const kinds: readonly Opponent[] = [
  { name: "random", what: "every legal action alike", plays: () => true, make: () => uniform },
  {
    name: "minimax",
    what: "perfect play, by backward induction",
    plays: (game) => game.walkable && game.perfectInformation,
    make: minimax,
  },
  {
    name: "nash",
    what: "an equilibrium: in closed form, by backward induction or by CFR+",
    plays: (game) => game.walkable,
    make: (game) => ({ ...nash(game), name: "nash" }),
  },
  ...negotiationScripts.map((policy) => ({
    name: policy.name,
    what: WHAT[policy.name] ?? "",
    plays: isNegotiation,
    make: () => policy,
  })),
  {
    name: "sloppy",
    what: "an equilibrium that moves at random one time in five",
    plays: (game) => game.walkable,
    make: (game) => mixture("sloppy", nash(game), uniform, SLIP),
  },
];

export const opponents: readonly Opponent[] = kinds.map((kind) => ({
  ...kind,
  make: (game) => ({ ...kind.make(game), recipe: { maker: "opponent", settings: { name: kind.name } } }),
}));

/** The names that `rl.opponents` takes. */
export const trainingOpponents: readonly string[] = ["self", "pool", ...opponents.map(({ name }) => name)];

/** Makes a fixed opponent from its name. */
export const makeOpponent: PolicyMaker<{ readonly name: string }> = ({ settings, game }) => {
  const opponent = opponents.find(({ name }) => name === settings.name);
  if (!opponent) throw new Error(`there is no opponent ${settings.name}`);
  return { policy: opponent.make(game) };
};

/** The default opponents of a game: all that play it, without `nash` if it would be the same as `minimax`. */
export function defaultOpponents(game: Game): string[] {
  return opponents
    .filter(({ name, plays }) => plays(game) && !(name === "nash" && game.perfectInformation))
    .map(({ name }) => name);
}

/** An equilibrium of the game. If a family of equilibria is known in closed form, the one nearest to `near`. */
export function nash(game: Game, near?: (infosetKey: string) => readonly number[] | undefined): Policy {
  if (game.perfectInformation) return minimax(game);
  const closedForm = game.equilibrium?.(near);
  if (!closedForm) return cfrPolicy(game);
  const table = [...closedForm].flatMap(([key, probabilities]) =>
    [0, 1].map((player) => [`${player}${key}`, Float64Array.from(probabilities)] as const),
  );
  return tablePolicy("nash", game, new Map(table));
}

/** Plays, at every decision, `base` with probability 1 − share and `other` with probability `share`. */
function mixture(name: string, base: Policy, other: Policy, share: number): Policy {
  return {
    name,
    distributions(infosets) {
      const others = other.distributions(infosets);
      return base.distributions(infosets).map((p, i) => p.map((x, slot) => (1 - share) * x + share * others[i][slot]));
    },
  };
}
