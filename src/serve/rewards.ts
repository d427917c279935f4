/**
 * The rewards of a game: SPIRAL's, which come at the end, or regrets by exact values (exact/values-against.ts), one at each move.
 * A forfeit costs its price in both.
 */
import { regretIn, type ValuesAgainst, valuesAgainst } from "../exact/values-against.ts";
import type { Game, Seat } from "../games/game.ts";
import { whyNotExact } from "../games/parts/talk.ts";
import type { Infoset } from "../graph/game-graph.ts";
import { equilibriumValues } from "../players/equilibrium-values.ts";
import type { Player } from "../players/player.ts";
import type { Policy } from "../policies/policy.ts";
import type { Episode } from "../record/episode.ts";
import { UserError } from "../util/errors.ts";
import { memoised } from "../util/memoised.ts";
import { SELF } from "./offer.ts";

export interface Rewards {
  /** To the seat that moves. */
  readonly ofMove: (infoset: Infoset, slot: number) => number;
  /** To `seat`, in addition. */
  readonly atEnd: (episode: Episode, seat: Seat) => number;
}

const RETURNS: Rewards = { ofMove: () => 0, atEnd: ({ returns }, seat) => returns[seat] };

/** Values against a policy, by game. Each is computed once. */
const againstPolicy = memoised((policy: Policy) => memoised((game: Game) => valuesAgainst(game, policy)));

/** Throws a UserError if regrets are wanted and not known. */
export function rewardsFor(kind: "return" | "regret", game: Game, opponent: Player | typeof SELF): Rewards {
  if (kind === "return") return RETURNS;
  const values = valuesOf(game, opponent);
  return {
    ofMove: (infoset, slot) => -regretIn(values(infoset), slot),
    atEnd: ({ returns, forfeit }, seat) => (forfeit ? returns[seat] : 0),
  };
}

function valuesOf(game: Game, opponent: Player | typeof SELF): ValuesAgainst {
  const no = (why: string): UserError =>
    new UserError(1, `reward regret needs exact values: ${why}. Take reward return.`);
  if (!game.walkable) throw no(whyNotExact(game));
  if (opponent === SELF) return equilibriumValues(game);
  const policy = opponent.kind === "policy" && !opponent.seeded ? opponent.policy(game) : undefined;
  if (!policy || policy.slow) throw no(`the strategy of ${opponent.name} is not known in full`);
  return againstPolicy(policy)(game);
}
