/**
 * Who sits at the table. A player is of one of two kinds. A policy is a function of the information set: it is asked once
 * about each, many at a time. The other kind must be asked at every move, and takes its time: a language model, a person.
 *
 * A player gets the information set that it stands at and nothing more. Its `state` is one of those that the seat cannot
 * tell apart; which one is chance, so what the other side holds is not in there.
 */
import type { Game, Seat } from "../games/game.ts";
import type { Infoset } from "../graph/game-graph.ts";
import type { Policy } from "../policies/policy.ts";
import type { Utterance } from "../record/episode.ts";

interface Common {
  /** What a table calls it; the spec that makes it again: `minimax`, `mcts:sims=200`, `kuhn_s1@000600:greedy`. */
  readonly name: string;
  readonly plays: (game: Game) => boolean;
  /** Gives back what it holds: weights, connections, the terminal. */
  readonly dispose?: () => void | Promise<void>;
}

export interface PolicyPlayer extends Common {
  readonly kind: "policy";
  /** Throws where it does not play the game. */
  readonly policy: (game: Game) => Policy;
}

export interface AskedPlayer extends Common {
  readonly kind: "asked";
  /**
   * Chooses at one decision. Called for many games at once; how many it works on at a time is its own affair. Rejects with a
   * UserError where it cannot go on at all (an endpoint that is gone, a person who leaves): the game is then as if never begun.
   */
  readonly choose: (decision: Decision) => Promise<Choice>;
  /** Whether it plays one game after the other, whatever else asks meanwhile. */
  readonly oneByOne?: boolean;
  /** Told how a game ended that it sat in. */
  readonly ended?: (end: GameEnd) => void;
}

export type Player = PolicyPlayer | AskedPlayer;

/** A decision in a game under way. */
export interface Decision {
  readonly infoset: Infoset;
  /** Which game: the same from its first move to its last, and no other's. */
  readonly episode: number;
  /** Plies before this one, chance included. */
  readonly ply: number;
  /** Aborted when nobody waits for the answer any longer. */
  readonly signal?: AbortSignal;
}

/** An action by its slot in `infoset.actions`; or a forfeit, with what was wrong. */
export type Choice =
  | { readonly slot: number; readonly said?: readonly Utterance[] }
  | { readonly forfeit: string; readonly said?: readonly Utterance[] };

export interface GameEnd {
  readonly episode: number;
  readonly seat: Seat;
  readonly returns: readonly [number, number];
}
