/**
 * Players. There are two kinds. A policy is a function of the information set: it is asked once about each, and about many
 * at a time. The other kind must be asked at every move and may take long: a language model or a person.
 *
 * A player receives its current information set and nothing more. The `state` of an information set is a random one of the
 * states that the seat cannot tell apart, so it does not reveal the other side's hidden information.
 */
import type { Game, Seat } from "../games/game.ts";
import { withoutTalk } from "../games/parts/talk.ts";
import type { Infoset } from "../graph/game-graph.ts";
import type { Policy } from "../policies/policy.ts";
import type { Utterance } from "../record/episode.ts";
import type { Spoken } from "../record/talk.ts";
import type { Price, Usage, UsageTally } from "../record/usage.ts";

interface Common {
  /** Its name in tables, which is also a spec that makes it again: `minimax`, `mcts:sims=200`, `kuhn_s1@000600:greedy`. */
  readonly name: string;
  readonly plays: (game: Game) => boolean;
  /** Releases what it holds: weights, connections, the terminal. */
  readonly dispose?: () => void | Promise<void>;
}

export interface PolicyPlayer extends Common {
  readonly kind: "policy";
  /** Throws if it does not play the game. */
  readonly policy: (game: Game) => Policy;
  /**
   * For a player whose policy draws random numbers of its own: the policy with the draws of stream `key`. Streams are
   * independent. A match takes a new stream for each pair, so that its games are independent; `policy(game)` always has
   * the same draws.
   */
  readonly seeded?: (game: Game, key: number) => Policy;
}

export interface AskedPlayer extends Common {
  readonly kind: "asked";
  /**
   * Chooses an action at one decision. It may be called for many games at the same time. Rejects with a UserError if the
   * player cannot continue (the endpoint fails, the person leaves); the game is then discarded.
   */
  readonly choose: (decision: Decision) => Promise<Choice>;
  /** Whether it plays one game after the other, even if several games ask. */
  readonly oneByOne?: boolean;
  /** The answers so far of a player that answers in words. */
  readonly usage?: () => Usage;
  /** Counts its answers, and those that it has given in another process. */
  readonly tally?: UsageTally;
  /** What its tokens cost. */
  readonly price?: Price | undefined;
  /**
   * Called at moves in a game of this player: at all, its own and those of chance too, if the game has perfect information; else
   * only where chance closes a round in which everything was shown.
   */
  readonly moved?: (move: MoveMade) => void;
  /** Called when a game of this player has ended. */
  readonly ended?: (end: GameEnd) => void;
}

export type Player = PolicyPlayer | AskedPlayer;

/** The same player in games with talk too. A policy says nothing there, and does not hear what is said. */
export function inTalk<P extends Player>(player: P): P {
  const plays = (game: Game): boolean => player.plays(withoutTalk(game));
  if (player.kind === "asked") return { ...player, plays };
  const { policy, seeded } = player;
  return {
    ...player,
    plays,
    policy: (game: Game) => policy(withoutTalk(game)),
    ...(seeded ? { seeded: (game: Game, key: number) => seeded(withoutTalk(game), key) } : {}),
  };
}

/** A decision in a game. */
export interface Decision {
  readonly infoset: Infoset;
  /** The number of the game, unique among the player's games. */
  readonly episode: number;
  /** Plies before this one, chance included. */
  readonly ply: number;
  /** What the players said to each other so far; undefined in games without talk. */
  readonly talk?: readonly Spoken[] | undefined;
  /** Aborted if the answer is no longer needed. */
  readonly signal?: AbortSignal;
}

/**
 * An action, as an index into `infoset.actions`; or a forfeit, with the reason. `said`: the player's answers. `words`: what it says
 * to the other player, any text, which counts in games with talk only.
 */
export type Choice =
  | { readonly slot: number; readonly said?: readonly Utterance[]; readonly words?: string }
  | { readonly forfeit: string; readonly said?: readonly Utterance[] };

export interface MoveMade {
  readonly episode: number;
  /** The seat of the player that is told. */
  readonly seat: Seat;
  /** The seat that moved; undefined for chance. */
  readonly player: Seat | undefined;
  readonly name: string;
  /** What was shown, in a game that hides something: the next position does not show it any more. */
  readonly shown?: Position;
}

/** A position to draw as the seat sees it that is told of it. */
export interface Position {
  readonly game: Game;
  readonly state: unknown;
}

export interface GameEnd {
  readonly episode: number;
  readonly seat: Seat;
  readonly returns: readonly [number, number];
  /** The last position; undefined if the game was forfeited. */
  readonly last?: Position;
  /** What the players said to each other; undefined in games without talk. */
  readonly talk?: readonly Spoken[] | undefined;
}
