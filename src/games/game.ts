/**
 * What a game is: rules and nothing else, pure and synchronous. A two-player zero-sum game in extensive form with
 * explicit chance, so that a whole game is its list of actions: a log replays without a random generator and best
 * responses are exact.
 *
 * CONTRIBUTING.md says how to add a game.
 */
import type { View } from "./view.ts";

/** 0 moves first (in the first hand, where there are several). */
export type Seat = 0 | 1;

/** Whose turn it is. Actions and outcomes are small integers, ascending and non-empty. */
export type Turn =
  | { readonly kind: "chance"; readonly actions: readonly number[]; readonly probabilities: readonly number[] }
  | { readonly kind: "player"; readonly player: Seat; readonly actions: readonly number[] }
  | { readonly kind: "end"; readonly returns: readonly [number, number] };

export type Parsed =
  | { readonly ok: true; readonly action: number }
  /** `reason` is a sentence that tells the player what to write instead. */
  | { readonly ok: false; readonly reason: string };

/**
 * `S` is an immutable value; small integers and frozen objects are quickest. A `Game` without `S` is one whose state type
 * is its own affair: the registry and everything after it hand states back to the game they came from.
 */
export interface Game<S = unknown> {
  /** What the command line calls it, parameters included: `kuhn`, `negotiation:maxQuantity=5`. */
  readonly id: string;
  /** One line for people. */
  readonly title: string;
  /** Raised only when behaviour changes; logs and checkpoints carry it. */
  readonly version: number;
  /** Names of seats 0 and 1; they are what role-conditioned baselines are keyed by. */
  readonly roles: readonly [string, string];
  /** Player actions are 0 … actionCount − 1. (Chance outcomes number themselves.) */
  readonly actionCount: number;
  /** Length of the feature vector. */
  readonly featureCount: number;
  /** Bounds on a player's return. */
  readonly utility: { readonly min: number; readonly max: number };
  /** No play is longer than this, chance moves counted. */
  readonly maxPlies: number;
  /** Both players always see the whole state. */
  readonly perfectInformation: boolean;
  /** Whether every state can be visited in memory (below about 200,000), so that NashConv is exact. */
  readonly walkable: boolean;

  initial(): S;
  turn(state: S): Turn;
  /** The state after an action of `turn(state).actions`; `state` is left as it was. Engines never see an illegal action. */
  apply(state: S, action: number): S;
  /** Equal keys ⇔ the same subgame follows (same moves, same returns), however it was reached. */
  stateKey(state: S): string;
  /** Equal keys ⇔ `player`, who is to move, cannot tell the states apart (by anything that bears on what follows). */
  infosetKey(state: S, player: Seat): string;
  /** The text `player` reads; a function of the information set. */
  observe(state: S, player: Seat): string;
  /** The same information as numbers, about −1 … 1, into `out[offset … offset + featureCount)`, which holds zeros. */
  encode(state: S, player: Seat, out: Float32Array, offset: number): void;
  /** The bracketed action at this state, `[bet]`; at a chance node, what happened, `J K`. */
  actionName(state: S, action: number): string;
  /** The legal action that a player's text names, or why it names none. */
  parseAction(state: S, text: string): Parsed;

  /**
   * The rules as `player` reads them, the beginning of every observation. With `view`, what a person at a terminal is shown
   * in place of the whole text of `observe`.
   */
  rules?(player: Seat): string;
  /**
   * The position as data of one of the shapes in view.ts. What `seat` may not see is not in it; `null` sees everything. At a
   * decision the mover's view is a function of the information set.
   */
  view?(state: S, seat: Seat | null): View;

  /**
   * Where information is hidden: a state that `player`, who is to move at `state`, cannot tell from it, drawn with the
   * probability that chance gives it; `uniform` yields numbers in [0, 1). It takes no account of how likely the players'
   * moves were, only of their being legal. Nothing but the information set and the numbers decides which state it is. Search
   * and everyone who plays get such a state, so that what they must not know is not there to be read.
   */
  resample?(state: S, player: Seat, uniform: () => number): S;

  /**
   * Where the rules have symmetries: the representative of this state's orbit, and where each action goes
   * (action `a` here is action `permutation[a]` there). Rows of one orbit are learned as one. The states of one information
   * set go to states of one information set: what the mover cannot see has no part in which.
   */
  canonical?(state: S): { readonly state: S; readonly permutation: readonly number[] };

  /**
   * Where an equilibrium is known in closed form: P(action slot) by information-set key. Where there is a family,
   * the member nearest to `near`, the policy it is set beside.
   */
  equilibrium?(near?: (infosetKey: string) => readonly number[] | undefined): ReadonlyMap<string, readonly number[]>;
}
