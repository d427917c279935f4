/** What a server offers: its games, and the players that a client may choose as its opponent. */
import { seated } from "../arena/pairing.ts";
import type { Game } from "../games/game.ts";
import { ownSpec } from "../games/parts/textarena.ts";
import type { Player } from "../players/player.ts";
import { didYouMean, UserError } from "../util/errors.ts";
import { memoised } from "../util/memoised.ts";
import { Rng } from "../util/rng.ts";

/** The opponent of a client that plays both seats. */
export const SELF = "self";

/** A player, or the checkpoints of a pool, of which the seed of a game draws one. */
interface Opponent {
  /** The name that a client asks for. */
  readonly name: string;
  /** At least one; all play the same games. */
  readonly players: readonly Player[];
}

export interface Offer {
  /** By the id that a client asks for. The first is the default. */
  readonly games: readonly Game[];
  /** The default of a game is the first that plays it. */
  readonly opponents: readonly Opponent[];
}

/** The same player, whose policies are made once, and asked once about each information set of a graph, for all games. */
export function shared(player: Player): Player {
  if (player.kind !== "policy") return player;
  return { ...player, policy: memoised((game: Game) => seated(player, game)) };
}

/** Throws a UserError if the game is not offered. */
export function gameOf({ games }: Offer, id: string | undefined): Game {
  const own = id === undefined ? undefined : ownSpec(id);
  const game = own === undefined ? games[0] : games.find((one) => one.id === own);
  if (game) return game;
  const ids = games.map((one) => one.id);
  throw new UserError(1, `Game "${id}" is not served.${didYouMean(id ?? "", ids)} Games: ${ids.join(", ")}.`);
}

/** The player against whom the game of `seed` is played, or `self`. Throws a UserError if there is none. */
export function opponentOf({ opponents }: Offer, game: Game, name: string | undefined, seed: number): Player | "self" {
  if (name === SELF) return SELF;
  const able = opponents.filter(({ players }) => players.every(({ plays }) => plays(game)));
  const chosen = name === undefined ? able[0] : able.find((one) => one.name === name);
  if (!chosen) {
    const names = [...able.map((one) => one.name), SELF];
    const hint = name === undefined ? "" : didYouMean(name, names);
    const what = name === undefined ? "No opponent" : `No opponent "${name}"`;
    throw new UserError(1, `${what} plays ${game.id} here.${hint} Opponents: ${names.join(", ")}.`);
  }
  const { players } = chosen;
  return players[players.length === 1 ? 0 : new Rng(seed).fork("serve").fork("pool").below(players.length)] as Player;
}
